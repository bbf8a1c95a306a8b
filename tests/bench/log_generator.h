// A deterministic Postfix log. Seven lines a message: smtpd connect, client=, cleanup message-id, qmgr from=,
// one delivery, qmgr removed, smtpd disconnect (a bounced one has a bounce line instead of nothing; a
// deferred one is not removed). 90 % sent, 6 % deferred 421-4.7.28, 4 % bounced 550 5.1.1; recipient domains
// by a Pareto law; every accepted reply has a queue id of its own, as real ones have. Header only: tests and
// benchmarks share it.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace waypost::bench {

struct LogCounts {
    std::uint64_t lines = 0, sent = 0, deferred = 0, bounced = 0;
    [[nodiscard]] std::uint64_t events() const { return sent + deferred + bounced; }
};

class LogGenerator {
  public:
    explicit LogGenerator(std::uint64_t seed = 88172645463325252ULL, std::int64_t startDay = 1)
        : state_(seed), day_(startDay) {}

    // Appends the lines of one message.
    void message(std::string& out, LogCounts& counts) {
        clock_ += 40 + below(120); // hundredths of a second
        std::string id = queueId(), domain = recipientDomain(),
                    host = "mx" + std::to_string(below(4)) + "." + domain;
        std::string pid = std::to_string(1000 + below(9000)), client = "app" + std::to_string(below(8)) +
                                                                       ".example.com[192.0.2." +
                                                                       std::to_string(10 + below(8)) + "]";
        std::string user = "user" + std::to_string(below(100'000'000));
        line(out, "smtpd", pid, "connect from " + client, counts);
        line(out, "smtpd", pid, id + ": client=" + client, counts);
        line(out, "cleanup", pid,
             id + ": message-id=<" + std::to_string(next() % 1'000'000'000'000ULL) + "@app.example.com>",
             counts);
        line(out, "qmgr", "812",
             id + ": from=<bounce-" + std::to_string(below(20)) + "@news.example.com>, size=" +
                 std::to_string(2000 + below(88'000)) + ", nrcpt=1 (queue active)",
             counts);
        std::uint64_t dice = below(100);
        std::string fields = id + ": to=<" + user + "@" + domain + ">, relay=" + host + "[203.0.113." +
                             std::to_string(below(250)) + "]:25, delay=" + delay() +
                             ", delays=0.02/0/0.31/0.4, ";
        std::string said = "host " + host + "[203.0.113.7] said: ";
        if (dice < 90) {
            line(out, "smtp", pid,
                 fields + "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as " + queueId() + ")", counts);
            ++counts.sent;
        } else if (dice < 96) {
            line(out, "smtp", pid,
                 fields + "dsn=4.7.28, status=deferred (" + said +
                     "421-4.7.28 Our system has detected an unusual rate of unsolicited mail 421 4.7.28 "
                     "originating from your IP address (in reply to end of DATA command))",
                 counts);
            ++counts.deferred;
        } else {
            line(out, "smtp", pid,
                 fields + "dsn=5.1.1, status=bounced (" + said + "550 5.1.1 <" + user + "@" + domain +
                     ">: Recipient address rejected: User unknown (in reply to RCPT TO command))",
                 counts);
            line(out, "bounce", pid, id + ": sender non-delivery notification: " + queueId(), counts);
            ++counts.bounced;
        }
        if (dice < 90 || dice >= 96) line(out, "qmgr", "812", id + ": removed", counts);
        line(out, "smtpd", pid,
             "disconnect from " + client + " ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5", counts);
    }

  private:
    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    std::string queueId() {
        static constexpr char alphabet[] = "0123456789ABCDEF";
        std::string id(11, '0');
        for (char& c : id) c = alphabet[below(16)];
        return id;
    }
    std::string recipientDomain() {
        double u = double(next() % 1'000'000 + 1) / 1'000'000.0;
        auto rank = std::uint64_t(std::pow(u, -1.0 / 0.6)) % 2005;
        return "dom" + std::to_string(rank) + ".example.net";
    }
    std::string delay() {
        std::uint64_t hundredths = 10 + below(490);
        char text[16];
        std::snprintf(text, sizeof text, "%u.%02u", unsigned(hundredths / 100), unsigned(hundredths % 100));
        return text;
    }
    void line(std::string& out, const char* service, const std::string& pid, const std::string& body,
              LogCounts& counts) {
        std::uint64_t second = clock_ / 100;
        char head[32];
        std::snprintf(head, sizeof head, "Nov %2u %02u:%02u:%02u",
                      unsigned(day_ + std::int64_t(second / 86400)), unsigned(second / 3600 % 24),
                      unsigned(second / 60 % 60), unsigned(second % 60));
        out.append(head)
            .append(" mta1 postfix/")
            .append(service)
            .append("[")
            .append(pid)
            .append("]: ")
            .append(body)
            .append("\n");
        ++counts.lines;
    }

    std::uint64_t state_;
    std::int64_t day_;
    std::uint64_t clock_ = 0;
};

} // namespace waypost::bench
