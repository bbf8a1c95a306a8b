// message check: the full report on a message, evidence bundles out, and bundles judged again without
// network.
#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "cli/message_run.h"
#include "cli/workspace.h"
#include "message/bundle.h"
#include "store/atomic_file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Options : MessageOptions {
    std::string bundle, exportFile;
};

std::string toText(const std::string& file, const message::MessageCheck& c) {
    return fmt::format("{}\n{}\nAuthentication-Results: {}", text::printable(file), stepsText(c, true),
                       text::printable(message::oneLineResults(c)));
}

Result<void> writeBundle(const std::string& file, const message::MessageCheck& c,
                         const message::CheckOptions& options) {
    auto zip = message::packBundle(message::bundleOf(c, options, "waypost-cli " WAYPOST_VERSION));
    if (!zip) return fail(zip.error());
    return store::replaceFile(file, *zip);
}

void checkFiles(Globals& globals, const Options& o) {
    auto options = checkOptions(globals, o);
    if (!options) return printError(globals, options.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    for (const std::string& file : o.files) {
        auto bytes = readMessage(file);
        if (!bytes) {
            printRefused(globals, "file", file, bytes.error());
            continue;
        }
        const message::MessageCheck c = judge(**network, *bytes, *options);
        printLine(globals.json ? jsonLine(file, c, true) : toText(file, c));
        raiseStatus(globals, statusOf(c));
        if (o.exportFile.empty()) continue;
        if (auto written = writeBundle(o.exportFile, c, *options); !written)
            printError(globals, written.error());
    }
}

std::string replayLine(const std::string& file, const message::Bundle& bundle,
                       const message::Replay& replay) {
    json::object o;
    o["judged"] = formatUtc(bundle.judged);
    o["program"] = json::foreign(bundle.program);
    o["identical"] = replay.identical;
    json::array missing;
    for (const auto& q : replay.missing)
        missing.push_back(json::foreign(q.name + " " + dns::recordTypeName(q.type)));
    o["not_recorded"] = std::move(missing);
    std::string line = jsonLine(file, replay.check, true);
    line.pop_back();
    return line + ",\"bundle\":" + json::line(o) + "}";
}

std::string replayText(const std::string& file, const message::Bundle& bundle, const message::Replay& replay,
                       const std::string& list) {
    std::string out = fmt::format("Judged as of {} from the recorded answers; the verdicts are {}.\n",
                                  formatUtc(bundle.judged),
                                  replay.identical ? "those of the bundle" : "not those of the bundle");
    if (!replay.identical && list != bundle.publicSuffixes)
        out += fmt::format("The public suffix list was of {} then and is of {} now.\n",
                           bundle.publicSuffixes.empty() ? "no date" : bundle.publicSuffixes,
                           list.empty() ? "no date" : list);
    for (const auto& q : replay.missing)
        out += fmt::format("Not recorded: {} {}\n", q.name, dns::recordTypeName(q.type));
    return text::printableLines(out) + toText(file, replay.check);
}

void checkBundle(Globals& globals, const Options& o) {
    auto bytes = readWholeFile(o.bundle, message::maxBundleBytes);
    if (!bytes) return printRefused(globals, "file", o.bundle, bytes.error());
    auto bundle = message::readBundle(*bytes);
    if (!bundle) return printRefused(globals, "file", o.bundle, bundle.error());
    auto list = publicSuffixes(globals);
    if (!list) return printError(globals, list.error());
    const SystemClock clock;
    const message::Replay replay = message::replayBundle(*bundle, clock, *list);
    printLine(globals.json ? replayLine(o.bundle, *bundle, replay)
                           : replayText(o.bundle, *bundle, replay, (*list)->date()));
    raiseStatus(globals, replay.identical ? statusOf(replay.check) : 1);
}

void check(Globals& globals, const Options& o) {
    const auto refuse = [&](const char* why) {
        printError(globals, Error(ErrorCode::InvalidArgument, "message check", why));
    };
    if (!o.bundle.empty()) {
        const bool more = !o.files.empty() || !o.exportFile.empty() || !o.ip.empty() || !o.helo.empty() ||
                          o.mailFromGiven || !o.at.empty() || !o.receiver.empty();
        if (more) return refuse("A bundle says everything itself; --bundle stands alone.");
        return checkBundle(globals, o);
    }
    if (o.files.empty()) return refuse("Name a message, or a bundle with --bundle.");
    if (!o.exportFile.empty() && o.files.size() != 1) return refuse("A bundle is of one message.");
    checkFiles(globals, o);
}

} // namespace

void addMessage(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("message", "one message judged as a receiver would");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli message check mail.eml --json");
    auto* run = group->add_subcommand("check", "every step, the bytes it rests on and every answer");
    auto options = std::make_shared<Options>();
    run->add_option("FILE", options->files, "messages; - reads standard input");
    addMessageOptions(*run, *options);
    run->add_option("--export", options->exportFile,
                    "write an evidence bundle: message, answers, verdicts, hashes")
        ->type_name("ZIP");
    run->add_option("--bundle", options->bundle, "judge an evidence bundle again, without any network")
        ->type_name("ZIP");
    run->footer(
        "Without --ip the connection is taken from the trace fields of the message; without those SPF is "
        "not known.\n\nExample:\n  waypost-cli message check mail.eml --export evidence.zip\n  waypost-cli "
        "message check --bundle evidence.zip --json\n\n"
        "Exit status: 0 judged, 1 a bundle gives other verdicts now, 2 a file was refused, 4 DMARC could "
        "not be judged for want of an answer.");
    run->callback([&globals, options] { check(globals, *options); });
}

} // namespace waypost::cli
