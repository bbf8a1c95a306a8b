// Dialogue: an IMAP client without sockets (RFC 3501, 9051; STARTTLS, SASL-IR 4959, ID 2971, SPECIAL-USE
// 6154, Gmail's X-GM-EXT-1). It says what it needs; the session moves the bytes. No clock, no randomness.
//
// Sign-in runs by itself: greeting, CAPABILITY, STARTTLS, authentication, ID and LIST. From Need::Command on
// the caller submits commands; several may be under way at once, answered in order.
//
// Refused, with a Failure: PREAUTH where TLS is asked for; any octet behind the OK of STARTTLS; an answer to
// what was not sent yet; credentials without TLS (unless `allowPlainAuth`); more responses than the caps
// allow.
#pragma once

#include "base/secret.h"
#include "imap/command.h"
#include "imap/fetch.h"
#include "imap/mailbox.h"
#include "imap/parser.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waypost::imap {

enum class TlsMode : std::uint8_t { Implicit, StartTls, Plain };
enum class AuthKind : std::uint8_t { Password, OAuth2 };

struct DialogueOptions {
    TlsMode tls = TlsMode::Implicit;
    AuthKind auth = AuthKind::Password;
    std::string user;
    Secret secret;
    bool allowPlainAuth = false; // only ever set for a loopback address
    std::string version = "0";   // for ID
    ParserLimits limits;
    size_t dataPerCommand = 100'000; // responses that answer one command
    size_t noisePerCommand = 10'000; // responses nobody asked for (EXPUNGE, EXISTS, …) during one command
    size_t mailboxes = 5'000;
    size_t hitsPerSearch = 50'000; // the newest are kept
};

// Why a conversation ended without its result. An outcome, not an Error: a wrong password is what a seed test
// has to show.
enum class FailureKind : std::uint8_t {
    NoAddress,    // the host has no address, or could not be looked up
    Connect,      // refused, unreachable, timed out while connecting
    Tls,          // handshake or certificate
    NoTls,        // STARTTLS not offered, or credentials would go out in the clear
    Preauth,      // signed in before we could ask for TLS
    Injected,     // octets behind STARTTLS' OK
    NoMechanism,  // no way to sign in that both sides know
    LoginRefused, // the server said no
    CommandRefused,
    Bye,      // the server ended the session
    Closed,   // the connection ended
    Timeout,  // our deadline
    TooLarge, // a cap was reached
    Protocol, // the server said something that is no IMAP
    Cancelled,
};
std::string_view failureKindName(FailureKind kind);

struct Failure {
    FailureKind kind = FailureKind::Protocol;
    std::string text;   // one sentence
    std::string server; // the server's own words, if it said any (printable)
};

enum class Need : std::uint8_t {
    Write,   // takeOutgoing()
    Read,    // receive()
    Tls,     // do the handshake, then tlsEstablished()
    Command, // signed in; nothing is under way
    Closed,  // LOGOUT is done
    Failed,
};

struct MailboxState {
    std::uint32_t exists = 0;
    std::optional<std::uint32_t> uidValidity, uidNext;
    bool readOnly = false; // the server confirmed READ-ONLY
};

// The end of one command.
struct Completed {
    Command::Kind kind = Command::Kind::Capability;
    Status status = Status::None;
    std::string code, text;
    MailboxState mailbox;            // EXAMINE
    std::vector<std::uint32_t> hits; // UID SEARCH
};

class Dialogue {
  public:
    explicit Dialogue(DialogueOptions options);

    [[nodiscard]] Need need() const;
    // Everything that may be sent now.
    Chunk takeOutgoing();
    void receive(std::string_view bytes);
    void tlsEstablished();
    void peerClosed();

    void submit(Command command);
    std::optional<Completed> takeCompleted();
    std::vector<Fetched> takeFetched();
    // True when a command ended since the last call: a slow server that gets on is not a dead one.
    bool takeProgress() { return std::exchange(progress_, false); }

    [[nodiscard]] bool has(std::string_view capability) const;
    [[nodiscard]] const std::vector<Mailbox>& mailboxes() const { return mailboxes_; }
    [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
    // What the server sent since the last call, for the transcript (literals left out).
    std::string takeReceived();

  private:
    enum class Step : std::uint8_t {
        Greeting,
        Capability,
        StartTls,
        Handshake,
        SignIn,
        Refresh,
        Survey,
        Ready,
        Ended
    };
    struct Flight {
        Command command;
        size_t nextChunk = 0;
        bool sent = false; // handed out by takeOutgoing()
        Completed result;
        size_t data = 0, noise = 0;
        size_t rounds = 0; // continuations beyond our chunks
    };

    void on(Response response);
    void onGreeting(Response& r);
    void onUntagged(Response& r);
    void onContinuation(Response& r);
    void onTagged(Response& r);
    bool takeData(Response& r);
    void takeExamineCode(const Response& r);
    void takeCapabilities(const std::vector<Value>& values);
    void count(bool data);

    void afterCapability();
    void signIn();
    void afterSignIn(const Completed& done);
    void survey();
    void afterSurvey(const Completed& done);
    void advance(Completed done);
    void send(Command command);
    void pump();
    void fail(FailureKind kind, std::string text, std::string_view server = {});

    DialogueOptions options_;
    ResponseParser parser_;
    Step step_ = Step::Greeting;
    bool secured_ = false;
    bool freshCapabilities_ = false;
    bool listedPlainly_ = false;
    std::vector<std::string> capabilities_;
    std::vector<Mailbox> mailboxes_;
    std::deque<Flight> flights_;
    std::deque<Command> queue_;
    std::deque<Completed> completed_;
    std::vector<Fetched> fetched_;
    std::optional<Failure> failure_;
    Chunk outgoing_;
    std::string received_;
    std::string challenge_; // what an XOAUTH2 server said before its NO
    unsigned nextTag_ = 1;
    size_t idleNoise_ = 0;
    bool progress_ = false;
};

} // namespace waypost::imap
