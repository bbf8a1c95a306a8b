#include "base/text.h"
#include "cli/dkim_group.h"
#include "cli/network.h"
#include "cli/workspace.h"
#include "message/check.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Options {
    std::vector<std::string> files;
    std::optional<std::int64_t> at;
};

std::string nameOf(const auth::DkimSignatureCheck& s) {
    if (s.signature.domain.empty() && s.signature.selector.empty()) return "(no d= and s=)";
    return fmt::format("{} {}", s.signature.domain, s.signature.selector);
}

void printText(const std::string& file, const auth::DkimCheck& check) {
    if (check.signatures.empty())
        printLine(text::printable(file) + ": none  The message has no DKIM-Signature.");
    for (const auto& s : check.signatures)
        printLine(fmt::format("{}: {}  {} {}  {}", text::printable(file), auth::dkimResultName(s.result),
                              text::printable(nameOf(s)), text::printable(s.signature.algorithm),
                              text::printable(s.reason)));
    if (check.notLookedAt != 0)
        printLine(fmt::format("{}: {} more were not looked at.", text::printable(file),
                              text::counted(check.notLookedAt, "signature")));
}

void printJson(const std::string& file, const auth::DkimCheck& check) {
    json::array signatures;
    for (const auto& s : check.signatures) signatures.push_back(toJson(s));
    json::object line{{"file", json::foreign(file)}, {"signatures", std::move(signatures)}};
    line["result"] = auth::dkimResultName(check.best());
    if (check.notLookedAt != 0) line["not_looked_at"] = check.notLookedAt;
    printLine(json::line(line));
}

void verifyOne(Globals& globals, Network& network, const std::string& file, const Options& o) {
    auto message = openMessage(file);
    if (!message) return printRefused(globals, "file", file, message.error());
    auth::DkimVerifyOptions options;
    options.now = judgingTime(o.at);
    const auth::DkimCheck check = network.run(auth::verifyDkim(network.resolver, *message, options));
    if (globals.json)
        printJson(file, check);
    else
        printText(file, check);
    raiseStatus(globals, exitStatusOf(check));
}

void verify(Globals& globals, const Options& o) {
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    (*network)->keepAnswers = false; // each check keeps its own
    for (const std::string& file : o.files) verifyOne(globals, **network, file, o);
}

json::value orNull(const std::optional<bool>& b) {
    return b ? json::value(*b) : json::value(nullptr);
}

} // namespace

Result<std::shared_ptr<const mail::HeaderBlock>> openMessage(const std::string& file) {
    auto bytes = readWholeFile(file, message::maxMessageBytes);
    if (!bytes) return fail(bytes.error());
    auto shared = std::make_shared<const std::string>(std::move(*bytes));
    return std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(std::move(shared)));
}

json::object toJson(const auth::DkimSignatureCheck& s) {
    json::object out{{"domain", json::foreign(s.signature.domain)},
                     {"selector", json::foreign(s.signature.selector)},
                     {"algorithm", json::foreign(s.signature.algorithm)},
                     {"result", auth::dkimResultName(s.result)},
                     {"reason", json::foreign(s.reason)}};
    out["identity"] = json::foreign(s.signature.identity);
    out["body_ok"] = orNull(s.bodyOk);
    out["header_ok"] = orNull(s.headerOk);
    out["key"] = json::foreign(s.keyName);
    out["key_bits"] = s.key && s.key->bits != 0 ? json::value(s.key->bits) : json::value(nullptr);
    json::array remarks;
    for (const auto& r : s.remarks)
        remarks.push_back(json::object{{"id", r.id}, {"text", json::foreign(r.text)}});
    out["remarks"] = std::move(remarks);
    return out;
}

UtcTime judgingTime(const std::optional<std::int64_t>& at) {
    return at ? UtcTime{*at * 1000} : SystemClock().now();
}

int exitStatusOf(const auth::DkimCheck& check) {
    switch (check.best()) {
    case auth::DkimResult::Pass: return 0;
    case auth::DkimResult::TempError: return 4;
    default: return 1;
    }
}

void addDkim(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("dkim", "DKIM signatures: check, make, and find out why one is broken");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli dkim verify message.eml --json");
    auto* run = group->add_subcommand("verify", "check every DKIM signature of messages");
    auto options = std::make_shared<Options>();
    run->add_option("FILE", options->files, "message files; - reads standard input")->required();
    run->add_option("--at", options->at, "judge as of this time, in seconds since 1970")
        ->type_name("EPOCH")
        ->check(CLI::Range(std::int64_t(0), std::int64_t(253'402'300'799)));
    run->footer("Lines may end with LF or CRLF, and an mbox \"From \" line may stand first.\n\nExample:\n"
                "  waypost-cli dkim verify message.eml --nameserver 127.0.0.1:5353 --json\n\n"
                "Exit status: 0 every file has a passing signature, 1 one has none, 2 a file was refused, 4 "
                "a key could "
                "not be looked up.");
    run->callback([&globals, options] { verify(globals, *options); });
    addDkimKeys(*group, globals);
    addDkimAutopsy(*group, globals);
}

} // namespace waypost::cli
