#include "delivery/deliver.h"

#include <fmt/format.h>

#include <unistd.h>

#include <climits>

namespace waypost::delivery {

std::string heloName(const Route& route) {
    if (!route.helo.empty()) return route.helo;
    char name[HOST_NAME_MAX + 1] = {};
    return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "localhost";
}

namespace {

smtp::TlsMode dialogueTls(TlsMode mode) {
    switch (mode) {
    case TlsMode::Never: return smtp::TlsMode::Never;
    case TlsMode::Opportunistic: return smtp::TlsMode::Opportunistic;
    case TlsMode::Require: return smtp::TlsMode::Require;
    case TlsMode::Verify:
    case TlsMode::Implicit: return smtp::TlsMode::Verify;
    }
    return smtp::TlsMode::Opportunistic;
}

void append(Transcript& log, const Transcript& more) {
    for (const TranscriptEntry& e : more.entries()) log.add(e.at, e.direction, e.bytes);
}

void noteAnswers(Transcript& log, const std::vector<dns::Answer>& answers) {
    for (const dns::Answer& a : answers) {
        std::string line =
            fmt::format("DNS {} {}: {} from {}", a.question.name, dns::recordTypeName(a.question.type),
                        dns::statusName(a.status), a.server.empty() ? "nobody" : a.server);
        for (const dns::Record* r : a.ofType(a.question.type)) line += "; " + dns::presentation(*r);
        log.note(a.at, line);
    }
}

// Never connected, so the next address may be tried.
bool couldNotReach(const smtp::SessionResult& s) {
    return s.dialogue.failure && s.dialogue.failure->stage == smtp::Stage::Connect && !s.dialogue.greeting;
}

} // namespace

smtp::SessionRequest Deliverer::request(const Route& route, const Target& target) const {
    smtp::SessionRequest r;
    r.to = {target.ip, route.port};
    r.host = target.host;
    r.from = route.source && route.source->isV4() == target.ip.isV4() ? route.source : std::nullopt;
    r.implicitTls = route.tls == TlsMode::Implicit;
    r.caPem = route.caPem;
    r.options.heloName = heloName(route);
    r.options.tls = dialogueTls(route.tls);
    r.options.timeouts = timeouts_;
    if (!route.user.empty()) {
        smtp::Credentials credentials;
        credentials.user = route.user;
        credentials.secret = route.password;
        credentials.oauth = route.mechanism == "xoauth2";
        if (route.mechanism == "plain") credentials.only = smtp::AuthMechanism::Plain;
        if (route.mechanism == "login") credentials.only = smtp::AuthMechanism::Login;
        if (route.mechanism == "cram-md5") credentials.only = smtp::AuthMechanism::CramMd5;
        r.options.credentials = std::move(credentials);
    }
    return r;
}

// False: there is nothing to connect to, and the attempt says why.
Task<bool> Deliverer::findTargets(const Route* route, const mail::MailAddress* recipient,
                                  std::vector<Target>* targets, Attempt* attempt, Transcript* log) {
    smtp::RecipientResult& result = attempt->result;
    if (route->kind == RouteKind::Relay) {
        std::vector<dns::Answer> answers;
        auto looking = findAddresses(&resolver_, route->host, 0, &answers);
        MxHost host = co_await looking;
        noteAnswers(*log, answers);
        for (const net::IpAddress& ip : host.addresses) targets->push_back({route->host, ip});
        if (targets->empty()) {
            result.outcome = smtp::Outcome::Deferred;
            result.failure = fmt::format("The relay {} has no address: {}.", route->host, host.text);
        }
        co_return !targets->empty();
    }
    auto finding = findMx(&resolver_, recipient->domain(), &random_);
    MxResult mx = co_await finding;
    noteAnswers(*log, mx.answers);
    for (const MxHost& host : mx.hosts)
        for (const net::IpAddress& ip : host.addresses) targets->push_back({host.name, ip});
    if (mx.kind == MxResult::Kind::Hosts) co_return true;
    const bool temporary = mx.kind == MxResult::Kind::Temporary || mx.kind == MxResult::Kind::NoHost;
    result.outcome = temporary ? smtp::Outcome::Deferred : smtp::Outcome::Rejected;
    result.failure = mx.text;
    targets->clear();
    co_return false;
}

Task<Attempt> Deliverer::deliver(Route route, mail::MailAddress sender, mail::MailAddress recipient,
                                 std::shared_ptr<const std::string> message, bool probe) {
    Attempt attempt;
    Transcript log;
    attempt.at = clock_.now();
    const Millis began = clock_.monotonic();
    attempt.result.address = recipient;
    attempt.result.stage = smtp::Stage::Connect;
    std::vector<Target> targets;
    auto finding = findTargets(&route, &recipient, &targets, &attempt, &log);
    const bool found = co_await finding;
    for (size_t i = 0; found && i < targets.size() && i < maxConnections; ++i) {
        smtp::SessionRequest session = request(route, targets[i]);
        smtp::OutgoingMail mail;
        mail.sender = sender;
        smtp::Recipient to;
        to.address = recipient;
        mail.recipients.push_back(to);
        mail.message = message;
        mail.probe = probe;
        session.mails.push_back(std::move(mail));
        log.note(clock_.now(), fmt::format("connecting to {} [{}] port {}", targets[i].host,
                                           targets[i].ip.toString(), route.port));
        auto running = smtp::runSession(&dialer_, &clock_, std::move(session));
        smtp::SessionResult done = co_await running;
        append(log, done.transcript);
        ++attempt.connections;
        attempt.mxHost = targets[i].host;
        attempt.peer = net::Endpoint{targets[i].ip, route.port};
        attempt.localIp = done.local.ip;
        attempt.tls = done.tls;
        attempt.result = done.dialogue.mails.front().recipients.front();
        if (!couldNotReach(done)) break;
    }
    attempt.took = clock_.monotonic() - began;
    attempt.transcript = std::make_shared<const Transcript>(std::move(log));
    co_return attempt;
}

} // namespace waypost::delivery
