#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "cli/network.h"
#include "cli/workspace.h"
#include "delivery/deliver.h"
#include "mail/headers.h"
#include "mail/raw.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

constexpr size_t maxMessage = 32 * 1024 * 1024;

struct Options {
    std::string from, route, message, helo, source, tls = "opportunistic", user, passwordFile, auth, caFile;
    std::vector<std::string> to;
    bool probe = false, transcript = false;
};

Result<delivery::TlsMode> tlsMode(const std::string& word) {
    if (word == "never") return delivery::TlsMode::Never;
    if (word == "opportunistic") return delivery::TlsMode::Opportunistic;
    if (word == "require") return delivery::TlsMode::Require;
    if (word == "verify") return delivery::TlsMode::Verify;
    if (word == "implicit") return delivery::TlsMode::Implicit;
    return fail(ErrorCode::InvalidArgument, "--tls",
                "\"" + word + "\" is not one of never, opportunistic, require, verify, implicit.");
}

// "mx", "mx:2525", "relay.example.org:587", "[::1]:25"
Result<void> readRoute(const std::string& text, delivery::Route& route) {
    route.name = text;
    std::string host = text;
    const size_t colon = text.rfind(':');
    const bool isLiteral = net::IpAddress::parse(text).has_value();
    if (colon != std::string::npos && !isLiteral) {
        auto port = text::parseUnsigned(std::string_view(text).substr(colon + 1));
        if (!port || *port == 0 || *port > 65'535)
            return fail(ErrorCode::InvalidArgument, "--route",
                        "\"" + text + "\" has no valid port; give mx, mx:PORT, HOST or HOST:PORT.");
        route.port = std::uint16_t(*port);
        host = text.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return fail(ErrorCode::InvalidArgument, "--route", "\"" + text + "\" names no host.");
    route.kind = host == "mx" ? delivery::RouteKind::Mx : delivery::RouteKind::Relay;
    route.host = host;
    return {};
}

Result<delivery::Route> makeRoute(const Options& o) {
    delivery::Route route;
    if (auto ok = readRoute(o.route, route); !ok) return fail(ok.error());
    auto tls = tlsMode(o.tls);
    if (!tls) return fail(tls.error());
    route.tls = *tls;
    route.helo = o.helo;
    route.user = o.user;
    route.mechanism = o.auth;
    if (!o.source.empty()) {
        route.source = net::IpAddress::parse(o.source);
        if (!route.source)
            return fail(ErrorCode::InvalidArgument, "--source", "\"" + o.source + "\" is no address.");
    }
    if (!o.user.empty()) {
        if (o.passwordFile.empty())
            return fail(ErrorCode::Permission, "--user",
                        "A password file is needed beside --user; a password is never an option.");
        auto password = readWholeFile(o.passwordFile, 64 * 1024);
        if (!password) return fail(password.error());
        route.password = Secret(std::string(text::trimRight(*password)));
    }
    if (!o.caFile.empty()) {
        auto pem = readWholeFile(o.caFile, 1024 * 1024);
        if (!pem) return fail(pem.error());
        route.caPem = *pem;
    }
    return route;
}

json::object toJson(const delivery::Attempt& a, bool transcript) {
    const smtp::RecipientResult& r = a.result;
    json::object o{{"recipient", json::foreign(r.address.wire())},
                   {"outcome", smtp::outcomeName(r.outcome)},
                   {"stage", smtp::stageName(r.stage)}};
    o["code"] = r.reply ? json::value(r.reply->code) : json::value(nullptr);
    o["enhanced"] =
        r.reply && !r.reply->enhanced.empty() ? json::foreign(r.reply->enhanced) : json::value(nullptr);
    o["text"] = json::foreign(r.reply ? r.reply->text() : r.failure);
    o["mx"] = a.mxHost.empty() ? json::value(nullptr) : json::foreign(a.mxHost);
    o["ip"] = a.peer ? json::value(a.peer->ip.toString()) : json::value(nullptr);
    o["tls"] = a.tls && a.tls->established ? json::value(a.tls->protocol) : json::value(nullptr);
    if (a.tls) o["certificate"] = net::certificateVerdictName(a.tls->verdict);
    o["ms"] = a.took.count();
    if (transcript && a.transcript) o["transcript"] = json::foreign(a.transcript->toText());
    return o;
}

void printAttempt(const Globals& globals, const Options& o, const delivery::Attempt& a) {
    if (globals.json) return printLine(json::line(toJson(a, o.transcript)));
    if (o.transcript && a.transcript) std::fputs(a.transcript->toText().c_str(), stdout);
    const smtp::RecipientResult& r = a.result;
    printLine(fmt::format("{}: {} at {}{}: {}", text::printable(r.address.wire()),
                          smtp::outcomeName(r.outcome), smtp::stageName(r.stage),
                          a.mxHost.empty() ? "" : " by " + text::printable(a.mxHost),
                          text::printable(r.reply ? r.reply->summary() : r.failure)));
}

Result<std::shared_ptr<const std::string>> readMessage(const Options& o) {
    if (o.probe && o.message.empty()) return std::make_shared<const std::string>();
    auto bytes = readWholeFile(o.message, maxMessage);
    if (!bytes) return fail(bytes.error());
    auto whole = std::make_shared<const std::string>(mail::normalizeCrlf(*bytes).bytes);
    if (!mail::HeaderBlock::parse(mail::Bytes(whole)).first("From"))
        return fail(ErrorCode::InvalidArgument, o.message,
                    "The message has no From header; receivers refuse it (RFC 5322 section 3.6).");
    return whole;
}

void send(Globals& globals, const Options& o) {
    auto route = makeRoute(o);
    if (!route) return printError(globals, route.error());
    auto sender =
        o.from == "<>" ? Result<mail::MailAddress>(mail::MailAddress()) : mail::MailAddress::parse(o.from);
    if (!sender) return printError(globals, sender.error());
    auto message = readMessage(o);
    if (!message) return printError(globals, message.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    delivery::Deliverer deliverer((*network)->dialer, (*network)->resolver, (*network)->clock,
                                  (*network)->random);
    for (const std::string& to : o.to) {
        auto recipient = mail::MailAddress::parse(to);
        if (!recipient) {
            printRefused(globals, "recipient", to, recipient.error());
            continue;
        }
        const delivery::Attempt a =
            (*network)->run(deliverer.deliver(*route, *sender, *recipient, *message, o.probe));
        printAttempt(globals, o, a);
        if (a.result.outcome != smtp::Outcome::Accepted) raiseStatus(globals, a.result.reply ? 1 : 4);
    }
}

} // namespace

void addSend(CLI::App& app, Globals& globals) {
    auto* run = app.add_subcommand("send", "send one message, or probe a recipient, and show the dialogue");
    auto o = std::make_shared<Options>();
    run->add_option("--from", o->from, "envelope sender; \"<>\" for none")->required()->type_name("ADDRESS");
    run->add_option("--to", o->to, "recipient; repeatable, one conversation for each")
        ->required()
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    run->add_option("--route", o->route, "mx, mx:PORT, HOST or HOST:PORT")->required()->type_name("ROUTE");
    run->add_option("--message", o->message, "the message (.eml), \"-\" for standard input")
        ->type_name("FILE");
    run->add_flag("--probe", o->probe, "stop before DATA: nothing is sent");
    run->add_flag("--transcript", o->transcript, "show the whole conversation");
    run->add_option("--tls", o->tls, "never, opportunistic, require, verify or implicit")
        ->capture_default_str();
    run->add_option("--ca-file", o->caFile, "further trusted roots, PEM")->type_name("FILE");
    run->add_option("--helo", o->helo, "name in EHLO")->type_name("NAME");
    run->add_option("--source", o->source, "source address")->type_name("IP");
    run->add_option("--user", o->user, "sign in as")->type_name("USER");
    run->add_option("--password-file", o->passwordFile, "file with the password or token")->type_name("FILE");
    run->add_option("--auth", o->auth, "plain, login, cram-md5 or xoauth2 (default: the best offered)")
        ->type_name("MECHANISM");
    run->footer(
        "Examples:\n  waypost-cli send --from news@example.org --to seed@example.net --route mx --message "
        "spring.eml --transcript\n"
        "  waypost-cli send --from a@example.org --to b@example.net --route mx --probe\n\n"
        "Exit status: 0 accepted, 1 refused or deferred by a reply, 2 refused input, 4 no conversation came "
        "about,\n"
        "5 a password file is missing.");
    run->callback([&globals, o] {
        if (!o->probe && o->message.empty())
            return printError(globals, Error(ErrorCode::InvalidArgument, "send",
                                             "Give --message FILE, or --probe to send nothing."));
        send(globals, *o);
    });
}

} // namespace waypost::cli
