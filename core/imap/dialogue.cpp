#include "imap/dialogue.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::imap {

namespace {

constexpr size_t maxServerWords = 500;
constexpr size_t maxMailboxName = 1024;
constexpr size_t maxReceivedShown = 256 * 1024; // between two calls of takeReceived()

std::string words(std::string_view serverText) {
    return text::printable(serverText.substr(0, maxServerWords));
}

} // namespace

std::string_view failureKindName(FailureKind kind) {
    switch (kind) {
    case FailureKind::NoAddress: return "no-address";
    case FailureKind::Connect: return "connect";
    case FailureKind::Tls: return "tls";
    case FailureKind::NoTls: return "no-tls";
    case FailureKind::Preauth: return "preauth";
    case FailureKind::Injected: return "injected";
    case FailureKind::NoMechanism: return "no-mechanism";
    case FailureKind::LoginRefused: return "login-refused";
    case FailureKind::CommandRefused: return "command-refused";
    case FailureKind::Bye: return "bye";
    case FailureKind::Closed: return "closed";
    case FailureKind::Timeout: return "timeout";
    case FailureKind::TooLarge: return "too-large";
    case FailureKind::Protocol: return "protocol";
    case FailureKind::Cancelled: return "cancelled";
    }
    return "";
}

Dialogue::Dialogue(DialogueOptions options)
    : options_(std::move(options)), parser_(options_.limits), secured_(options_.tls == TlsMode::Implicit) {}

Need Dialogue::need() const {
    if (failure_) return Need::Failed;
    if (!outgoing_.wire.empty()) return Need::Write;
    if (step_ == Step::Handshake) return Need::Tls;
    if (step_ == Step::Ended) return Need::Closed;
    if (step_ == Step::Ready && flights_.empty()) return Need::Command;
    return Need::Read;
}

Chunk Dialogue::takeOutgoing() {
    for (Flight& f : flights_) f.sent = true;
    return std::exchange(outgoing_, {});
}

std::string Dialogue::takeReceived() {
    return std::exchange(received_, {});
}

std::optional<Completed> Dialogue::takeCompleted() {
    if (completed_.empty()) return std::nullopt;
    Completed first = std::move(completed_.front());
    completed_.pop_front();
    return first;
}

std::vector<Fetched> Dialogue::takeFetched() {
    return std::exchange(fetched_, {});
}

bool Dialogue::has(std::string_view capability) const {
    return std::any_of(capabilities_.begin(), capabilities_.end(),
                       [&](const std::string& c) { return text::iequals(c, capability); });
}

void Dialogue::fail(FailureKind kind, std::string text, std::string_view server) {
    if (failure_) return;
    failure_ = Failure{kind, std::move(text), words(server)};
    outgoing_ = {};
    queue_.clear();
}

void Dialogue::peerClosed() {
    if (step_ == Step::Ended) return;
    bool leaving = !flights_.empty() && flights_.front().command.kind == Command::Kind::Logout;
    if (leaving) {
        step_ = Step::Ended;
        return;
    }
    std::string during = flights_.empty()
                             ? "between commands"
                             : "during " + std::string(commandVerb(flights_.front().command.kind));
    if (step_ == Step::Greeting) during = "before its greeting";
    fail(FailureKind::Closed, "The server closed the connection " + during + ".");
}

void Dialogue::receive(std::string_view bytes) {
    if (failure_ || step_ == Step::Ended) return;
    if (step_ == Step::Handshake) {
        return fail(FailureKind::Injected, "The server sent data between STARTTLS and the TLS handshake.");
    }
    parser_.feed(bytes);
    while (!failure_ && step_ != Step::Ended && step_ != Step::Handshake) {
        auto response = parser_.next();
        if (!response) {
            bool cap = response.error().code == ErrorCode::TooLarge;
            return fail(cap ? FailureKind::TooLarge : FailureKind::Protocol, response.error().text);
        }
        if (!*response) return;
        on(std::move(**response));
    }
}

void Dialogue::on(Response r) {
    if (received_.size() < maxReceivedShown) {
        received_ += r.line;
        received_ += "\r\n";
    }
    if (step_ == Step::Greeting) return onGreeting(r);
    switch (r.kind) {
    case Response::Kind::Untagged: return onUntagged(r);
    case Response::Kind::Continuation: return onContinuation(r);
    case Response::Kind::Tagged: return onTagged(r);
    }
}

void Dialogue::onGreeting(Response& r) {
    if (r.kind != Response::Kind::Untagged || r.status == Status::None || r.status == Status::No ||
        r.status == Status::Bad) {
        return fail(FailureKind::Protocol, "The server's greeting is no IMAP greeting.", r.line);
    }
    if (r.status == Status::Bye) return fail(FailureKind::Bye, "The server turned us away.", r.text);
    if (r.status == Status::Preauth && options_.tls != TlsMode::Plain) {
        return fail(
            FailureKind::Preauth,
            "The server says we are signed in already (PREAUTH); with TLS asked for, that is refused.",
            r.text);
    }
    if (r.code == "CAPABILITY") takeCapabilities(r.codeValues);
    if (r.status == Status::Preauth) return survey();
    step_ = Step::Capability;
    if (freshCapabilities_) return afterCapability();
    send(capabilityCommand());
}

void Dialogue::takeCapabilities(const std::vector<Value>& values) {
    capabilities_.clear();
    for (const Value& v : values) {
        if (v.isText()) capabilities_.push_back(v.text);
    }
    freshCapabilities_ = true;
}

void Dialogue::tlsEstablished() {
    if (step_ != Step::Handshake) return;
    // What was said before TLS counts for nothing.
    capabilities_.clear();
    freshCapabilities_ = false;
    secured_ = true;
    step_ = Step::Capability;
    send(capabilityCommand());
}

void Dialogue::afterCapability() {
    if (options_.tls == TlsMode::StartTls && !secured_) {
        if (!has("STARTTLS")) {
            return fail(FailureKind::NoTls,
                        "The server does not offer STARTTLS, and this account asks for it.");
        }
        step_ = Step::StartTls;
        return send(startTlsCommand());
    }
    signIn();
}

void Dialogue::signIn() {
    step_ = Step::SignIn;
    freshCapabilities_ = false;
    if (!secured_ && !options_.allowPlainAuth) {
        return fail(FailureKind::NoTls, "The connection is not encrypted; credentials are not sent over it.");
    }
    bool initial = has("SASL-IR");
    if (options_.auth == AuthKind::OAuth2) {
        if (!has("AUTH=XOAUTH2")) {
            return fail(FailureKind::NoMechanism,
                        "The server does not offer XOAUTH2, which this account needs.");
        }
        return send(authenticateCommand("XOAUTH2", xoauth2Response(options_.user, options_.secret), initial));
    }
    if (has("AUTH=PLAIN")) {
        return send(authenticateCommand("PLAIN", plainResponse(options_.user, options_.secret), initial));
    }
    if (has("LOGINDISABLED")) {
        return fail(FailureKind::NoMechanism,
                    "The server disabled LOGIN and offers no password mechanism we know.");
    }
    send(loginCommand(options_.user, options_.secret));
}

void Dialogue::afterSignIn(const Completed& done) {
    if (done.status != Status::Ok) {
        std::string said = done.code.empty() ? done.text : "[" + done.code + "] " + done.text;
        if (!challenge_.empty()) said += " " + challenge_;
        return fail(FailureKind::LoginRefused, "The server refused the sign-in.", said);
    }
    options_.secret = Secret();
    if (freshCapabilities_) return survey();
    step_ = Step::Refresh;
    send(capabilityCommand());
}

// ID and LIST in one round trip.
void Dialogue::survey() {
    step_ = Step::Survey;
    if (has("ID")) send(idCommand(options_.version));
    send(listCommand(has("SPECIAL-USE") && has("LIST-EXTENDED")));
}

void Dialogue::afterSurvey(const Completed& done) {
    if (done.kind == Command::Kind::Id) return; // a refused ID costs nothing
    if (done.status == Status::Ok) {
        assignSpecialUse(mailboxes_);
        step_ = Step::Ready;
        return;
    }
    if (listedPlainly_ || !(has("SPECIAL-USE") && has("LIST-EXTENDED"))) {
        return fail(FailureKind::CommandRefused, "The server refused to list its mailboxes.", done.text);
    }
    listedPlainly_ = true;
    mailboxes_.clear();
    send(listCommand(false));
}

void Dialogue::advance(Completed done) {
    switch (step_) {
    case Step::Capability:
    case Step::Refresh:
        if (done.status != Status::Ok || !freshCapabilities_) {
            return fail(FailureKind::Protocol, "The server did not answer CAPABILITY.", done.text);
        }
        return step_ == Step::Refresh ? survey() : afterCapability();
    case Step::StartTls:
        if (done.status != Status::Ok)
            return fail(FailureKind::NoTls, "The server refused STARTTLS.", done.text);
        if (parser_.buffered() > 0) {
            return fail(
                FailureKind::Injected,
                fmt::format(
                    "{} octets followed the OK of STARTTLS in the clear; somebody may have put them there.",
                    parser_.buffered()));
        }
        step_ = Step::Handshake;
        return;
    case Step::SignIn: return afterSignIn(done);
    case Step::Survey: return afterSurvey(done);
    case Step::Ready:
        if (done.kind == Command::Kind::Logout) step_ = Step::Ended;
        completed_.push_back(std::move(done));
        return;
    case Step::Greeting:
    case Step::Handshake:
    case Step::Ended: return;
    }
}

void Dialogue::submit(Command command) {
    if (failure_ || step_ == Step::Ended) return;
    send(std::move(command));
}

void Dialogue::send(Command command) {
    command.tag = fmt::format("W{}", nextTag_++);
    queue_.push_back(std::move(command));
    pump();
}

// Sends queued commands; nothing goes behind a command that still waits for a "+" or changes the stream.
void Dialogue::pump() {
    while (!queue_.empty()) {
        if (!flights_.empty() && flights_.back().nextChunk < flights_.back().command.chunks.size()) return;
        Flight f;
        f.command = std::move(queue_.front());
        queue_.pop_front();
        f.result.kind = f.command.kind;
        const Chunk& first = f.command.chunks.front();
        outgoing_.wire += f.command.tag + " " + first.wire;
        outgoing_.shown += f.command.tag + " " + first.shown;
        f.nextChunk = 1;
        flights_.push_back(std::move(f));
    }
}

void Dialogue::onContinuation(Response& r) {
    if (flights_.empty())
        return fail(FailureKind::Protocol, "The server asked to go on where nothing was sent.", r.text);
    Flight& f = flights_.back();
    if (f.nextChunk < f.command.chunks.size()) {
        const Chunk& chunk = f.command.chunks[f.nextChunk++];
        outgoing_.wire += chunk.wire;
        outgoing_.shown += chunk.shown;
        return pump();
    }
    // XOAUTH2: the reason of the refusal comes as a challenge; an empty line fetches the NO.
    bool oauth = f.command.kind == Command::Kind::Authenticate && options_.auth == AuthKind::OAuth2;
    if (!oauth || ++f.rounds > 1) {
        return fail(FailureKind::Protocol, "The server asked for more than there is to say.", r.text);
    }
    challenge_ = words(text::base64Decode(r.text).value_or(r.text));
    outgoing_.wire += "\r\n";
    outgoing_.shown += "\r\n";
}

void Dialogue::onTagged(Response& r) {
    if (flights_.empty() || flights_.front().command.tag != r.tag || !flights_.front().sent) {
        return fail(FailureKind::Protocol, "The server answered a command that was not sent.", r.line);
    }
    if (r.code == "CAPABILITY") takeCapabilities(r.codeValues);
    Flight& f = flights_.front();
    if (r.status == Status::Ok && f.nextChunk < f.command.chunks.size()) {
        return fail(FailureKind::Protocol, "The server accepted a command before it was complete.", r.text);
    }
    takeExamineCode(r);
    Completed done = std::move(f.result);
    done.status = r.status;
    done.code = std::move(r.code);
    done.text = std::move(r.text);
    flights_.pop_front();
    progress_ = true;
    pump();
    advance(std::move(done));
}

void Dialogue::onUntagged(Response& r) {
    if (r.status == Status::Bye) {
        bool leaving = !flights_.empty() && flights_.front().command.kind == Command::Kind::Logout;
        if (!leaving) fail(FailureKind::Bye, "The server ended the session.", r.text);
        return;
    }
    count(takeData(r));
}

// True when the response answers what is under way.
bool Dialogue::takeData(Response& r) {
    if (r.name == "CAPABILITY") {
        takeCapabilities(r.values);
        return true;
    }
    if (flights_.empty()) return false;
    Flight& f = flights_.front();
    switch (f.command.kind) {
    case Command::Kind::List:
        if (auto m = mailboxFromList(r)) {
            if (m->wireName.size() > maxMailboxName) return false;
            mailboxes_.push_back(std::move(*m));
            return true;
        }
        return false;
    case Command::Kind::Examine:
        takeExamineCode(r);
        if (r.name == "EXISTS" && r.number) f.result.mailbox.exists = *r.number;
        return r.status == Status::Ok || r.name == "FLAGS" || r.name == "EXISTS" || r.name == "RECENT";
    case Command::Kind::Search:
        if (r.name != "SEARCH" && r.name != "ESEARCH") return false;
        f.result.hits = searchHits(r, options_.hitsPerSearch);
        return true;
    case Command::Kind::Fetch:
        if (auto fetched = fetchedFrom(std::move(r))) {
            fetched_.push_back(std::move(*fetched));
            return true;
        }
        return false;
    default: return false;
    }
}

void Dialogue::takeExamineCode(const Response& r) {
    if (flights_.empty() || flights_.front().command.kind != Command::Kind::Examine) return;
    MailboxState& m = flights_.front().result.mailbox;
    auto number = r.codeValues.empty() ? std::nullopt : r.codeValues[0].number();
    bool fits = number && *number > 0 && *number <= 0xffff'ffffU;
    if (r.code == "UIDVALIDITY" && fits) m.uidValidity = std::uint32_t(*number);
    if (r.code == "UIDNEXT" && fits) m.uidNext = std::uint32_t(*number);
    if (r.code == "READ-ONLY") m.readOnly = true;
}

void Dialogue::count(bool data) {
    if (flights_.empty()) {
        if (++idleNoise_ > options_.noisePerCommand) {
            fail(FailureKind::TooLarge,
                 fmt::format("The server sent more than {} responses nobody asked for.",
                             options_.noisePerCommand));
        }
        return;
    }
    Flight& f = flights_.front();
    size_t seen = data ? ++f.data : ++f.noise;
    size_t cap = data ? options_.dataPerCommand : options_.noisePerCommand;
    if (seen > cap || mailboxes_.size() > options_.mailboxes) {
        fail(FailureKind::TooLarge,
             fmt::format("The server sent more than {} {} during {}.",
                         mailboxes_.size() > options_.mailboxes ? options_.mailboxes : cap,
                         data ? "responses" : "responses nobody asked for", commandVerb(f.command.kind)));
    }
}

} // namespace waypost::imap
