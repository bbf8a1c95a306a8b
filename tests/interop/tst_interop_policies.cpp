// DANE end to end: signed zones on NSD behind a validating Unbound with our own trust anchors, and mail
// exchangers with STARTTLS in this process. Beside it the health of the name servers, asked directly.
// RFC 7672 sections 2.1, 2.2 and 3.1.
#include "auth/dane.h"
#include "base/text.h"
#include "dns/network_resolver.h"
#include "domain/inspect.h"
#include "domain/network_prober.h"
#include "interop.h"
#include "support/mail_host.h"
#include "support/servers_dns.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <QCryptographicHash>

#include <algorithm>

using namespace waypost;
using namespace waypost::domain;
namespace wt = waypost::test;

namespace {

std::vector<std::string> derChain(const std::string& pem) {
    std::vector<std::string> out;
    BIO* in = BIO_new_mem_buf(pem.data(), int(pem.size()));
    while (X509* c = PEM_read_bio_X509(in, nullptr, nullptr, nullptr)) {
        unsigned char* bytes = nullptr;
        const int size = i2d_X509(c, &bytes);
        out.emplace_back(reinterpret_cast<char*>(bytes), size_t(size));
        OPENSSL_free(bytes);
        X509_free(c);
    }
    BIO_free(in);
    return out;
}

std::string sha256(const std::string& bytes) {
    return QCryptographicHash::hash(QByteArray::fromStdString(bytes), QCryptographicHash::Sha256)
        .toHex()
        .toStdString();
}

std::string idsOf(const DomainReport& r, std::string_view prefix) {
    std::vector<std::string> ids;
    for (const Finding& f : r.findings)
        if (f.id.starts_with(prefix)) ids.push_back(f.id);
    std::sort(ids.begin(), ids.end());
    return text::join(ids, " ");
}

// What each zone publishes for its mail exchanger.
std::string records(const std::string& tlsa) {
    return "@ MX 10 mx\nmx A 127.0.0.1\n@ TXT \"v=spf1 mx -all\"\n" +
           (tlsa.empty() ? "" : "_25._tcp.mx TLSA " + tlsa + "\n");
}

} // namespace

class TestInteropPolicies : public QObject {
    Q_OBJECT

    SystemClock clock_;
    SystemRandom random_;
    net::Loop loop_;
    net::TestAuthority authority_;
    std::shared_ptr<const FindingCatalogue> catalogue_;
    std::unique_ptr<wt::Nsd> nsd_;
    std::unique_ptr<wt::Unbound> unbound_;
    net::ServerTls tls_; // for mx.good.test and its like: every exchanger shows this one
    std::unique_ptr<wt::ScriptServer> mail_;

    static Task<DomainReport> job(TestInteropPolicies* self, std::uint16_t dnsPort, std::string name,
                                  bool trust, std::uint16_t smtpPort) {
        dns::NetworkResolverOptions o;
        o.servers = {{net::IpAddress::v4({127, 0, 0, 1}), dnsPort}};
        o.timeout = Millis(3'000);
        o.tries = 1;
        dns::NetworkResolver resolver(self->loop_, self->clock_, self->random_, o);
        net::TcpDialer dialer(self->loop_);
        ProbeOptions probe;
        probe.smtpPort = smtpPort;
        probe.dnsPort = self->nsd_->port();
        probe.heloName = "probe.test";
        probe.deadline = Millis(3'000);
        NetworkProber prober(self->loop_, dialer, self->clock_, self->random_, probe);
        InspectOptions options;
        options.prober = &prober;
        options.trustAd = trust;
        options.clock = &self->clock_;
        options.catalogue = self->catalogue_;
        auto inspecting = domain::inspect(resolver, name, std::move(options));
        DomainReport report = co_await inspecting;
        co_return report;
    }
    DomainReport inspect(const std::string& name, bool trust = true, bool direct = false) {
        const std::uint16_t dnsPort = direct ? nsd_->port() : unbound_->port();
        return loop_.runBlocking<DomainReport>(
            [&] { return job(this, dnsPort, name, trust, mail_->endpoint().port); });
    }

  private Q_SLOTS:
    void initTestCase() {
        WAYPOST_NEEDS(wt::Nsd::absent());
        WAYPOST_NEEDS(wt::Unbound::absent());
        net::guard::allowOnlyLoopback(true);
        auto loaded = FindingCatalogue::load(wt::resources() / "rules" / "findings.json");
        QVERIFY(loaded.has_value());
        catalogue_ = *loaded;
        loop_.startThread();
        tls_ = wt::certificate(authority_, {"mx.ee.test", "mx.ta.test", "mx.renamed.test"});
        mail_ = std::make_unique<wt::ScriptServer>(loop_, wt::startTlsScript("mx.ee.test"), tls_);
        const auto chain = derChain(tls_.certificatePem);
        const std::string good = auth::tlsaDataFor(chain.front());
        const std::string anchor = sha256(chain.back());
        const std::string wrong(64, '0');
        const std::string other = records("3 1 1 " + good);
        std::vector<std::unique_ptr<wt::ZoneFile>> zones;
        auto zone = [&](const char* name, const std::string& text, bool sign) {
            zones.push_back(std::make_unique<wt::ZoneFile>(name, text));
            std::string why;
            if (sign && !zones.back()->sign(why)) qFatal("%s", why.c_str());
            return zones.back().get();
        };
        zone("ee.test", records("3 1 1 " + good), true);
        zone("full.test", records("3 0 1 " + sha256(chain.front())), true);
        zone("ta.test", records("2 0 1 " + anchor), true);
        zone("taname.test", records("2 0 1 " + anchor), true); // the certificate is not for mx.taname.test
        zone("mismatch.test", records("3 1 1 " + wrong), true);
        zone("both.test", records("3 1 1 " + wrong) + "_25._tcp.mx TLSA 3 1 1 " + good + "\n", true);
        zone("pkix.test", records("1 1 1 " + good), true);
        zone("odd.test", records("3 1 9 " + good), true);
        zone("none.test", records(""), true);
        zone("unsigned.test", records("3 1 1 " + good), false);
        zone("bogus.test", records("3 1 1 " + good), true)->falsify(good.substr(0, 8), "ffffffff");
        // The alias is followed first: the record stands at its end.
        zone("alias.test",
             "@ MX 10 mx\nmx CNAME real\nreal A 127.0.0.1\n_25._tcp.real TLSA 3 1 1 " + good + "\n", true);
        // The mail exchanger is in an unsigned zone, so nothing of it can be believed.
        zone("outside.test", "@ MX 10 mx.unsigned.test.\n", true);
        zone("lame.test", "@ NS ns2\nns2 A 127.0.0.9\n" + records(""), false);
        std::vector<const wt::ZoneFile*> list;
        for (const auto& z : zones) list.push_back(z.get());
        std::string why;
        nsd_ = wt::Nsd::start(list, why);
        QVERIFY2(nsd_, why.c_str());
        unbound_ = wt::Unbound::start(list, nsd_->port(), why);
        QVERIFY2(unbound_, why.c_str());
    }
    void cleanupTestCase() {
        mail_.reset();
        unbound_.reset();
        nsd_.reset();
        QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0));
    }

    void dane_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<QString>("findings");
        QTest::addColumn<QString>("match"); // empty: not compared
        QTest::newRow("3 1 1 matches, whatever the authority") << "ee.test" << "dane-ok" << "match";
        QTest::newRow("3 0 1 matches, whatever the name") << "full.test" << "dane-ok" << "match";
        QTest::newRow("2 0 1 matches") << "ta.test" << "dane-ok" << "match";
        QTest::newRow("2 0 1 looks at the name") << "taname.test" << "dane-mismatch" << "mismatch";
        QTest::newRow("3 1 1 of another key") << "mismatch.test" << "dane-mismatch" << "mismatch";
        QTest::newRow("one of two matches") << "both.test" << "dane-ok" << "match";
        QTest::newRow("usage 1 is not used") << "pkix.test" << "dane-usage" << "unusable";
        QTest::newRow("a matching type nobody knows") << "odd.test" << "dane-usage" << "unusable";
        QTest::newRow("no record") << "none.test" << "dane-none" << "";
        QTest::newRow("the zone is not signed") << "unsigned.test" << "dane-insecure" << "match";
        QTest::newRow("the record was changed behind its signature") << "bogus.test" << "" << "";
        QTest::newRow("behind an alias") << "alias.test" << "dane-ok" << "match";
        QTest::newRow("the mail exchanger is in an unsigned zone")
            << "outside.test" << "dane-insecure" << "match";
    }
    void dane() {
        QFETCH(QString, domain);
        QFETCH(QString, findings);
        QFETCH(QString, match);
        const DomainReport r = inspect(domain.toStdString());
        QVERIFY2(idsOf(r, "dane-") == findings.toStdString(), toJson(r).c_str());
        QCOMPARE(r.dane.hosts.size(), size_t(1));
        const DaneHost& host = r.dane.hosts.front();
        QCOMPARE(host.match ? QString::fromUtf8(auth::daneVerdictName(host.match->verdict).data())
                            : QString(),
                 match);
        QCOMPARE(host.secure,
                 findings == "dane-ok" || findings == "dane-mismatch" || findings == "dane-usage");
        // SERVFAIL of a validating resolver is not "no record": senders defer.
        if (domain == "bogus.test") {
            QCOMPARE(host.state, AreaState::CouldNotLook);
            QVERIFY2(idsOf(r, "could-not-look").contains("could-not-look"), toJson(r).c_str());
        }
    }

    // What is to be published is in the finding, whole.
    void aMismatchSaysWhatToPublish() {
        const DomainReport r = inspect("mismatch.test");
        const std::string data = auth::tlsaDataFor(derChain(tls_.certificatePem).front());
        for (const Finding& f : r.findings)
            if (f.id == "dane-mismatch") {
                QVERIFY2(f.fix.contains("TLSA 3 1 1 " + data), f.fix.c_str());
                QCOMPARE(f.subject, std::string("_25._tcp.mx.mismatch.test"));
                QVERIFY(!f.evidence.empty() && !f.conversations.empty());
            }
        QCOMPARE(idsOf(r, "dane-"), std::string("dane-mismatch"));
    }

    void aResolverThatIsNotTrustedProvesNothing() {
        const DomainReport r = inspect("ee.test", false);
        QCOMPARE(idsOf(r, "dane-"), std::string("dane-untrusted"));
        QVERIFY(!r.dane.hosts.front().secure);
    }
    // NSD does not validate: its answers have no AD.
    void aServerThatDoesNotValidateProvesNothing() {
        const DomainReport r = inspect("ee.test", true, true);
        QCOMPARE(idsOf(r, "dane-"), std::string("dane-insecure"));
    }

    void recordsWithoutTlsStopTheMail() {
        auto plain = std::make_unique<wt::ScriptServer>(loop_, wt::plainScript("mx.ee.test"));
        std::swap(mail_, plain);
        const DomainReport r = inspect("ee.test");
        std::swap(mail_, plain);
        QCOMPARE(idsOf(r, "dane-"), std::string("dane-no-tls"));
        QVERIFY(idsOf(r, "mx-").contains("mx-no-starttls"));
    }
    void recordsThatCouldNotBeComparedAreNotGood() {
        auto gone = std::make_unique<wt::ScriptServer>(loop_, std::vector<wt::Step>{wt::close()});
        std::swap(mail_, gone);
        const DomainReport r = inspect("ee.test");
        std::swap(mail_, gone);
        QCOMPARE(idsOf(r, "dane-"), std::string("dane-unchecked"));
        QVERIFY(!r.dane.hosts.front().match);
    }

    void nameServersAreAskedDirectly() {
        const DomainReport r = inspect("none.test");
        QVERIFY2(idsOf(r, "ns-") == "ns-answers ns-single", idsOf(r, "ns-").c_str());
        QCOMPARE(r.zone.servers.size(), size_t(1));
        const ServerCheck& check = r.zone.servers.front().addresses.front();
        QVERIFY(check.authoritative);
        QCOMPARE(check.serial, std::optional<std::uint32_t>(1));
        QCOMPARE(r.direct.size(), size_t(1));
        QVERIFY(r.evidence[r.direct.front()].server.ends_with(std::to_string(nsd_->port())));
    }
    // ns2 is in the NS records, and nobody answers at its address.
    void aNameServerThatIsNotThere() {
        const DomainReport r = inspect("lame.test");
        QVERIFY2(idsOf(r, "ns-").contains("ns-silent"), idsOf(r, "ns-").c_str());
        QVERIFY2(!idsOf(r, "ns-").contains("ns-answers"), idsOf(r, "ns-").c_str());
        QCOMPARE(r.zone.direct.state, AreaState::CouldNotLook);
    }
};

QTEST_GUILESS_MAIN(TestInteropPolicies)
#include "tst_interop_policies.moc"
