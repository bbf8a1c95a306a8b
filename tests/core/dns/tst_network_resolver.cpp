#include "dns/network_resolver.h"
#include "net/dialer.h"
#include "scripted_server.h"
#include "support/paths.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace waypost;
using namespace waypost::dns;
using waypost::test::addressRecord;
using waypost::test::answerTo;
using waypost::test::ScriptedServer;
using waypost::test::soaRecord;

namespace {

const Question question{"mx.example.org", RecordType::A};

std::vector<std::string> good(const std::string& query, const std::string& ip = "192.0.2.1") {
    return {answerTo(query, [&](Message& m) { m.answers = {addressRecord("mx.example.org", ip)}; })};
}

std::vector<std::string> withCode(const std::string& query, int rcode) {
    return {answerTo(query, [&](Message& m) { m.rcode = rcode; })};
}

// What one scripted server does, by name.
std::vector<std::string> act(const QByteArray& what, std::string query, bool tcp) {
    if (what == "good") return good(query);
    if (what == "nxdomain") return withCode(query, 3);
    if (what == "nodata")
        return {answerTo(query, [](Message& m) { m.authority = {soaRecord("example.org", 60)}; })};
    if (what == "servfail") return withCode(query, 2);
    if (what == "refused") return withCode(query, 5);
    if (what == "formerr") return withCode(query, 1);
    if (what == "empty datagram") return {""};
    if (what == "empty, then good") return {"", good(query)[0]};
    if (what == "half a header") return {query.substr(0, 7)};
    if (what == "garbage") return {query.substr(0, 2) + std::string(40, '\xff')};
    if (what == "wrong id" || what == "wrong id, then good") {
        auto bytes = good(query)[0];
        auto forged = bytes;
        forged[0] = char(forged[0] ^ 0x55);
        if (what == "wrong id") return {forged};
        return {forged, bytes};
    }
    if (what == "other name" || what == "other name, then good") {
        auto forged = answerTo(query, [](Message& m) {
            m.questions[0].name = "evil.example.net";
            m.answers = {addressRecord("evil.example.net", "203.0.113.66")};
        });
        if (what == "other name") return {forged};
        return {forged, good(query)[0]};
    }
    if (what.startsWith("cut")) {
        if (!tcp) return {answerTo(query, [](Message& m) { m.truncated = true; })};
        if (what == "cut, then whole over TCP") return good(query);
        if (what == "cut, wrong id over TCP") return act("wrong id", query, false);
        return {}; // "cut, silent over TCP"
    }
    return {}; // "silent"
}

struct Outcome {
    std::vector<Answer> answers;
    [[nodiscard]] const Answer& only() const { return answers.at(0); }
};

bool waitUntil(net::Loop& loop, const std::function<bool()>& done, Millis limit = Millis(20'000)) {
    auto late = std::make_shared<bool>(false);
    start(loop.sleep(limit), [late] { *late = true; });
    loop.runUntil([&] { return *late || done(); });
    return done();
}

} // namespace

class TestNetworkResolver : public QObject {
    Q_OBJECT

    SystemClock clock_;
    SystemRandom random_;

    static NetworkResolverOptions options(std::vector<net::Endpoint> servers) {
        NetworkResolverOptions o;
        o.servers = std::move(servers);
        o.timeout = Millis(60);
        return o;
    }
    Answer one(net::Loop& loop, NetworkResolverOptions o, Question q = question) {
        NetworkResolver resolver(loop, clock_, random_, std::move(o));
        std::optional<Answer> got;
        resolver.resolve(std::move(q), [&](Answer a) { got = std::move(a); });
        if (!waitUntil(loop, [&] { return got.has_value(); })) qFatal("no answer came back");
        return *got;
    }

  private Q_SLOTS:
    void oneServer_data() {
        QTest::addColumn<QByteArray>("does");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("rcode");
        QTest::addColumn<int>("transport");
        QTest::addColumn<QByteArray>("says");
        auto row = [](const char* name, const char* does, Status s, int rcode, Transport t,
                      const char* says) {
            QTest::newRow(name) << QByteArray(does) << int(s) << rcode << int(t) << QByteArray(says);
        };
        using enum Status;
        auto udp = Transport::Udp;
        auto none = Transport::None;
        row("an answer", "good", Ok, 0, udp, "");
        row("no such name", "nxdomain", NxDomain, 3, udp, "");
        row("the name without such a record", "nodata", NoData, 0, udp, "");
        row("servfail", "servfail", ServFail, 2, udp, "");
        row("refused", "refused", Refused, 5, udp, "");
        row("silence", "silent", Timeout, -1, none, "No answer within 60 ms");
        row("an empty datagram answers nothing", "empty datagram", Timeout, -1, none, "1 datagrams came");
        row("after an empty datagram the answer still counts", "empty, then good", Ok, 0, udp, "");
        row("half a header", "half a header", Malformed, -1, udp, "");
        row("octets that are no message", "garbage", Malformed, -1, udp, "");
        row("another id is not ours", "wrong id", Timeout, -1, none, "1 datagrams came");
        row("after another id the answer still counts", "wrong id, then good", Ok, 0, udp, "");
        row("an answer for another name", "other name", Malformed, 0, udp, "");
        row("after a forged answer the right one wins", "other name, then good", Ok, 0, udp, "");
        row("cut over UDP, whole over TCP", "cut, then whole over TCP", Ok, 0, Transport::Tcp, "");
        row("cut over UDP, silent over TCP", "cut, silent over TCP", Timeout, 0, udp, "over TCP: ");
        row("cut over UDP, another id over TCP", "cut, wrong id over TCP", Malformed, -1, Transport::Tcp,
            "another id");
    }
    void oneServer() {
        QFETCH(QByteArray, does);
        QFETCH(int, status);
        QFETCH(int, rcode);
        QFETCH(int, transport);
        QFETCH(QByteArray, says);
        net::Loop loop;
        ScriptedServer server(loop, [does](std::string q, bool tcp) { return act(does, std::move(q), tcp); });
        auto before = clock_.now();
        Answer a = one(loop, options({server.endpoint()}));
        QCOMPARE(int(a.status), status);
        if (rcode >= 0 && a.status != Status::Malformed) QCOMPARE(a.rcode, rcode);
        QCOMPARE(int(a.transport), transport);
        QCOMPARE(a.server, server.endpoint().toString());
        QVERIFY(a.question == question);
        QVERIFY(a.at >= before);
        QVERIFY2(a.text.find(says.toStdString()) != std::string::npos, a.text.c_str());
        QCOMPARE(a.raw.empty(), a.transport == Transport::None);
        QCOMPARE(a.truncated, does.startsWith("cut"));
        QCOMPARE(a.records.empty(), a.status != Status::Ok);
        if (a.status == Status::Malformed) QVERIFY(!a.text.empty());
        if (a.status == Status::Timeout) QVERIFY(a.took >= Millis(55));
    }

    void twoServers_data() {
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<QByteArray>("second");
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("serverOfAnswer");
        auto row = [](const char* name, const char* first, const char* second, Status s, int which) {
            QTest::newRow(name) << QByteArray(first) << QByteArray(second) << int(s) << which;
        };
        using enum Status;
        row("the first answers", "good", "nxdomain", Ok, 0);
        row("nxdomain is an answer", "nxdomain", "good", NxDomain, 0);
        row("silence: the second takes over", "silent", "good", Ok, 1);
        row("servfail: the second takes over", "servfail", "good", Ok, 1);
        row("refused: the second takes over", "refused", "nxdomain", NxDomain, 1);
        row("malformed: the second takes over", "garbage", "good", Ok, 1);
        row("servfail tells more than silence", "servfail", "silent", ServFail, 0);
        row("servfail tells more than silence, other order", "silent", "servfail", ServFail, 1);
        row("servfail tells more than refused", "refused", "servfail", ServFail, 1);
        row("refused tells more than malformed", "garbage", "refused", Refused, 1);
        row("malformed tells more than silence", "silent", "garbage", Malformed, 1);
        row("a cut answer that TCP does not complete is no answer", "cut, silent over TCP", "good", Ok, 1);
    }
    void twoServers() {
        QFETCH(QByteArray, first);
        QFETCH(QByteArray, second);
        QFETCH(int, status);
        QFETCH(int, serverOfAnswer);
        net::Loop loop;
        ScriptedServer a(loop, [&](std::string q, bool tcp) { return act(first, std::move(q), tcp); });
        ScriptedServer b(loop, [&](std::string q, bool tcp) { return act(second, std::move(q), tcp); });
        Answer answer = one(loop, options({a.endpoint(), b.endpoint()}));
        QCOMPARE(int(answer.status), status);
        QCOMPARE(answer.server, (serverOfAnswer ? b : a).endpoint().toString());
    }

    void aServerThatAnsweredIsNotAskedAgain() {
        net::Loop loop;
        ScriptedServer a(loop, [](std::string q, bool) { return withCode(q, 2); });
        ScriptedServer b(loop, [](std::string, bool) { return std::vector<std::string>{}; });
        Answer answer = one(loop, options({a.endpoint(), b.endpoint()}));
        QCOMPARE(answer.status, Status::ServFail);
        QCOMPARE(a.overUdp, 1);
        QCOMPARE(b.overUdp, 2);
    }

    void aServerWithoutEdnsIsAskedWithoutIt() {
        net::Loop loop;
        std::vector<bool> edns;
        ScriptedServer server(loop, [&](std::string q, bool) {
            auto message = decodeQuery(q);
            edns.push_back(message->edns);
            if (message->edns)
                return std::vector{answerTo(q, [](Message& m) {
                    m.rcode = 1;
                    m.edns = false;
                })};
            return good(q);
        });
        Answer answer = one(loop, options({server.endpoint()}));
        QCOMPARE(answer.status, Status::Ok);
        QVERIFY(edns == std::vector<bool>({true, false}));
    }

    void theQueryAsksForWhatItShould() {
        net::Loop loop;
        std::optional<Message> seen;
        ScriptedServer server(loop, [&](std::string q, bool) {
            seen = *decodeQuery(q);
            return good(q);
        });
        one(loop, options({server.endpoint()}));
        QVERIFY(seen->recursionDesired);
        QVERIFY(seen->authenticated);
        QVERIFY(!seen->dnssecOk);
        QCOMPARE(seen->udpSize, std::uint16_t(1232));
        auto o = options({server.endpoint()});
        o.recursionDesired = false;
        o.dnssecOk = true;
        one(loop, o);
        QVERIFY(!seen->recursionDesired);
        QVERIFY(seen->dnssecOk);
    }

    void aClosedPortIsUnreachable() {
        net::Loop loop;
        net::Endpoint at;
        {
            ScriptedServer gone(loop, [](std::string, bool) { return std::vector<std::string>{}; });
            at = gone.endpoint();
        }
        Answer a = one(loop, options({at}));
        QCOMPARE(a.status, Status::Unreachable);
        QVERIFY2(a.text.find("Connection refused") != std::string::npos, a.text.c_str());
        auto o = options({at});
        o.tcpOnly = true;
        a = one(loop, o);
        QCOMPARE(a.status, Status::Unreachable);
    }

    void theGuardHolds() {
        net::Loop loop;
        auto before = net::guard::stoppedAttempts();
        Answer a = one(loop, options({*net::Endpoint::parse("192.0.2.53", 53)}));
        QCOMPARE(a.status, Status::Unreachable);
        QCOMPARE(a.text,
                 std::string("192.0.2.53 is not a loopback address, and only loopback is allowed here."));
        QVERIFY(net::guard::stoppedAttempts() > before);
    }

    void whatCannotBeAskedSaysWhy() {
        net::Loop loop;
        Answer a = one(loop, options({}));
        QCOMPARE(a.status, Status::Unreachable);
        QCOMPARE(a.text, std::string("No name server is configured."));
        a = one(loop, options({{net::IpAddress::v4({127, 0, 0, 1}), 9}}),
                {std::string(70, 'x'), RecordType::A});
        QCOMPARE(a.status, Status::Unreachable);
        QVERIFY(!a.text.empty());
    }

    void tcpOnly() {
        net::Loop loop;
        ScriptedServer server(loop, [](std::string q, bool) { return good(q); });
        auto o = options({server.endpoint()});
        o.tcpOnly = true;
        o.timeout = Millis(2000);
        Answer a = one(loop, o);
        QCOMPARE(a.status, Status::Ok);
        QCOMPARE(a.transport, Transport::Tcp);
        QVERIFY(!a.truncated);
        QCOMPARE(server.overUdp, 0);
        QCOMPARE(server.overTcp, 1);
    }

    void cancelled_data() {
        QTest::addColumn<bool>("stop");
        QTest::addColumn<bool>("tcp");
        QTest::newRow("the loop stops, UDP") << true << false;
        QTest::newRow("the loop stops, TCP") << true << true;
        QTest::newRow("the resolver dies, UDP") << false << false;
        QTest::newRow("the resolver dies, TCP") << false << true;
    }
    void cancelled() {
        QFETCH(bool, stop);
        QFETCH(bool, tcp);
        net::Loop loop;
        ScriptedServer server(loop, [](std::string, bool) { return std::vector<std::string>{}; });
        auto o = options({server.endpoint()});
        o.timeout = Millis(60'000);
        o.window = 2;
        o.tcpOnly = tcp;
        auto resolver = std::make_unique<NetworkResolver>(loop, clock_, random_, o);
        std::vector<Status> got;
        for (int i = 0; i < 5; ++i) resolver->resolve(question, [&](Answer a) { got.push_back(a.status); });
        QVERIFY(waitUntil(loop, [&] { return server.overUdp + server.overTcp == 2; }));
        if (stop)
            loop.stop();
        else
            resolver.reset();
        QVERIFY(waitUntil(loop, [&] { return got.size() == 5; }));
        QVERIFY(got == std::vector<Status>(5, Status::Cancelled));
        if (!resolver) return;
        resolver->resolve(question, [&](Answer a) { got.push_back(a.status); });
        QCOMPARE(got.size(), size_t(6));
        QCOMPARE(got.back(), Status::Cancelled);
    }

    void theWindowIsKept() {
        net::Loop loop;
        std::vector<std::string> held;
        ScriptedServer server(loop, [&](std::string q, bool) {
            held.push_back(std::move(q));
            return std::vector<std::string>{};
        });
        auto o = options({server.endpoint()});
        o.window = 3;
        o.tries = 1;
        NetworkResolver resolver(loop, clock_, random_, o);
        int done = 0;
        size_t mostHeld = 0;
        for (int i = 0; i < 9; ++i) resolver.resolve(question, [&](Answer) { ++done; });
        QVERIFY(waitUntil(loop, [&] {
            mostHeld = std::max(mostHeld, held.size() - size_t(done));
            return done == 9;
        }));
        QCOMPARE(mostHeld, size_t(3));
        QCOMPARE(resolver.counters().timeouts, std::uint64_t(9));
    }

    // Real daemon, real zone: nothing is lost in a burst.
    void nsd() {
        if (!std::filesystem::exists("/usr/sbin/nsd")) QSKIP("/usr/sbin/nsd is absent");
        net::Loop loop;
        auto folder = test::temporaryFolder();
        net::Endpoint at;
        {
            ScriptedServer port(loop, [](std::string, bool) { return std::vector<std::string>{}; });
            at = port.endpoint();
        }
        constexpr int names = 2000;
        std::ofstream zone(folder / "zone");
        zone << "$ORIGIN bulk.test.\n$TTL 300\n@ SOA ns root 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n";
        zone << "big TXT";
        for (int i = 0; i < 30; ++i) zone << " \"" << std::string(100, char('a' + i % 26)) << '"';
        zone << '\n';
        for (int i = 0; i < names; ++i)
            zone << fmt::format("n{} A 10.{}.{}.{}\n", i, i >> 16, (i >> 8) & 255, i & 255);
        zone.close();
        auto dir = folder.string();
        std::ofstream(folder / "conf") << fmt::format(
            "server:\n  ip-address: 127.0.0.1@{0}\n  port: {0}\n  username: \"\"\n  chroot: \"\"\n"
            "  zonesdir: \"{1}\"\n  pidfile: \"{1}/pid\"\n  database: \"\"\n  xfrdfile: \"{1}/xfrd\"\n"
            "  zonelistfile: \"{1}/list\"\n  xfrdir: \"{1}\"\n  logfile: \"{1}/log\"\n  rrl-ratelimit: 0\n"
            "  rrl-whitelist-ratelimit: 0\nremote-control:\n  control-enable: no\n"
            "zone:\n  name: bulk.test\n  zonefile: zone\n",
            at.port, dir);
        auto config = (folder / "conf").string();
        pid_t pid = fork();
        if (pid == 0) {
            execl("/usr/sbin/nsd", "nsd", "-d", "-c", config.c_str(), nullptr);
            _exit(127);
        }
        struct Stop {
            pid_t pid;
            ~Stop() {
                ::kill(pid, SIGTERM);
                ::waitpid(pid, nullptr, 0);
            }
        } stop{pid};
        Answer up;
        for (int i = 0; i < 100; ++i) {
            up = one(loop, options({at}), {"ns.bulk.test", RecordType::A});
            if (up.ok()) break;
            usleep(50'000);
        }
        QVERIFY2(up.ok(), up.text.c_str());
        QVERIFY(up.authoritative);

        auto o = options({at});
        o.timeout = Millis(2000);
        Answer missing = one(loop, o, {"nothing.bulk.test", RecordType::A});
        QCOMPARE(missing.status, Status::NxDomain);
        QCOMPARE(missing.ttl(), 60u);
        QCOMPARE(one(loop, o, {"ns.bulk.test", RecordType::MX}).status, Status::NoData);
        QCOMPARE(one(loop, o, {"example.org", RecordType::A}).status, Status::Refused);
        Answer big = one(loop, o, {"big.bulk.test", RecordType::TXT});
        QCOMPARE(big.status, Status::Ok);
        QVERIFY(big.truncated);
        QCOMPARE(big.transport, Transport::Tcp);
        QCOMPARE(std::get<TxtData>(big.records.at(0).data).joined().size(), size_t(3000));

        o.window = 500;
        NetworkResolver resolver(loop, clock_, random_, o);
        int burst = qEnvironmentVariableIntValue("WAYPOST_DNS_BURST");
        if (burst <= 0) burst = 20'000;
        int done = 0;
        int right = 0;
        auto begun = std::chrono::steady_clock::now();
        for (int i = 0; i < burst; ++i) {
            int n = i % names;
            auto expected = fmt::format("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255);
            resolver.resolve({fmt::format("n{}.bulk.test", n), RecordType::A}, [&, expected](Answer a) {
                ++done;
                right += a.ok() && std::get<AddressData>(a.records.at(0).data).text == expected;
            });
        }
        QVERIFY(waitUntil(loop, [&] { return done == burst; }, Millis(60'000)));
        double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        qInfo("%d answers in %.3f s: %.0f a second, %llu repeated", burst, seconds, burst / seconds,
              static_cast<unsigned long long>(resolver.counters().repeated));
        QCOMPARE(right, burst);
        QCOMPARE(resolver.counters().repeated, std::uint64_t(0));
        QCOMPARE(resolver.counters().strays, std::uint64_t(0));
    }
};

QTEST_APPLESS_MAIN(TestNetworkResolver)
#include "tst_network_resolver.moc"
