// waypost-cli: everything a timer or a script should do, on the same core as the window, without Qt.
#include "base/text.h"
#include "cli/globals.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

namespace {

constexpr const char* examples = R"(
Examples:
  waypost-cli lab run
  waypost-cli domain inspect example.org --nameserver 127.0.0.1:5353 --json
  waypost-cli dmarc check mail.eml --ip 192.0.2.7 --helo mx.example.org --mail-from a@example.org
  waypost-cli import /var/log/mail.log /var/log/mail.log.1.gz
  waypost-cli stats --by provider,category --since 2026-05-01 --until 2026-05-02
  echo '550 5.1.1 user unknown' | waypost-cli reply classify -
  waypost-cli placement run --seeds seeds.csv --message spring.eml --route relay.example.org:587

Exit status: 0 ok, 1 a check failed, 2 usage or refused input, 3 partial result, 4 could not look,
5 secrets or permission, 6 storage, 7 conflict or locked, 130 interrupted.)";

// Prints the help that was asked for (0), or what was wrong (2).
int refuse(const CLI::App& app, const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
}

// Names the first word that fits nowhere, and never its value, which may be a password.
int refuseExtra(const CLI::App& app) {
    std::vector<std::string> words = app.remaining(true);
    auto option =
        std::find_if(words.begin(), words.end(), [](const std::string& w) { return w.starts_with('-'); });
    if (option == words.end()) option = words.begin();
    const std::string word = waypost::text::printable(option->substr(0, option->find('=')));
    std::fprintf(stderr, "error: There is no %s \"%s\" here; --help lists what there is.\n",
                 word.starts_with('-') ? "option" : "command", word.c_str());
    return 2;
}

} // namespace

int main(int argc, char** argv) {
    using namespace waypost;
    std::signal(SIGPIPE, SIG_DFL); // a closed pipe ends the program quietly
    cli::Globals globals;
    CLI::App app("Deliverability operations from the command line.", "waypost-cli");
    app.set_version_flag("--version", "waypost-cli " WAYPOST_VERSION);
    app.footer(examples);
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", globals.json, "one JSON object a line on standard output");
    app.add_option("--workspace", globals.workspace, "workspace file (default: the user's own)")
        ->type_name("FILE");
    app.add_option("--nameserver", globals.nameservers, "name server to ask, HOST[:PORT]; repeatable")
        ->type_name("HOST[:PORT]")
        ->allow_extra_args(false);
    cli::addLab(app, globals);
    cli::addPlacement(app, globals);
    cli::addDomain(app, globals);
    cli::addSpf(app, globals);
    cli::addDmarc(app, globals);
    cli::addMessage(app, globals);
    cli::addDkim(app, globals);
    cli::addArc(app, globals);
    cli::addBlocklist(app, globals);
    cli::addListFiles(app, globals);
    cli::addBounce(app, globals);
    cli::addImport(app, globals);
    cli::addStats(app, globals);
    cli::addEvents(app, globals);
    cli::addReply(app, globals);
    cli::addReputation(app, globals);
    cli::addSend(app, globals);
    cli::addMapping(app, globals);
    cli::addPaths(app, globals);
    auto paths = waypost::app::findPaths();
    if (!paths) {
        cli::printError(globals, paths.error());
        return globals.status;
    }
    globals.paths = *paths;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
        return refuseExtra(app);
    } catch (const CLI::RequiredError& e) {
        return app.remaining(true).empty() ? refuse(app, e) : refuseExtra(app);
    } catch (const CLI::ParseError& e) {
        return refuse(app, e);
    } catch (const std::exception& e) {
        cli::printError(globals, Error(ErrorCode::Internal, "waypost-cli", e.what()));
        return globals.status;
    }
    return globals.status;
}
