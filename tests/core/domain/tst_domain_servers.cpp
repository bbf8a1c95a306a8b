// Name servers asked directly and mail exchangers greeted, played by a prober without a network: what each
// outcome is called.
#include "base/text.h"
#include "domain/inspect.h"
#include "net/dialer.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <QTest>

using namespace waypost;
using namespace waypost::domain;

namespace {

const std::string base = "example.org SOA ns1.example.org h.example.org 7 2 3 4 300\n"
                         "example.org NS ns1.example.org\n"
                         "example.org NS ns2.example.org\n"
                         "ns1.example.org A 192.0.2.1\n"
                         "ns2.example.org A 198.51.100.1\n"
                         "example.org MX 10 mx.example.org\n"
                         "mx.example.org A 127.0.0.1\n";

// What the server at this address says of the zone.
struct Said {
    dns::Status status = dns::Status::Ok;
    bool authoritative = true;
    std::uint32_t serial = 7;
    Millis took{10};
};

class PlayedProber final : public Prober {
  public:
    std::map<std::string, Said> servers;
    MailProbe mail;
    std::vector<std::string> asked;

    Task<net::HttpResponse> fetch(FileWanted) override { co_return net::HttpResponse{}; }
    Task<MailProbe> greet(std::string, std::vector<net::IpAddress>) override {
        MailProbe p = mail;
        co_return p;
    }
    Task<dns::Answer> askServer(net::IpAddress server, dns::Question question) override {
        asked.push_back(server.toString() + " " + question.name);
        const Said said = servers[server.toString()];
        dns::Answer a;
        a.question = question;
        a.status = said.status;
        a.authoritative = said.authoritative;
        a.server = server.toString() + ":53";
        a.took = said.took;
        if (said.status == dns::Status::Ok)
            a.records.push_back({question.name, dns::RecordType::SOA, 300,
                                 dns::SoaData{"ns1.example.org", "h.example.org", said.serial, 1, 2, 3, 4}});
        co_return a;
    }
};

DomainReport inspected(const std::string& zone, PlayedProber& prober, bool onlyLoopback = true) {
    test::FakeClock clock;
    test::ZoneResolver resolver(zone);
    InspectOptions options;
    auto catalogue = FindingCatalogue::load(test::resources() / "rules" / "findings.json");
    if (!catalogue) qFatal("%s", catalogue.error().describe().c_str());
    options.catalogue = *catalogue;
    options.clock = &clock;
    options.prober = &prober;
    net::guard::allowOnlyLoopback(onlyLoopback);
    auto report = runReady(inspect(resolver, "example.org", options));
    net::guard::allowOnlyLoopback(true);
    if (!report) qFatal("the inspection did not end");
    return std::move(*report);
}

std::string idsOf(const DomainReport& r, std::string_view prefix) {
    std::vector<std::string> ids;
    for (const Finding& f : r.findings)
        if (f.id.starts_with(prefix)) ids.push_back(f.id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return text::join(ids, " ");
}

} // namespace

class TestDomainServers : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nameServers_data() {
        QTest::addColumn<QString>("change"); // "-LINE" takes a line away, another is added
        QTest::addColumn<QString>("second"); // how ns2 answers
        QTest::addColumn<QString>("findings");
        auto row = [](const char* name, const char* change, const char* second, const char* findings) {
            QTest::newRow(name) << QString(change) << QString(second) << QString(findings);
        };
        row("both answer alike", "", "ok", "ns-answers ns-ok");
        row("one is behind", "", "serial", "ns-ok ns-serial");
        row("one refuses", "", "refused", "ns-lame ns-ok");
        row("one fails", "", "servfail", "ns-lame ns-ok");
        row("one knows nothing of it", "", "nxdomain", "ns-lame ns-ok");
        row("one answers without authority", "", "cached", "ns-lame ns-ok");
        row("one is silent", "", "timeout", "ns-ok ns-silent");
        row("one cannot be reached", "", "unreachable", "ns-ok ns-silent");
        row("one is slow", "", "slow", "ns-answers ns-ok ns-slow");
        row("one has no address", "-ns2.example.org A", "ok", "ns-answers ns-no-address ns-ok");
        row("the address of one could not be looked up", "-ns2.example.org A\nns2.example.org !timeout", "ok",
            "ns-answers ns-ok");
        row("one is an alias",
            "-ns2.example.org A\nns2.example.org CNAME x.example.org\nx.example.org A 198.51.100.1", "ok",
            "ns-answers ns-cname ns-ok");
        row("both in one network", "-ns2.example.org A\nns2.example.org A 192.0.2.200", "ok",
            "ns-answers ns-ok ns-one-network");
        row("both in one IPv6 network",
            "-ns1.example.org A\n-ns2.example.org A\nns1.example.org AAAA 2001:db8::1\nns2.example.org AAAA "
            "2001:db8:0:1::1",
            "ok", "ns-answers ns-ok ns-one-network");
        row("one server only", "-example.org NS ns2", "ok", "ns-answers ns-single");
        row("no zone of its own", "-example.org NS\n-example.org SOA", "ok", "");
    }
    void nameServers() {
        QFETCH(QString, change);
        QFETCH(QString, second);
        QFETCH(QString, findings);
        QStringList lines = QString::fromStdString(base).split('\n', Qt::SkipEmptyParts);
        for (const QString& c : change.split('\n', Qt::SkipEmptyParts)) {
            if (c.startsWith('-'))
                lines.removeIf([&](const QString& l) { return l.startsWith(c.mid(1)); });
            else
                lines << c;
        }
        PlayedProber prober;
        Said& said = prober.servers["198.51.100.1"];
        if (second == "serial") said.serial = 6;
        if (second == "refused") said.status = dns::Status::Refused;
        if (second == "servfail") said.status = dns::Status::ServFail;
        if (second == "nxdomain") said.status = dns::Status::NxDomain;
        if (second == "timeout") said.status = dns::Status::Timeout;
        if (second == "unreachable") said.status = dns::Status::Unreachable;
        if (second == "cached") said.authoritative = false;
        if (second == "slow") said.took = Millis(1'500);
        const DomainReport r = inspected(lines.join('\n').toStdString(), prober);
        QCOMPARE(QString::fromStdString(idsOf(r, "ns-")), findings);
        QCOMPARE(r.direct.size(), prober.asked.size());
        for (const Finding& f : r.findings)
            if (f.id.starts_with("ns-")) {
                QVERIFY2(!f.evidence.empty(), f.id.c_str());
                for (size_t e : f.evidence) QVERIFY(e < r.evidence.size());
                QVERIFY2(!f.seen.contains('{') && !f.verify.contains('{'), f.seen.c_str());
            }
        // Who does not answer is not said to be in order, and not said to be at fault.
        const bool silent = findings.contains("ns-silent");
        if (!findings.isEmpty())
            QCOMPARE(r.zone.direct.state, silent ? AreaState::CouldNotLook : AreaState::Checked);
    }
    void manyNameServersAreBounded() {
        std::string zone = base;
        for (int i = 3; i < 60; ++i) {
            zone += "example.org NS n" + std::to_string(i) + ".example.org\n";
            for (int k = 0; k < 20; ++k)
                zone += "n" + std::to_string(i) + ".example.org A 203.0." + std::to_string(i) + "." +
                        std::to_string(k) + "\n";
        }
        PlayedProber prober;
        (void)inspected(zone, prober);
        QVERIFY2(prober.asked.size() <= 16 * 4, std::to_string(prober.asked.size()).c_str());
        QVERIFY(prober.asked.size() > 10);
    }

    void protocols_data() {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<QString>("findings");
        QTest::newRow("TLS 1.3") << "TLSv1.3" << "mx-ok mx-tls-ok";
        QTest::newRow("TLS 1.2") << "TLSv1.2" << "mx-ok mx-tls-ok";
        QTest::newRow("TLS 1.1") << "TLSv1.1" << "mx-ok mx-tls-old";
        QTest::newRow("TLS 1.0") << "TLSv1" << "mx-ok mx-tls-old";
    }
    void protocols() {
        QFETCH(QString, protocol);
        QFETCH(QString, findings);
        PlayedProber prober;
        prober.mail.connected = prober.mail.greeted = true;
        prober.mail.tlsState = smtp::TlsState::Established;
        net::TlsOutcome tls;
        tls.established = true;
        tls.protocol = protocol.toStdString();
        tls.verdict = net::CertificateVerdict::Trusted;
        tls.notAfter = {4'000'000'000'000};
        prober.mail.tls = tls;
        QCOMPARE(QString::fromStdString(idsOf(inspected(base, prober), "mx-")), findings);
    }

    void addressesThatAreNotGlobal_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("special");
        QTest::newRow("loopback") << "A 127.0.0.1" << true;
        QTest::newRow("a private network") << "A 10.1.2.3" << true;
        QTest::newRow("IPv4 inside IPv6") << "AAAA ::ffff:192.0.2.1" << true;
        QTest::newRow("a global address") << "A 8.8.8.8" << false;
    }
    void addressesThatAreNotGlobal() {
        QFETCH(QString, address);
        QFETCH(bool, special);
        std::string zone = base;
        zone.replace(zone.find("A 127.0.0.1"), 11, address.toStdString());
        PlayedProber prober;
        const std::string ids = idsOf(inspected(zone, prober, false), "mx-");
        QCOMPARE(ids.find("mx-special") != std::string::npos, special);
    }
};

QTEST_GUILESS_MAIN(TestDomainServers)
#include "tst_domain_servers.moc"
