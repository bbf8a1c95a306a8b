// Receiver: the server side of one SMTP conversation with a simulated provider, without sockets: a line in, a
// reply and the next step out. The connection's shell (smtp_server.cpp) moves the bytes, waits and asks for
// SPF.
#pragma once

#include "base/clock.h"
#include "lab/profile.h"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::lab {

// What a receiver remembers between connections: rates and greylisting, by sending IP.
struct ReceiverMemory {
    std::map<std::string, std::deque<UtcTime>> recentMail; // by IP, for "rate"
    std::map<std::string, UtcTime> firstContact;           // by IP + sender + recipient, for "first-contact"
};

enum class NextStep : std::uint8_t { Line, StartTls, Content, Close };

struct ServerReply {
    std::string bytes; // with CRLF; empty: say nothing
    NextStep next = NextStep::Line;
};

// What the shell learned about the sender before the content is judged.
struct SenderFacts {
    std::string spf = "none"; // RFC 7208 result, lower case
};

struct Accepted {
    std::string recipient, folder, category;
};
struct ContentVerdict {
    std::string reply;              // with CRLF
    std::vector<Accepted> accepted; // empty: refused
    std::string headers;            // Received and Authentication-Results to put on top
};

class Receiver {
  public:
    Receiver(const Profile& profile, ReceiverMemory& memory, const Clock& clock, std::string peerIp);

    ServerReply greeting();
    ServerReply line(std::string_view line);
    void tlsStarted(std::string protocol);
    ContentVerdict content(std::string_view message, const SenderFacts& facts);

    [[nodiscard]] const std::string& mailFrom() const { return from_; }
    [[nodiscard]] const std::string& helo() const { return helo_; }
    static constexpr size_t maxRecipients = 100;
    static constexpr size_t maxMessage = 25 * 1024 * 1024;

  private:
    ServerReply hello(std::string_view verb, std::string_view name);
    ServerReply mail(std::string_view rest);
    ServerReply rcpt(std::string_view rest);
    const ReplyRule* match(std::string_view stage, std::string_view recipient, std::string_view message,
                           const SenderFacts* facts);
    bool holds(const ReplyRule& rule, std::string_view recipient, std::string_view message,
               const SenderFacts* facts);
    bool overRate(const ReplyRule& rule);
    bool firstContact(const ReplyRule& rule, std::string_view recipient);
    bool knows(std::string_view recipient) const;
    std::string fill(std::string reply, std::string_view recipient) const;
    Accepted file(const std::string& recipient, std::string_view message, const SenderFacts& facts) const;
    std::string traceHeaders(const SenderFacts& facts) const;
    void reset();

    const Profile& profile_;
    ReceiverMemory& memory_;
    const Clock& clock_;
    std::string peerIp_, helo_, from_, tls_;
    bool extended_ = false, inMail_ = false;
    std::vector<std::string> recipients_;
};

} // namespace waypost::lab
