#include "auth/arc_check.h"
#include "base/text.h"
#include "cli/dkim_group.h"
#include "cli/network.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Options {
    std::vector<std::string> files;
    std::optional<std::int64_t> at;
};

json::object setJson(const auth::ArcSet& s) {
    json::object out{{"instance", s.instance},
                     {"domain", json::foreign(s.domain)},
                     {"selector", json::foreign(s.selector)},
                     {"cv", json::foreign(s.chainValidation)}};
    out["seal_ok"] = s.sealOk ? json::value(*s.sealOk) : json::value(nullptr);
    out["message_signature"] =
        s.signature ? json::value(auth::dkimResultName(s.signature->result)) : json::value(nullptr);
    out["reason"] = json::foreign(s.reason);
    return out;
}

void print(const Globals& globals, const std::string& file, const auth::ArcCheck& check) {
    const bool passed = check.result == auth::ArcResult::Pass;
    if (!globals.json) {
        const std::string oldest = passed ? fmt::format("  oldest pass {}", check.oldestPass) : std::string();
        return printLine(fmt::format("{}: {}{}  {}", text::printable(file), auth::arcResultName(check.result),
                                     oldest, text::printable(check.reason)));
    }
    json::object line{{"file", json::foreign(file)}, {"result", auth::arcResultName(check.result)}};
    line["oldest_pass"] = passed ? json::value(check.oldestPass) : json::value(nullptr);
    line["reason"] = json::foreign(check.reason);
    json::array sets;
    for (const auto& s : check.sets) sets.push_back(setJson(s));
    line["sets"] = std::move(sets);
    printLine(json::line(line));
}

void verify(Globals& globals, const Options& o) {
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    (*network)->keepAnswers = false; // each check keeps its own
    for (const std::string& file : o.files) {
        auto message = openMessage(file);
        if (!message) {
            printRefused(globals, "file", file, message.error());
            continue;
        }
        auth::DkimVerifyOptions options;
        options.now = judgingTime(o.at);
        const auth::ArcCheck check =
            (*network)->run(auth::verifyArc((*network)->resolver, *message, options));
        print(globals, file, check);
        if (check.result == auth::ArcResult::Fail) raiseStatus(globals, 1);
    }
}

} // namespace

void addArc(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("arc", "ARC: what forwarders attest about a message");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli arc verify forwarded.eml --json");
    auto* run = group->add_subcommand("verify", "check the ARC chain of messages");
    auto options = std::make_shared<Options>();
    run->add_option("FILE", options->files, "message files; - reads standard input")->required();
    run->add_option("--at", options->at, "judge as of this time, in seconds since 1970")
        ->type_name("EPOCH")
        ->check(CLI::Range(std::int64_t(0), std::int64_t(253'402'300'799)));
    run->footer("The result is none, pass or fail; with a pass, the oldest pass is the number of the oldest "
                "set whose "
                "message signature still verifies, and 0 when all do.\n\nExample:\n"
                "  waypost-cli arc verify forwarded.eml --json\n\n"
                "Exit status: 0 no chain or a whole one, 1 a chain that is broken, 2 a file was refused.");
    run->callback([&globals, options] { verify(globals, *options); });
}

} // namespace waypost::cli
