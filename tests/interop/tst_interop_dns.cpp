// Our resolver and `domain inspect` against NSD (authoritative) and Unbound (validating): a signed zone, an
// unsigned one, and one whose record was changed behind its signature.
#include "dns/network_resolver.h"
#include "interop.h"
#include "support/servers_dns.h"

#include <algorithm>

using namespace waypost;
using namespace waypost::engine;
namespace wt = waypost::test;

namespace {

constexpr size_t bigText = 3'000; // above every size a datagram may have here

std::string records(const std::string& spf) {
    std::string big = "big TXT";
    for (size_t at = 0; at < bigText; at += 250) big += " \"" + std::string(250, char('a' + at / 250)) + "\"";
    return "@ MX 10 mx\n@ TXT \"" + spf +
           "\"\n"
           "mx A 127.0.0.1\n"
           "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@example.test\"\n"
           "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:t@example.test\"\n"
           "@ CAA 0 issue \"ca.example\"\n"
           "_25._tcp.mx TLSA 3 1 1 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n" +
           big + "\n";
}

const AreaView* area(const DomainView& view, const std::string& id) {
    for (const AreaView& a : view.areas)
        if (a.id == id) return &a;
    return nullptr;
}

bool finding(const DomainView& view, const std::string& id) {
    return std::any_of(view.findings.begin(), view.findings.end(),
                       [&](const FindingView& f) { return f.id == id; });
}

const AnswerView* answerOf(const DomainView& view, const std::string& question) {
    for (const AnswerView& a : view.answers)
        if (a.question == question) return &a;
    return nullptr;
}

} // namespace

class TestInteropDns : public QObject {
    Q_OBJECT

    SystemClock clock_;
    SystemRandom random_;
    net::Loop loop_;
    std::unique_ptr<wt::Nsd> nsd_;
    std::unique_ptr<wt::Unbound> unbound_;

    dns::Answer ask(std::uint16_t port, const std::string& name, dns::RecordType type) {
        dns::NetworkResolverOptions o;
        o.servers = {{*net::IpAddress::parse("127.0.0.1"), port}};
        o.timeout = Millis(3'000);
        std::unique_ptr<dns::NetworkResolver> resolver;
        auto answer = loop_.runBlocking<dns::Answer>([&] {
            resolver = std::make_unique<dns::NetworkResolver>(loop_, clock_, random_, o);
            return dns::ask(*resolver, {name, type});
        });
        loop_.runBlocking<bool>([&]() -> Task<bool> { return dropped(&resolver); });
        return answer;
    }
    static Task<bool> dropped(std::unique_ptr<dns::NetworkResolver>* resolver) {
        resolver->reset();
        co_return true;
    }
    [[nodiscard]] std::uint16_t port(const QString& server) const {
        return server == "NSD" ? nsd_->port() : unbound_->port();
    }

    static DomainView inspect(std::uint16_t port, const std::string& domain) {
        auto e = wt::openEngine(wt::temporaryFolder());
        wt::set(*e, "resolver.servers", "127.0.0.1:" + std::to_string(port));
        wt::set(*e, "resolver.timeout_ms", "2000");
        wt::set(*e, "resolver.attempts", "1");
        const JobView job = wt::job(*e, InspectDomain{domain, {}});
        if (job.state != JobState::Done) qFatal("%s", job.text.c_str());
        return wt::as<DomainView>(e->askAndWait(DomainQuery{domain}));
    }

  private Q_SLOTS:
    void initTestCase() {
        WAYPOST_NEEDS(wt::Nsd::absent());
        WAYPOST_NEEDS(wt::Unbound::absent());
        net::guard::allowOnlyLoopback(true);
        loop_.startThread();
        wt::ZoneFile signedZone("signed.test", records("v=spf1 ip4:127.0.0.1 -all"));
        wt::ZoneFile plain("plain.test", records("v=spf1 ip4:127.0.0.1 -all"));
        wt::ZoneFile bogus("bogus.test", records("v=spf1 ip4:127.0.0.1 -all"));
        std::string why;
        QVERIFY2(signedZone.sign(why) && bogus.sign(why), why.c_str());
        bogus.falsify("v=spf1 ip4:127.0.0.1 -all", "v=spf1 ip4:127.0.0.1 +all");
        const std::vector<const wt::ZoneFile*> zones{&signedZone, &plain, &bogus};
        nsd_ = wt::Nsd::start(zones, why);
        QVERIFY2(nsd_, why.c_str());
        unbound_ = wt::Unbound::start(zones, nsd_->port(), why);
        QVERIFY2(unbound_, why.c_str());
    }

    void cleanupTestCase() {
        unbound_.reset();
        nsd_.reset();
        QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0));
    }

    void answers_data() {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("status");
        QTest::addColumn<bool>("authenticated");
        QTest::addColumn<QString>("data");
        QTest::newRow("NSD never says that it validated")
            << "NSD" << "signed.test" << "MX" << "ok" << false << "10 mx.signed.test.";
        QTest::newRow("Unbound says so of the signed zone")
            << "Unbound" << "signed.test" << "MX" << "ok" << true << "10 mx.signed.test.";
        QTest::newRow("and never of the unsigned one")
            << "Unbound" << "plain.test" << "MX" << "ok" << false << "10 mx.plain.test.";
        QTest::newRow("NSD serves the unsigned zone")
            << "NSD" << "plain.test" << "MX" << "ok" << false << "10 mx.plain.test.";
        QTest::newRow("a changed record is SERVFAIL through Unbound")
            << "Unbound" << "bogus.test" << "TXT" << "servfail" << false << "";
        QTest::newRow("its unchanged neighbour is authentic")
            << "Unbound" << "bogus.test" << "MX" << "ok" << true << "10 mx.bogus.test.";
        QTest::newRow("NSD does not look at signatures")
            << "NSD" << "bogus.test" << "TXT" << "ok" << false << "\"v=spf1 ip4:127.0.0.1 +all\"";
        QTest::newRow("a name that is not there")
            << "NSD" << "absent.signed.test" << "A" << "nxdomain" << false << "";
        QTest::newRow("its absence is proven")
            << "Unbound" << "absent.signed.test" << "A" << "nxdomain" << true << "";
        QTest::newRow("its absence is not proven")
            << "Unbound" << "absent.plain.test" << "A" << "nxdomain" << false << "";
        QTest::newRow("a name without this type")
            << "NSD" << "mx.signed.test" << "AAAA" << "no-data" << false << "";
        QTest::newRow("no data, proven")
            << "Unbound" << "mx.signed.test" << "AAAA" << "no-data" << true << "";
        QTest::newRow("a name with names below it only")
            << "Unbound" << "_tcp.mx.plain.test" << "TXT" << "no-data" << false << "";
        QTest::newRow("NSD refuses other zones")
            << "NSD" << "elsewhere.test" << "A" << "refused" << false << "";
        QTest::newRow("a TLSA record")
            << "Unbound" << "_25._tcp.mx.signed.test" << "TLSA" << "ok" << true
            << "3 1 1 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f";
        QTest::newRow("a CAA record")
            << "NSD" << "plain.test" << "CAA" << "ok" << false << "0 issue \"ca.example\"";
    }
    void answers() {
        QFETCH(QString, server);
        QFETCH(QString, name);
        QFETCH(QString, type);
        QFETCH(QString, status);
        QFETCH(bool, authenticated);
        QFETCH(QString, data);
        const auto asked = *dns::recordTypeFromName(type.toStdString());
        const dns::Answer a = ask(port(server), name.toStdString(), asked);
        QCOMPARE(QString::fromStdString(std::string(dns::statusName(a.status))), status);
        QCOMPARE(a.authenticated, authenticated);
        QCOMPARE(a.authoritative, server == "NSD" && status != "refused");
        QCOMPARE(a.server, "127.0.0.1:" + std::to_string(port(server)));
        QVERIFY(!a.raw.empty());
        std::string seen;
        for (const dns::Record* r : a.ofType(asked)) seen += dns::presentation(*r);
        QCOMPARE(QString::fromStdString(seen), data);
    }

    void aBigAnswerComesOverTcp_data() {
        QTest::addColumn<QString>("server");
        QTest::newRow("from NSD") << "NSD";
        QTest::newRow("from Unbound") << "Unbound";
    }
    void aBigAnswerComesOverTcp() {
        QFETCH(QString, server);
        const dns::Answer a = ask(port(server), "big.signed.test", dns::RecordType::TXT);
        QCOMPARE(a.status, dns::Status::Ok);
        QVERIFY(a.truncated);
        QCOMPARE(a.transport, dns::Transport::Tcp);
        QCOMPARE(std::get<dns::TxtData>(a.ofType(dns::RecordType::TXT).front()->data).joined().size(),
                 bigText);
    }

    void inspectionSeesWhatIsThere_data() {
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("domain");
        QTest::addColumn<bool>("authenticated");
        QTest::newRow("the signed zone through Unbound") << "Unbound" << "signed.test" << true;
        QTest::newRow("the unsigned zone through Unbound") << "Unbound" << "plain.test" << false;
        QTest::newRow("the signed zone from NSD") << "NSD" << "signed.test" << false;
        QTest::newRow("the unsigned zone from NSD") << "NSD" << "plain.test" << false;
    }
    void inspectionSeesWhatIsThere() {
        QFETCH(QString, server);
        QFETCH(QString, domain);
        QFETCH(bool, authenticated);
        const DomainView view = inspect(port(server), domain.toStdString());
        for (const char* id : {"spf-ok", "dmarc-ok", "mx-ok", "tls-rpt-ok", "caa-ok"})
            QVERIFY2(finding(view, id), (std::string(id) + "\n" + view.json).c_str());
        // DANE counts only when the answer was validated.
        QCOMPARE(finding(view, "dane-unchecked"), authenticated);
        QCOMPARE(finding(view, "dane-insecure"), !authenticated);
        const AnswerView* mx = answerOf(view, domain.toStdString() + " MX");
        QVERIFY(mx);
        QCOMPARE(mx->authenticated, authenticated);
        QVERIFY(!mx->raw.empty());
    }

    // SERVFAIL is "could not look": nothing is said to be missing.
    void aBogusSignatureIsNotAMissingRecord() {
        const DomainView view = inspect(unbound_->port(), "bogus.test");
        QVERIFY2(finding(view, "could-not-look"), view.json.c_str());
        QVERIFY2(!finding(view, "spf-none") && !finding(view, "spf-plus-all"), view.json.c_str());
        QVERIFY(area(view, "spf"));
        QCOMPARE(area(view, "spf")->state, State::Unknown);
        QCOMPARE(answerOf(view, "bogus.test TXT")->status, std::string("servfail"));
        QVERIFY(finding(view, "dmarc-ok")); // the rest of the zone is whole
    }

    // Last: the server goes away.
    void aServerThatIsGoneIsNotAnEmptyZone() {
        const std::uint16_t gone = nsd_->port();
        nsd_->stop();
        const dns::Answer a = ask(gone, "plain.test", dns::RecordType::MX);
        QVERIFY2(a.status == dns::Status::Unreachable || a.status == dns::Status::Timeout,
                 std::string(dns::statusName(a.status)).c_str());
        QVERIFY(!a.definite());
        const DomainView view = inspect(gone, "plain.test");
        QVERIFY(finding(view, "could-not-look"));
        for (const FindingView& f : view.findings)
            QVERIFY2(!f.id.ends_with("-none") && !f.id.ends_with("-missing"), f.id.c_str());
        for (const char* id : {"spf", "dmarc", "mx"}) {
            QVERIFY2(area(view, id), id);
            QCOMPARE(area(view, id)->state, State::Unknown);
        }
    }
};

QTEST_GUILESS_MAIN(TestInteropDns)
#include "tst_interop_dns.moc"
