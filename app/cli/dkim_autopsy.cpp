// `dkim autopsy`.
#include "auth/dkim_autopsy.h"

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

const char* partName(auth::DkimMutation::Part p) {
    return p == auth::DkimMutation::Part::Body ? "body" : "header";
}

json::object autopsyJson(const auth::DkimAutopsy& a) {
    json::object out = toJson(a.check);
    out["conclusion"] = json::foreign(a.conclusion);
    json::array found, tried;
    for (const auto& m : a.found)
        found.push_back(json::object{{"part", partName(m.part)},
                                     {"id", m.id},
                                     {"text", json::foreign(m.sentence)},
                                     {"as_signed", json::foreign(m.asSigned)},
                                     {"as_received", json::foreign(m.asReceived)},
                                     {"offset", m.span.offset},
                                     {"length", m.span.length}});
    for (const auto& t : a.tried)
        tried.push_back(json::object{
            {"part", partName(t.part)}, {"id", t.id}, {"text", json::foreign(t.text)}, {"fitted", t.fitted}});
    out["found"] = std::move(found);
    out["tried"] = std::move(tried);
    out["bounded"] = a.bounded;
    return out;
}

void printText(const std::string& file, const auth::DkimAutopsy& a) {
    const auth::DkimSignatureCheck& c = a.check;
    printLine(fmt::format("{}: {}  {} {}", text::printable(file), auth::dkimResultName(c.result),
                          text::printable(c.signature.domain), text::printable(c.signature.selector)));
    printLine("  " + text::printable(a.conclusion));
    for (const auto& m : a.found) {
        printLine(fmt::format("  {} at octet {} of the message ({})", m.id, m.span.offset, partName(m.part)));
        if (!m.asSigned.empty()) printLine("    signed:   " + text::printable(m.asSigned));
        if (!m.asReceived.empty()) printLine("    received: " + text::printable(m.asReceived));
    }
    if (!a.tried.empty()) printLine(fmt::format("  tried {}:", text::counted(a.tried.size(), "change")));
    for (const auto& t : a.tried)
        printLine(
            fmt::format("    {} {}: {}", t.fitted ? "*" : "-", partName(t.part), text::printable(t.text)));
}

void autopsyOne(Globals& globals, Network& network, const std::string& file, const Options& o) {
    auto message = openMessage(file);
    if (!message) return printRefused(globals, "file", file, message.error());
    auth::DkimVerifyOptions options;
    options.now = judgingTime(o.at);
    const auto all = network.run(auth::autopsyDkim(network.resolver, *message, options));
    auth::DkimCheck check;
    json::array signatures;
    for (const auto& a : all) {
        check.signatures.push_back(a.check);
        if (globals.json)
            signatures.push_back(autopsyJson(a));
        else
            printText(file, a);
    }
    if (globals.json)
        printLine(
            json::line(json::object{{"file", json::foreign(file)}, {"signatures", std::move(signatures)}}));
    else if (all.empty())
        printLine(text::printable(file) + ": none  The message has no DKIM-Signature.");
    raiseStatus(globals, exitStatusOf(check));
}

void autopsy(Globals& globals, const Options& o) {
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    (*network)->keepAnswers = false; // each check keeps its own
    for (const std::string& file : o.files) autopsyOne(globals, **network, file, o);
}

} // namespace

void addDkimAutopsy(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("autopsy", "find out what broke a signature");
    auto options = std::make_shared<Options>();
    run->add_option("FILE", options->files, "message files; - reads standard input")->required();
    run->add_option("--at", options->at, "judge as of this time, in seconds since 1970")
        ->type_name("EPOCH")
        ->check(CLI::Range(std::int64_t(0), std::int64_t(253'402'300'799)));
    run->footer("Known changes are undone one after the other until bh= or b= fits again; what was tried is "
                "listed.\n\n"
                "Example:\n  waypost-cli dkim autopsy forwarded.eml\n\n"
                "Exit status: 0 a signature passes, 1 none does, 2 a file was refused, 4 a key could not be "
                "looked up.");
    run->callback([&globals, options] { autopsy(globals, *options); });
}

} // namespace waypost::cli
