#include "cli/message_run.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/workspace.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

constexpr std::int64_t maxEpoch = 253'402'300'799; // the end of the year 9999

std::string_view sign(message::StepState s) {
    switch (s) {
    case message::StepState::Ok: return "ok";
    case message::StepState::Info: return "info";
    case message::StepState::Warning: return "warning";
    case message::StepState::Error: return "error";
    case message::StepState::Unknown: return "unknown";
    case message::StepState::Absent: return "-";
    }
    return "-";
}

std::string withoutBrackets(std::string_view address) {
    address = text::trim(address);
    if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
    return std::string(address);
}

void addItems(std::string& out, const std::vector<message::Item>& items, size_t depth) {
    for (const auto& i : items) {
        out += fmt::format("{:>{}}{:<8} {}{}{}\n", "", 4 + depth * 2, sign(i.state), i.label,
                           i.value.empty() ? "" : ": ", i.value);
        addItems(out, i.children, depth + 1);
    }
}

} // namespace

void addMessageOptions(CLI::App& command, MessageOptions& options) {
    command.add_option("--ip", options.ip, "address of the client; default: from the trace fields")
        ->type_name("ADDRESS");
    command.add_option("--helo", options.helo, "what the client said in HELO or EHLO")->type_name("NAME");
    command.add_option("--mail-from", options.mailFrom, "envelope sender; empty: the null sender")
        ->type_name("ADDRESS")
        ->each([&options](const std::string&) { options.mailFromGiven = true; });
    command.add_option("--receiver", options.receiver, "our own name, for Authentication-Results")
        ->type_name("NAME");
    command.add_option("--at", options.at, "judge as of this time, in seconds since 1970")
        ->type_name("EPOCH");
}

Result<message::CheckOptions> checkOptions(const Globals& globals, const MessageOptions& options) {
    message::CheckOptions out;
    if (!options.ip.empty()) {
        out.connection.ip = net::IpAddress::parse(text::trim(options.ip));
        if (!out.connection.ip)
            return fail(
                ErrorCode::InvalidArgument, "--ip",
                fmt::format("\"{}\" is not an IP address.", text::printable(options.ip.substr(0, 80))));
    }
    out.connection.helo = std::string(text::trim(options.helo));
    out.connection.mailFrom = withoutBrackets(options.mailFrom);
    out.connection.mailFromKnown = options.mailFromGiven;
    if (!options.receiver.empty()) out.receiver = options.receiver;
    if (!options.at.empty()) {
        const auto seconds = text::parseUnsigned(options.at);
        if (!seconds || *seconds > std::uint64_t(maxEpoch))
            return fail(ErrorCode::InvalidArgument, "--at",
                        fmt::format("\"{}\" is not a time in seconds since 1970.",
                                    text::printable(options.at.substr(0, 40))));
        out.at = UtcTime{std::int64_t(*seconds) * 1000};
    }
    auto list = publicSuffixes(globals);
    if (!list) return fail(list.error());
    out.publicSuffixes = *list;
    return out;
}

Result<std::shared_ptr<const dns::PublicSuffixList>> publicSuffixes(const Globals& globals) {
    return dns::PublicSuffixList::system(globals.paths.resources / "lists" / "public_suffix_list.dat");
}

Result<mail::Bytes> readMessage(const std::string& file) {
    auto bytes = readWholeFile(file, message::maxMessageBytes);
    if (!bytes) return fail(bytes.error());
    return std::make_shared<const std::string>(std::move(*bytes));
}

message::MessageCheck judge(Network& network, const mail::Bytes& bytes, message::CheckOptions options) {
    options.clock = &network.clock;
    network.keepAnswers = false; // the check keeps its own
    return network.run(message::check(network.resolver, bytes, std::move(options)));
}

std::string stepsText(const message::MessageCheck& check, bool whole) {
    std::string out;
    for (const auto& s : check.steps) {
        out += fmt::format("  {:<8} {:<22} {}\n", sign(s.state), s.title, s.headline);
        if (!whole) continue;
        out += fmt::format("           {}\n", s.rule);
        addItems(out, s.items, 0);
    }
    return text::printableLines(out);
}

int statusOf(const message::MessageCheck& check) {
    return check.dmarc.walk.result == auth::DmarcResult::TempError ? 4 : 0;
}

std::string jsonLine(const std::string& file, const message::MessageCheck& check, bool whole) {
    const std::string body = message::toJson(check, whole);
    return "{\"file\":" + json::line(json::foreign(file)) + "," + body.substr(1);
}

} // namespace waypost::cli
