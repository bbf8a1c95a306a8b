#include "smtp/dialogue.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::smtp {

namespace {

Stage stageOf(Phase p) {
    switch (p) {
    case Phase::Connect:
    case Phase::Greeting: return Stage::Connect;
    case Phase::Tls:
    case Phase::StartTls: return Stage::Tls;
    case Phase::Ehlo: return Stage::Helo;
    case Phase::Auth: return Stage::Auth;
    case Phase::Reset:
    case Phase::Mail: return Stage::Mail;
    case Phase::Rcpt: return Stage::Rcpt;
    case Phase::DataCommand: return Stage::Data;
    case Phase::DataBlock:
    case Phase::FinalDot: return Stage::Body;
    case Phase::Quit: return Stage::After;
    }
    return Stage::Connect;
}

std::string seconds(Millis d) {
    return d.count() % 1000 == 0 ? fmt::format("{} s", d.count() / 1000) : fmt::format("{} ms", d.count());
}

} // namespace

Dialogue::Dialogue(DialogueOptions options, std::vector<OutgoingMail> mails)
    : options_(std::move(options)), mails_(std::move(mails)) {
    for (const OutgoingMail& m : mails_) {
        MailResult r;
        for (const Recipient& to : m.recipients) {
            RecipientResult one;
            one.address = to.address;
            r.recipients.push_back(std::move(one));
        }
        result_.mails.push_back(std::move(r));
    }
    if (options_.already) {
        result_.tls = *options_.already;
        tlsOn_ = tlsTried_ = options_.already->state == TlsState::Established;
    }
    expected_.push_back({Phase::Greeting});
    if (options_.already && options_.tls == TlsMode::Verify && !options_.already->trusted)
        unreachable(FailureKind::Tls, Phase::Tls,
                    fmt::format("The server's certificate is not trusted: {}", result_.tls.text));
    else if (!isHelloName(options_.heloName)) {
        failSession(
            FailureKind::Local, Stage::Helo,
            fmt::format("\"{}\" cannot be used as the name in EHLO.", text::printable(options_.heloName)));
        finish();
    }
}

void Dialogue::log(Direction d, std::string bytes) {
    log_.push_back({d, std::move(bytes)});
}

std::vector<LogEntry> Dialogue::takeLog() {
    return std::exchange(log_, {});
}

// A server may echo what it was told; a password does not get into the record that way.
void Dialogue::redact(std::string& text) const {
    if (!options_.credentials) return;
    const std::string secret(options_.credentials->secret.reveal());
    if (secret.size() < 4) return;
    for (const std::string& hidden : {secret, text::base64Encode(secret)})
        for (size_t at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at + 8))
            text.replace(at, hidden.size(), "<masked>");
}

Reply Dialogue::redacted(Reply reply) const {
    redact(reply.raw);
    for (std::string& line : reply.lines) redact(line);
    return reply;
}

Action Dialogue::next() {
    if (!sends_.empty()) {
        Send out = std::move(sends_.front());
        sends_.erase(sends_.begin());
        lastPhase_ = out.phase;
        return out;
    }
    if (state_ == State::Finished) return Done{};
    if (wantTls_) {
        lastPhase_ = Phase::Tls;
        return StartTls{options_.tls == TlsMode::Verify, options_.timeouts.tls};
    }
    if (state_ == State::Body) return bodyBlockAction();
    lastPhase_ = awaited();
    return Wait{lastPhase_, options_.timeouts.of(lastPhase_), serial_, mailIndex_};
}

Phase Dialogue::awaited() const {
    if (wantTls_) return Phase::Tls;
    if (state_ == State::Body) return Phase::DataBlock;
    return expected_.empty() ? lastPhase_ : expected_.front().phase;
}

void Dialogue::command(std::string line, Expected expected, const std::string& masked) {
    Send s;
    s.secret = !masked.empty();
    log(Direction::Sent, (s.secret ? masked : line) + "\r\n");
    s.bytes = std::move(line) + "\r\n";
    s.phase = expected.phase;
    s.deadline = options_.timeouts.of(expected.phase);
    sends_.push_back(std::move(s));
    expected_.push_back(expected);
}

void Dialogue::received(std::string_view bytes) {
    if (state_ == State::Finished) return;
    parser_.feed(bytes);
    while (state_ != State::Finished && !wantTls_) {
        auto reply = parser_.next();
        if (!reply) break;
        ++serial_;
        Reply clean = redacted(std::move(*reply));
        log(Direction::Received, clean.raw);
        handle(clean);
    }
    if (state_ == State::Finished || wantTls_ || parser_.error().empty()) return;
    std::string rest = parser_.unfinished();
    redact(rest);
    log(Direction::Received, std::move(rest));
    lastPhase_ = awaited();
    lost(FailureKind::Protocol, parser_.error());
}

void Dialogue::handle(const Reply& reply) {
    if (state_ == State::Quit) return finish();
    if (state_ == State::Body) return onEarlyReply(reply);
    if (expected_.empty())
        return lost(FailureKind::Protocol,
                    fmt::format("The server sent a reply nobody asked for: {}.", reply.summary()));
    const Expected e = expected_.front();
    expected_.erase(expected_.begin());
    lastPhase_ = e.phase;
    // 421 may answer anything and closes the session; it says nothing about a recipient. As the answer to a
    // message it still says that the message was not taken.
    if (reply.code == 421 && e.phase != Phase::FinalDot) {
        failSession(FailureKind::Refused, stageOf(e.phase),
                    fmt::format("The server closed the session: {}", reply.summary()), reply);
        return finish();
    }
    switch (e.phase) {
    case Phase::Greeting: return onGreeting(reply);
    case Phase::Ehlo: return onEhlo(reply, e.helo);
    case Phase::StartTls: return onStartTls(reply);
    case Phase::Auth: return onAuth(reply);
    case Phase::Mail: return onMail(reply);
    case Phase::Rcpt: return onRcpt(reply, e.recipient);
    case Phase::DataCommand: return onData(reply);
    case Phase::FinalDot:
        if (!e.emptyData) return onFinalDot(reply);
        if (!strayBytes(Stage::Body)) endMail(false);
        return;
    case Phase::Reset: return onReset(reply);
    default: return finish();
    }
}

// True (and the session is over) when bytes wait although no reply is expected: they were sent ahead of the
// command, and to read them as its answer would be the attacker's wish.
bool Dialogue::strayBytes(Stage stage) {
    if (parser_.idle()) return false;
    // A goodbye that has not come in whole will be read as the answer to the next command.
    if (parser_.nextCode() == 0 && onlyGoodbyeWaits()) return false;
    auto extra = parser_.next();
    if (extra && extra->code == 421) {
        Reply clean = redacted(std::move(*extra));
        log(Direction::Received, clean.raw);
        failSession(FailureKind::Refused, stage,
                    fmt::format("The server closed the session: {}", clean.summary()), clean);
        finish();
        return true;
    }
    std::string what = extra ? extra->raw : parser_.unfinished();
    redact(what);
    log(Direction::Received, what);
    failSession(FailureKind::Protocol, stage,
                fmt::format("The server sent bytes ahead of a command: \"{}\".",
                            text::printable(std::string_view(what).substr(0, 100))));
    finish();
    return true;
}

// Nothing waits, or only a 421, whole or cut: it ends the session and does not touch the reply before it.
bool Dialogue::onlyGoodbyeWaits() const {
    if (parser_.nextCode() != 0) return parser_.nextCode() == 421;
    const std::string rest = parser_.unfinished();
    return rest.substr(0, 3) == std::string_view("421").substr(0, rest.size());
}

void Dialogue::onGreeting(const Reply& reply) {
    result_.greeting = reply;
    if (reply.intermediate()) return lost(FailureKind::Protocol, "The server's greeting has a 3yz code.");
    if (!reply.positive()) {
        failSession(FailureKind::Refused, Stage::Connect,
                    fmt::format("The server refused the connection: {}", reply.summary()), reply);
        return quit();
    }
    if (!strayBytes(Stage::Connect)) sayEhlo();
}

void Dialogue::sayEhlo() {
    state_ = State::Ehlo;
    command("EHLO " + options_.heloName, {Phase::Ehlo});
}

void Dialogue::onEhlo(const Reply& reply, bool helo) {
    if (reply.positive()) {
        result_.capabilities = helo ? Capabilities() : parseCapabilities(reply);
        if (!strayBytes(Stage::Helo)) afterEhlo();
        return;
    }
    const bool heloHelps = !options_.credentials && (tlsOn_ || options_.tls <= TlsMode::Opportunistic);
    if (!helo && reply.permanent() && heloHelps) {
        if (!strayBytes(Stage::Helo)) command("HELO " + options_.heloName, {Phase::Ehlo, 0, true});
        return;
    }
    failSession(FailureKind::Refused, Stage::Helo,
                fmt::format("The server refused {}: {}", helo ? "HELO" : "EHLO", reply.summary()), reply);
    quit();
}

void Dialogue::afterEhlo() {
    if (!tlsTried_ && options_.tls != TlsMode::Never) {
        if (result_.capabilities.startTls) {
            tlsTried_ = true;
            state_ = State::Tls;
            return command("STARTTLS", {Phase::StartTls});
        }
        result_.tls.state = TlsState::NotOffered;
        if (options_.tls >= TlsMode::Require) {
            failSession(FailureKind::Tls, Stage::Tls,
                        "TLS is required, and the server does not offer STARTTLS.");
            return quit();
        }
    }
    if (options_.credentials && result_.authMechanism.empty() && !auth_) return startAuth();
    startMail();
}

void Dialogue::onStartTls(const Reply& reply) {
    if (reply.positive()) {
        // Plain text behind the 220 would be read as if it had come through TLS (CVE-2011-0411).
        if (!parser_.idle()) {
            const size_t bytes = parser_.reset();
            result_.tls.state = TlsState::Failed;
            result_.tls.text =
                fmt::format("{} bytes came in plain text behind the answer to STARTTLS.", bytes);
            return lost(
                FailureKind::Protocol,
                fmt::format(
                    "The server sent {} bytes behind its answer to STARTTLS, before TLS began; they were "
                    "discarded and the connection dropped.",
                    bytes));
        }
        wantTls_ = true;
        return;
    }
    result_.tls.state = TlsState::Refused;
    result_.tls.text = reply.summary();
    if (options_.tls >= TlsMode::Require) {
        failSession(FailureKind::Tls, Stage::Tls,
                    fmt::format("The server refused STARTTLS: {}", reply.summary()), reply);
        return quit();
    }
    if (!strayBytes(Stage::Tls)) afterEhlo();
}

void Dialogue::tlsDone(TlsReport report) {
    if (!wantTls_) return;
    wantTls_ = false;
    parser_.reset();
    ++serial_;
    result_.tls = std::move(report);
    if (result_.tls.state != TlsState::Established)
        return lost(FailureKind::Tls, fmt::format("The TLS handshake failed: {}", result_.tls.text));
    if (options_.tls == TlsMode::Verify && !result_.tls.trusted) {
        return lost(FailureKind::Tls,
                    fmt::format("The server's certificate is not trusted: {}", result_.tls.text));
    }
    tlsOn_ = true;
    log(Direction::Note, fmt::format("TLS established: {} {}{}", result_.tls.protocol, result_.tls.cipher,
                                     result_.tls.trusted ? "" : ", certificate not verified"));
    result_.capabilities = Capabilities(); // RFC 3207 4.2: what was said before is forgotten
    sayEhlo();
}

void Dialogue::startAuth() {
    auto refuse = [this](std::string sentence) {
        failSession(FailureKind::Auth, Stage::Auth, std::move(sentence));
        quit();
    };
    const bool safe = tlsOn_ && result_.tls.trusted;
    if (!safe && !options_.loopback)
        return refuse(tlsOn_ ? "The password was not sent: the server's certificate is not verified."
                             : "The password was not sent: the connection is not encrypted.");
    if (!safe) log(Direction::Note, "AUTH without verified TLS, because the server is on this machine.");
    auto mechanism = chooseMechanism(*options_.credentials, result_.capabilities.auth);
    if (!mechanism)
        return refuse(result_.capabilities.auth.empty()
                          ? std::string("The server does not offer AUTH.")
                          : fmt::format("The server offers no AUTH mechanism that can be used here, only {}.",
                                        text::printable(text::join(result_.capabilities.auth, ", "))));
    if (options_.credentials->user.find('\0') != std::string::npos)
        return refuse("The user name has a NUL character.");
    state_ = State::Auth;
    result_.authMechanism.clear();
    auth_ = std::make_unique<AuthExchange>(*mechanism, *options_.credentials);
    command(auth_->initial(), {Phase::Auth}, auth_->initialMasked());
}

void Dialogue::onAuth(const Reply& reply) {
    if (reply.positive()) {
        if (strayBytes(Stage::Auth)) return;
        const auto mechanism = chooseMechanism(*options_.credentials, result_.capabilities.auth);
        result_.authMechanism = std::string(authMechanismName(*mechanism));
        return startMail();
    }
    if (reply.intermediate()) {
        if (strayBytes(Stage::Auth)) return;
        if (reply.discarded != 0)
            return lost(FailureKind::Protocol, "The server sent an AUTH challenge that is too long.");
        auto answer = auth_->answer(reply.text());
        if (!answer) return lost(FailureKind::Protocol, answer.error().text);
        return command(*answer, {Phase::Auth}, "<masked>");
    }
    std::string why = reply.summary();
    if (!auth_->serverExplanation().empty()) why += " (" + auth_->serverExplanation() + ")";
    failSession(FailureKind::Auth, Stage::Auth,
                fmt::format("The server did not accept user and password: {}", why), reply);
    quit();
}

void Dialogue::quit() {
    if (state_ == State::Quit || state_ == State::Finished) return;
    state_ = State::Quit;
    expected_.clear();
    command("QUIT", {Phase::Quit});
}

void Dialogue::finish() {
    state_ = State::Finished;
    expected_.clear();
}

void Dialogue::failSession(FailureKind kind, Stage stage, std::string text, std::optional<Reply> reply) {
    if (result_.failure || state_ == State::Quit) return; // the first one is the cause
    redact(text);
    log(Direction::Note, text);
    result_.failure = Failure{kind, stage, std::move(text), std::move(reply)};
    abandon(*result_.failure);
}

// The connection can no longer be used.
void Dialogue::lost(FailureKind kind, std::string text) {
    if (state_ == State::Finished) return;
    sends_.clear();
    wantTls_ = false;
    failSession(kind, dotSent_ ? Stage::Body : stageOf(lastPhase_), std::move(text));
    finish();
}

void Dialogue::closed(std::string_view reason) {
    if (state_ == State::Finished) return;
    lastPhase_ = awaited();
    std::string rest = parser_.unfinished();
    redact(rest);
    if (!rest.empty()) log(Direction::Received, rest);
    lost(FailureKind::Closed,
         fmt::format("The connection was lost before {} was complete{}{}.", phaseName(lastPhase_),
                     reason.empty() ? "" : ": ", text::printable(reason)));
}

void Dialogue::timedOut() {
    if (state_ == State::Finished) return;
    std::string rest = parser_.unfinished();
    redact(rest);
    if (!rest.empty()) log(Direction::Received, rest);
    lost(FailureKind::Timeout, fmt::format("The time for {} ran out after {}.", phaseName(lastPhase_),
                                           seconds(options_.timeouts.of(lastPhase_))));
}

void Dialogue::unreachable(FailureKind kind, Phase phase, std::string text) {
    lastPhase_ = phase;
    lost(kind, std::move(text));
}

void Dialogue::expired() {
    lost(FailureKind::Timeout,
         fmt::format("The session took longer than {}.", seconds(options_.timeouts.session)));
}

void Dialogue::cancelled() {
    lost(FailureKind::Local, "The session was cancelled.");
}

} // namespace waypost::smtp
