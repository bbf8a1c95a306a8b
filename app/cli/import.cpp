#include "base/json.h"
#include "base/text.h"
#include "bounce/parser.h"
#include "cli/classifier.h"
#include "cli/import_group.h"
#include "cli/workspace.h"
#include "ingest/source_book.h"
#include "ingest/streams.h"
#include "store/settings_store.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>

namespace waypost::cli {

namespace {

std::atomic<bool> interrupted{false};
void onInterrupt(int signal) {
    if (interrupted.exchange(true)) { // the second one ends it at once
        std::signal(signal, SIG_DFL);
        (void)std::raise(signal);
    }
}

std::vector<ingest::StreamRule> streamRules(store::Workspace& workspace) {
    auto rows = workspace.read([](store::Database& db) { return store::settings::streamRules(db); });
    return rows ? ingest::importStreamRules(*rows) : std::vector<ingest::StreamRule>();
}

json::array membersOf(const ingest::ImportResult& r) {
    json::array out;
    for (const ingest::ImportMember& m : r.members) {
        json::object o{{"name", json::foreign(m.name)}};
        if (m.problem.empty()) {
            o["format"] = m.format;
            o["events"] = m.events;
            o["duplicates"] = m.duplicates;
            o["rejected"] = m.rejected;
        } else {
            o["problem"] = json::foreign(m.problem);
        }
        out.push_back(std::move(o));
    }
    return out;
}

json::value toJson(const ingest::ImportResult& r) {
    json::object o{{"file", json::foreign(r.file)}};
    if (r.error) {
        o["error"] =
            json::object{{"code", errorCodeName(r.error->code)}, {"text", json::foreign(r.error->text)}};
        return o;
    }
    o["format"] = r.format;
    o["records"] = r.records;
    o["events"] = r.events;
    o["duplicates"] = r.duplicates;
    o["rejected"] = r.rejected;
    o["refusals"] = r.refusals;
    if (r.skipped > 0) o["skipped"] = r.skipped;
    o["seconds"] = r.seconds;
    if (!r.members.empty()) o["members"] = membersOf(r);
    if (!r.note.empty()) o["note"] = json::foreign(r.note);
    if (r.cancelled) o["cancelled"] = true;
    return o;
}

} // namespace

void printImports(const Globals& globals, const std::vector<ingest::ImportResult>& results) {
    if (globals.json) {
        for (const ingest::ImportResult& r : results) printLine(json::line(toJson(r)));
        return;
    }
    std::vector<std::vector<std::string>> rows;
    for (const ingest::ImportResult& r : results) {
        if (r.error) {
            fmt::print(stderr, "error: {}\n", text::printable(r.error->text));
            continue;
        }
        rows.push_back({text::printable(r.file), r.format, fmt::format("{}", r.records),
                        fmt::format("{}", r.events), fmt::format("{}", r.duplicates),
                        fmt::format("{}", r.rejected), fmt::format("{:.2f}", r.seconds),
                        text::printable(r.note)});
    }
    if (rows.empty()) return;
    printLine(app::table({{"file"},
                          {"format"},
                          {"records", true},
                          {"events", true},
                          {"duplicates", true},
                          {"rejected", true},
                          {"seconds", true},
                          {"remark"}},
                         rows));
}

// A file that cannot be read is refused input (2), or a partial result (3) when others went in; what concerns
// the workspace keeps its own status.
void raiseImportStatus(Globals& globals, const std::vector<ingest::ImportResult>& results) {
    const bool some =
        std::any_of(results.begin(), results.end(), [](const ingest::ImportResult& r) { return !r.error; });
    for (const ingest::ImportResult& r : results) {
        if (r.cancelled) raiseStatus(globals, 130);
        if (!r.error) continue;
        const int own = exitStatusFor(r.error->code);
        const bool ofFile = r.error->code == ErrorCode::Io || own < 5;
        raiseStatus(globals, !ofFile ? own : some ? 3 : 2);
    }
}

namespace {

struct Asked {
    std::vector<std::string> files;
    bool follow = false, rejected = false;
    int limit = 100;
};

void import(Globals& globals, const Asked& asked) {
    // The rules are read while the workspace is opened: both take tens of milliseconds.
    auto rules = std::async(std::launch::async, [&] { return loadClassifier(globals); });
    auto workspace = openWorkspace(globals, true);
    auto classifier = rules.get();
    if (!workspace) return printError(globals, workspace.error());
    if (!classifier) return printError(globals, classifier.error());
    auto providers = reply::ProviderMap::load(globals.paths.resources / "rules" / "providers.json");
    if (!providers) return printError(globals, providers.error());
    auto sources =
        ingest::SourceBook::load(globals.paths.resources / "ingest", globals.paths.config / "ingest");
    if (!sources) return printError(globals, sources.error());
    auto bounces = bounce::Parser::load(globals.paths.resources, {classifier->get(), providers->get()});
    if (!bounces) return printError(globals, bounces.error());
    SystemClock clock;
    ingest::ImportOptions options;
    options.decoder.bounces = bounces->get();
    options.decoder.sources = sources->get();
    options.decoder.classifier = classifier->get();
    options.decoder.providers = providers->get();
    options.decoder.streams = streamRules(**workspace);
    options.clock = &clock;
    const bool shows = isatty(STDERR_FILENO) == 1 && !asked.follow;
    options.progress = [shows](const ingest::ImportProgress& p) {
        if (shows)
            fmt::print(stderr, "\r{} of {} MB, {} events ", p.done / 1'000'000, p.total / 1'000'000,
                       p.events);
        return !interrupted;
    };
    const ingest::Write write = ingest::writeTo(**workspace);
    std::signal(SIGINT, onInterrupt); // the first one stops cleanly; what is stored stays
    if (asked.follow) {
        std::signal(SIGTERM, onInterrupt);
        return followLogs(globals, asked.files, write, options, interrupted);
    }
    auto results = ingest::importFiles({asked.files.begin(), asked.files.end()}, write, options);
    if (shows) fmt::print(stderr, "\n");
    printImports(globals, results);
    raiseImportStatus(globals, results);
}

} // namespace

void addImport(CLI::App& app, Globals& globals) {
    auto* run = app.add_subcommand("import", "read logs into the workspace; the format is found by content");
    auto asked = std::make_shared<Asked>();
    auto* files =
        run->add_option("FILE", asked->files, "logs, events, mails: files, folders, archives; in any order");
    auto* follow = run->add_flag("--follow", asked->follow,
                                 "go on with what is written, through rotation, until SIGINT or SIGTERM");
    auto* rejected = run->add_flag("--rejected", asked->rejected,
                                   "list the lines and files that earlier imports could not read")
                         ->excludes(files)
                         ->excludes(follow);
    run->add_option("--limit", asked->limit, "with --rejected: at most so many lines, and so many files")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000))
        ->needs(rejected);
    run->footer(
        "Read plain or compressed with gzip, bzip2, xz or zstd, and out of zip and tar archives, nested "
        "too.\n"
        "Importing a log again, rotated or renamed, adds only what is new.\n\nExample:\n  waypost-cli import "
        "/var/log/mail.log /var/log/mail.log.1.gz --json\n  waypost-cli import --follow /var/log/mail.log\n"
        "  waypost-cli import --rejected --limit 20\n\n"
        "Exit status: 0 all, 2 every file was refused, 3 some were, 6 storage, 130 interrupted (what was "
        "stored stays; with --follow that is its end, and 0).");
    run->callback([&globals, asked] {
        if (asked->rejected) return listRejected(globals, asked->limit);
        if (asked->files.empty()) throw CLI::RequiredError("FILE");
        import(globals, *asked);
    });
}

} // namespace waypost::cli
