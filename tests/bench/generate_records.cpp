// generate_records kumomta|pmta LINES [SEED]: a deterministic log in the shape of KumoMTA (JSON lines; a
// reception and an attempt for each message, as its default logging writes them) or of PowerMTA (accounting
// CSV with d, t and b). Outcomes and domains as in log_generator.h: 90 % accepted, 6 % deferred, 4 % bounced.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>

namespace {

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    std::string domain() {
        double u = (double(below(1'000'000)) + 1) / 1'000'001.0;
        return fmt::format("dom{}.example.net", std::uint64_t(std::pow(u, -1.2)) % 5000);
    }

  private:
    std::uint64_t state_;
};

struct Attempt {
    std::string domain, user, id;
    std::uint64_t at, host, size, outcome; // outcome in percent
};

Attempt attemptOf(Random& r, std::uint64_t& clock) {
    clock += r.below(3);
    return {r.domain(),
            fmt::format("user{}", r.below(100'000'000)),
            fmt::format("{:016x}{:016x}", r.next(), r.next()),
            1'763'000'000 + clock / 4,
            r.below(4),
            2000 + r.below(88'000),
            r.below(100)};
}

void kumo(const Attempt& a, std::string& out) {
    auto record = [&](const char* type, const char* site, int code, const char* enhanced,
                      const std::string& said, const char* command) {
        fmt::format_to(
            std::back_inserter(out),
            R"({{"type":"{}","id":"{}","sender":"bounce@news.example.com","recipient":"{}@{}","queue":"spring:acme@{}",)"
            R"("site":"{}","size":{},"response":{{"code":{},"enhanced_code":{},"content":"{}","command":{}}},)"
            R"("peer_address":{{"name":"mx{}.{}","addr":"203.0.113.{}"}},"timestamp":{},"event_time":"2025-11-13T02:13:25.123456Z","created":{},)"
            R"("num_attempts":0,"bounce_classification":"Uncategorized","egress_pool":"pool-a","egress_source":"ip-1",)"
            R"("source_address":{{"address":"198.51.100.7:40112"}},"feedback_report":null,"meta":{{}},"headers":{{"Subject":"News"}},)"
            R"("delivery_protocol":"ESMTP","reception_protocol":"ESMTP","nodeid":"d8f1c2d4-7a3b-4d0e-9b1a-1b2c3d4e5f60",)"
            R"("tls_cipher":"TLS_AES_256_GCM_SHA384","tls_protocol_version":"TLSv1.3","session_id":"0f0e0d0c-7a3b-4d0e-9b1a-1b2c3d4e5f60"}})"
            "\n",
            type, a.id, a.user, a.domain, a.domain, site, a.size, code, enhanced, said, command, a.host,
            a.domain, a.host + 7, a.at, a.at - 2);
    };
    record("Reception", "", 250, "null", "", "null");
    if (a.outcome < 90)
        record("Delivery", "pool-a->mx", 250, R"({"class":2,"subject":0,"detail":0})",
               "Ok: queued as " + a.id.substr(0, 12), R"(".")");
    else if (a.outcome < 96)
        record("TransientFailure", "pool-a->mx", 421, R"({"class":4,"subject":7,"detail":28})",
               "Our system has detected an unusual rate of unsolicited mail originating from your IP address",
               R"(".")");
    else
        record("Bounce", "pool-a->mx", 550, R"({"class":5,"subject":1,"detail":1})",
               "The email account that you tried to reach does not exist", R"("RCPT TO")");
}

void pmta(const Attempt& a, std::string& out) {
    const char* type = a.outcome < 90 ? "d" : a.outcome < 96 ? "t" : "b";
    std::string said = a.outcome < 90 ? "smtp;250 2.0.0 Ok: queued as " + a.id.substr(0, 12)
                       : a.outcome < 96
                           ? "smtp;421 4.7.28 Our system has detected an unusual rate of unsolicited mail, "
                             "originating from your IP address"
                           : "smtp;550 5.1.1 The email account that you tried to reach does not exist";
    fmt::format_to(std::back_inserter(out),
                   "{},{},{},bounce@news.example.com,{}@{},,relayed,{},\"{}\",mx{}.{} (203.0.113.{}),{},smtp,"
                   "app1.example.com,smtp,198.51.100.7,203.0.113.{},\"8BITMIME,SIZE,STARTTLS\",{},vm1,spring,"
                   ",{}/vm1,pool-a\r\n",
                   type, a.at, a.at - 2, a.user, a.domain,
                   a.outcome < 90   ? "2.0.0 (success)"
                   : a.outcome < 96 ? "4.7.28 (temporary)"
                                    : "5.1.1 (bad destination mailbox address)",
                   said, a.host, a.domain, a.host + 7, a.outcome < 96 ? "" : "bad-mailbox", a.host + 7,
                   a.size, a.domain);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const bool json = std::strcmp(argv[1], "kumomta") == 0;
    std::uint64_t lines = std::strtoull(argv[2], nullptr, 10), clock = 0;
    Random random(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 88172645463325252ULL);
    std::string out;
    if (!json)
        out = "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,"
              "srcType,srcMta,"
              "dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,envId,queue,"
              "vmtaPool\r\n";
    for (std::uint64_t i = 0; i < lines; i += json ? 2 : 1) {
        Attempt a = attemptOf(random, clock);
        json ? kumo(a, out) : pmta(a, out);
        if (out.size() < 1 << 20) continue;
        std::fwrite(out.data(), 1, out.size(), stdout);
        out.clear();
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
    return std::ferror(stdout) ? 1 : 0;
}
