// The loopback name server of the suites: over the wire, and through Unbound, a zone says what it says
// without a socket.
#include "net/dialer.h"
#include "support/loopback_zone.h"

using namespace waypost;
using test::LoopbackZone;

namespace {

constexpr const char* zone = R"({
    "example.org": [{"type": "TXT", "data": ["v=spf1 ", "-all"]}, {"type": "SPF", "data": ["v=spf1 +all"]},
                    {"type": "MX", "data": [10, "mx.example.org"]}, {"type": "MX", "data": [0, ""]}],
    "mx.example.org": [{"type": "A", "data": "192.0.2.1"}, {"type": "AAAA", "data": "2001:db8::1"}],
    "a.b.example.org": [{"type": "A", "data": "192.0.2.2"}],
    "alias.example.org": [{"type": "CNAME", "data": "mx.example.org"}],
    "nowhere.example.org": [{"type": "CNAME", "data": "gone.example.org"}],
    "slow.example.org": ["TIMEOUT", {"type": "A", "data": "192.0.2.3"}],
    "1.2.0.192.in-addr.arpa": [{"type": "PTR", "data": "MX.example.org"}],
    "1.0.0.127.in-addr.arpa": [{"type": "PTR", "data": "mx.example.org"}],
    "name.test": [{"type": "A", "data": "192.0.2.4"}],
    "octets.example.org": [{"type": "TXT", "data": ["\u00fc\u0000"]}]
})";

} // namespace

class TestLoopbackZone : public QObject {
    Q_OBJECT
    std::unique_ptr<LoopbackZone> direct_, unbound_;

    LoopbackZone* way(const QString& name) { return name == "direct" ? direct_.get() : unbound_.get(); }

  private Q_SLOTS:
    void initTestCase() {
        net::guard::allowOnlyLoopback(true);
        const json::value parsed = json::parse(zone, "zone").value();
        direct_ = std::make_unique<LoopbackZone>();
        direct_->serve(parsed.as_object());
        if (!LoopbackZone::unboundAbsent().empty()) return;
        unbound_ = std::make_unique<LoopbackZone>(test::LoopbackZoneOptions{.unbound = true});
        unbound_->serve(parsed.as_object());
    }
    void cleanupTestCase() {
        unbound_.reset();
        direct_.reset();
        QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0));
    }

    void answers_data() {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("expected");
        for (const char* server : {"direct", "Unbound"}) {
            auto row = [server](const char* name, const char* type, const char* expected) {
                QTest::addRow("%s: %s %s", server, name, type) << QString(server) << name << type << expected;
            };
            row("example.org", "TXT", "ok: \"v=spf1 \" \"-all\"");
            row("example.org", "SPF", "ok: \"v=spf1 +all\"");
            row("Example.ORG.", "A", "no-data");
            row("b.example.org", "A", "no-data");
            row("c.example.org", "A", "nxdomain");
            row("alias.example.org", "A", "ok: mx.example.org. 192.0.2.1");
            row("alias.example.org", "TXT", "no-data: mx.example.org.");
            row("nowhere.example.org", "A", "nxdomain: gone.example.org.");
            row("slow.example.org", "TXT", "servfail");
            row("slow.example.org", "A", "ok: 192.0.2.3");
            row("1.2.0.192.in-addr.arpa", "PTR", "ok: MX.example.org.");
            row("1.0.0.127.in-addr.arpa", "PTR", "ok: mx.example.org.");
            row("name.test", "A", "ok: 192.0.2.4");
            row("octets.example.org", "TXT", "ok: \"\\252\\000\"");
        }
    }
    void answers() {
        QFETCH(QString, server);
        QFETCH(QString, name);
        QFETCH(QString, type);
        QFETCH(QString, expected);
        LoopbackZone* net = way(server);
        if (!net) QSKIP(LoopbackZone::unboundAbsent().c_str());
        const dns::Question question{name.toStdString(), *dns::recordTypeFromName(type.toStdString())};
        auto answer = net->run<dns::Answer>([&](dns::Resolver& r) { return dns::ask(r, question); });
        std::string got(dns::statusName(answer.status));
        for (size_t i = 0; i < answer.records.size(); ++i)
            got += (i == 0 ? ": " : " ") + dns::presentation(answer.records[i]);
        QCOMPARE(QString::fromStdString(got), expected);
        QVERIFY(answer.took < Millis(2'000));
    }

    void aLongAnswerComesOverTcp_data() {
        QTest::addColumn<QString>("server");
        QTest::newRow("direct") << "direct";
        QTest::newRow("Unbound") << "Unbound";
    }
    void aLongAnswerComesOverTcp() {
        QFETCH(QString, server);
        LoopbackZone* net = way(server);
        if (!net) QSKIP(LoopbackZone::unboundAbsent().c_str());
        test::ZoneResolver big;
        std::string line = "big.example.org TXT";
        for (int i = 0; i < 40; ++i) line += " \"" + std::string(200, char('a' + i % 26)) + "\"";
        big.add(line);
        net->serve(big);
        const dns::Question question{"big.example.org", dns::RecordType::TXT};
        auto answer = net->run<dns::Answer>([&](dns::Resolver& r) { return dns::ask(r, question); });
        QVERIFY(answer.ok());
        QCOMPARE(answer.transport, dns::Transport::Tcp);
        QCOMPARE(std::get<dns::TxtData>(answer.records.at(0).data).joined().size(), size_t(8000));
        QVERIFY(!net->asked().empty());
    }

    void silenceIsATimeout() {
        LoopbackZone net({.silent = true, .timeout = Millis(100)});
        net.serve("example.org !timeout");
        const dns::Question question{"example.org", dns::RecordType::TXT};
        auto answer = net.run<dns::Answer>([&](dns::Resolver& r) { return dns::ask(r, question); });
        QCOMPARE(answer.status, dns::Status::Timeout);
    }
    void aNewZoneForgetsTheOld() {
        LoopbackZone net;
        const dns::Question question{"example.org", dns::RecordType::A};
        for (const char* address : {"192.0.2.1", "192.0.2.2"}) {
            net.serve(std::string("example.org A ") + address);
            auto answer = net.run<dns::Answer>([&](dns::Resolver& r) { return dns::ask(r, question); });
            QCOMPARE(dns::presentation(answer.records.at(0)), std::string(address));
            QCOMPARE(net.asked().size(), size_t(1));
        }
    }
};

QTEST_GUILESS_MAIN(TestLoopbackZone)
#include "tst_loopback_zone.moc"
