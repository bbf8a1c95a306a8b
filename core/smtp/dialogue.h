// Dialogue: the client side of one SMTP session as a machine without sockets, clock or randomness. The driver
// asks next(), does what it says, and reports what happened:
//
//   Send      write the bytes, then next() again           -> closed() when that failed
//   StartTls  do the handshake                             -> tlsDone()
//   Wait      read until next() no longer gives this Wait  -> received(), closed() or timedOut()
//   Done      close the connection; result() is final
//
// Rules it keeps: replies are matched to commands, and a reply nobody asked for ends the session; bytes
// behind the answer to STARTTLS are never used (RFC 3207); AUTH goes only over verified TLS or to loopback;
// nothing is sent that the server did not offer; once the final dot has left, only the server's answer can
// say what became of the message — anything else is Uncertain. RFC 5321, 1870, 2920, 3207, 3461, 4954, 6152,
// 6531.
#pragma once

#include "base/transcript.h"
#include "smtp/auth.h"
#include "smtp/outcome.h"
#include "smtp/parser.h"
#include "smtp/wire.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace waypost::smtp {

enum class TlsMode : std::uint8_t {
    Never,
    Opportunistic, // when offered; the certificate is recorded
    Require,       // no TLS, no mail; the certificate is recorded
    Verify,        // and the certificate must be good for the name
};

struct Recipient {
    mail::MailAddress address;
    Notify notify;
    std::string original; // ORCPT, an rfc822 address; empty: not sent
};

struct OutgoingMail {
    mail::MailAddress sender; // null: "<>"
    std::vector<Recipient> recipients;
    std::shared_ptr<const std::string> message; // any line ends; null only when `probe`
    std::optional<ReturnContent> ret;
    std::string envid;  // at most 100 characters
    bool probe = false; // stop before DATA: nothing is sent
};

struct DialogueOptions {
    std::string heloName;
    TlsMode tls = TlsMode::Opportunistic;
    std::optional<Credentials> credentials;
    bool loopback = false;            // the peer is this machine: AUTH without TLS is allowed, and noted
    bool pipelining = true;           // use it when offered
    std::optional<TlsReport> already; // implicit TLS (port 465): established before the greeting
    Timeouts timeouts;
};

struct Send {
    std::string bytes;
    bool secret = false; // the record has another text for it
    Phase phase = Phase::Ehlo;
    Millis deadline{0};
};
struct StartTls {
    bool verify = false;
    Millis deadline{0};
};
struct Wait {
    Phase phase = Phase::Greeting;
    Millis deadline{0};
    std::uint64_t serial = 0; // changes with every reply: the deadline starts anew
    size_t mail = 0;          // index of the mail it is about
};
struct Done {};
using Action = std::variant<Send, StartTls, Wait, Done>;

struct LogEntry {
    Direction direction = Direction::Note;
    std::string bytes; // secrets masked
};

class Dialogue {
  public:
    static constexpr size_t maxEnvid = 100;        // RFC 3461 4.4
    static constexpr size_t groupRecipients = 100; // RCPTs in one pipelined group
    static constexpr size_t bodyBlock = 64 * 1024;

    Dialogue(DialogueOptions options, std::vector<OutgoingMail> mails);
    Dialogue(const Dialogue&) = delete;
    Dialogue& operator=(const Dialogue&) = delete;

    Action next();
    void received(std::string_view bytes);
    void tlsDone(TlsReport report);
    void closed(std::string_view reason); // end of stream, reset, failed write
    void timedOut();                      // the deadline of the last action
    // The whole session took too long.
    void expired();
    void cancelled();
    // There is no connection, or no TLS on it, to begin with.
    void unreachable(FailureKind kind, Phase phase, std::string text);

    // Counts replies and handshakes; a Wait carries it.
    [[nodiscard]] std::uint64_t serial() const { return serial_; }
    [[nodiscard]] bool done() const { return state_ == State::Finished; }
    [[nodiscard]] const DialogueResult& result() const { return result_; }
    // What was said since the last call.
    std::vector<LogEntry> takeLog();

  private:
    enum class State : std::uint8_t {
        Greeting,
        Ehlo,
        Tls,
        Auth,
        Mailing,
        Body,
        FinalDot,
        Reset,
        Quit,
        Finished
    };
    struct Expected {
        Phase phase;
        size_t recipient = 0;
        bool helo = false;
        bool emptyData = false;
    };
    struct Command {
        std::string bytes; // with CRLF
        Expected expected;
    };

    // dialogue.cpp: session
    void handle(const Reply& reply);
    void onGreeting(const Reply& reply);
    void onEhlo(const Reply& reply, bool helo);
    void onStartTls(const Reply& reply);
    void onAuth(const Reply& reply);
    void afterEhlo();
    void startAuth();
    void sayEhlo();
    void command(std::string line, Expected expected, const std::string& masked = {});
    bool strayBytes(Stage stage);
    void quit();
    void finish();
    void failSession(FailureKind kind, Stage stage, std::string text, std::optional<Reply> reply = {});
    void lost(FailureKind kind, std::string text);
    [[nodiscard]] Phase awaited() const;
    [[nodiscard]] bool onlyGoodbyeWaits() const;
    void log(Direction d, std::string bytes);
    Reply redacted(Reply reply) const;
    void redact(std::string& text) const;

    // transaction.cpp: one mail
    void startMail();
    bool refuseLocally();
    void sendGroup();
    std::string mailLine();
    void onMail(const Reply& reply);
    void onRcpt(const Reply& reply, size_t recipient);
    void onData(const Reply& reply);
    void onFinalDot(const Reply& reply);
    void onEarlyReply(const Reply& reply);
    void onReset(const Reply& reply);
    void advance();
    void startBody();
    Send bodyBlockAction();
    void endMail(bool transactionOpen);
    void settle(RecipientResult& r, Stage stage, const Reply& reply);
    void settleOpen(Stage stage, const Reply& reply);
    void abandon(const Failure& why);
    [[nodiscard]] bool pipelined() const { return options_.pipelining && result_.capabilities.pipelining; }
    const OutgoingMail& mail() const { return mails_[mailIndex_]; }
    MailResult& mailResult() { return result_.mails[mailIndex_]; }

    DialogueOptions options_;
    std::vector<OutgoingMail> mails_;
    DialogueResult result_;
    ReplyParser parser_;
    std::vector<LogEntry> log_;

    State state_ = State::Greeting;
    std::vector<Send> sends_; // in order; few
    std::vector<Expected> expected_;
    bool wantTls_ = false;
    bool tlsTried_ = false;
    bool tlsOn_ = false;
    std::unique_ptr<AuthExchange> auth_;
    std::uint64_t serial_ = 0;
    Phase lastPhase_ = Phase::Greeting;

    size_t mailIndex_ = 0;
    enum class Rcpt : std::uint8_t { Open, Willing, Settled };
    std::vector<Rcpt> rcpt_;
    size_t nextRcpt_ = 0;
    bool mailSent_ = false, mailFailed_ = false, dataSent_ = false, dotSent_ = false;
    DotEncoder encoder_;
    size_t bodyAt_ = 0;
};

} // namespace waypost::smtp
