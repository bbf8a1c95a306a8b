// dmarc check: what a receiver finds for one message, by SPF, DKIM, ARC and DMARC.
#include "base/text.h"
#include "cli/globals.h"
#include "cli/message_run.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

std::string_view policyWord(const std::optional<auth::DmarcPolicy>& p) {
    return p ? auth::dmarcPolicyName(*p) : "-";
}

std::string readingLine(const char* title, const auth::DmarcReading& r) {
    return fmt::format("  {:<22} {}, policy {}, applied {}, organisational domain {}\n{:>25}{}\n", title,
                       auth::dmarcResultName(r.result), policyWord(r.policy), policyWord(r.disposition),
                       r.orgDomain.empty() ? "-" : r.orgDomain, "", r.reason);
}

std::string toText(const std::string& file, const message::MessageCheck& c) {
    std::string out = fmt::format("{}\n  {:<22} {}\n", file, "Connection", c.connection.origin);
    for (const auto& s : c.steps)
        if (s.id == "spf" || s.id == "dkim" || s.id == "arc" || s.id == "alignment")
            out += fmt::format("  {:<22} {}\n", s.title, s.headline);
    out += readingLine("DMARC", c.dmarc.walk);
    out += readingLine("by public suffix list", c.dmarc.list);
    if (c.dmarc.readingsDiffer) out += "  The two readings differ.\n";
    out += "\nAuthentication-Results: " + message::oneLineResults(c);
    return text::printableLines(out);
}

void check(Globals& globals, const MessageOptions& o) {
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
        printLine(globals.json ? jsonLine(file, c, false) : toText(file, c));
        raiseStatus(globals, statusOf(c));
    }
}

} // namespace

void addDmarc(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("dmarc", "DMARC of messages");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli dmarc check mail.eml --ip 192.0.2.7 --helo mx.example.org "
                  "--mail-from a@example.org --json");
    auto* run = group->add_subcommand("check", "judge a message by SPF, DKIM, ARC and DMARC");
    auto options = std::make_shared<MessageOptions>();
    run->add_option("FILE", options->files, "messages; - reads standard input")->required();
    addMessageOptions(*run, *options);
    run->footer(
        "Without --ip the connection is taken from the trace fields of the message; without those SPF is "
        "not known.\n\nExample:\n  waypost-cli dmarc check mail.eml --ip 192.0.2.7 --helo mx.example.org "
        "--mail-from a@example.org --json\n\n"
        "Exit status: 0 judged, 2 a file was refused, 4 DMARC could not be judged for want of an answer.");
    run->callback([&globals, options] { check(globals, *options); });
}

} // namespace waypost::cli
