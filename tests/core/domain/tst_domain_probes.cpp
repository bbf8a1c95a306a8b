// The inspection past DNS, over real TLS and SMTP on loopback: MTA-STS policies, BIMI files and the greeting
// of mail exchangers, from good, careless and hostile servers, and each network step failing once. The zone
// is in memory.
#include "base/json.h"
#include "base/text.h"
#include "domain/inspect.h"
#include "domain/network_prober.h"
#include "support/https_server.h"
#include "support/mail_host.h"
#include "support/mark_maker.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <fmt/format.h>

#include <QTest>

using namespace waypost;
using namespace waypost::domain;
using waypost::test::HttpsReply;
using waypost::test::HttpsServer;
using waypost::test::page;
using waypost::test::ScriptServer;

namespace {

constexpr std::int64_t dayMs = 86'400'000;
constexpr const char* policyPath = "/.well-known/mta-sts.txt";
const std::string soundPolicy =
    "version: STSv1\r\nmode: enforce\r\nmx: mx.example.test\r\nmax_age: 604800\r\n";
const std::string logo =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" "
    "viewBox=\"0 0 10 10\"><title>Example</title><rect width=\"10\" height=\"10\"/></svg>";

net::Endpoint at(const char* ip, std::uint16_t port = 0) {
    return {*net::IpAddress::parse(ip), port};
}

std::string basicZone() {
    return "example.test SOA ns.example.test h.example.test 1 2 3 4 300\n"
           "example.test NS ns.example.test\n"
           "example.test MX 10 mx.example.test\n"
           "mx.example.test A 127.0.0.1\n"
           "1.0.0.127.in-addr.arpa PTR mx.example.test\n"
           "example.test TXT \"v=spf1 mx -all\"\n"
           "_dmarc.example.test TXT \"v=DMARC1; p=reject; rua=mailto:d@example.test\"\n"
           "_mta-sts.example.test TXT \"v=STSv1; id=1\"\n"
           "mta-sts.example.test A 127.0.0.1\n";
}

std::string idsOf(const DomainReport& r, std::string_view prefix) {
    std::vector<std::string> ids;
    for (const Finding& f : r.findings)
        if (f.id.starts_with(prefix)) ids.push_back(f.id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return text::join(ids, " ");
}

const Finding* find(const DomainReport& r, std::string_view id) {
    for (const Finding& f : r.findings)
        if (f.id == id) return &f;
    return nullptr;
}

} // namespace

class TestDomainProbes : public QObject {
    Q_OBJECT

    SystemClock clock_;
    SystemRandom random_;
    net::Loop loop_;
    net::TestAuthority authority_, stranger_;
    std::shared_ptr<const FindingCatalogue> catalogue_;

    UtcTime days(int n) const { return {clock_.now().ms + n * dayMs}; }
    net::ServerTls certificate(const QString& kind, const std::string& name) const {
        if (kind == "expired") return authority_.issue({name}, days(-30), days(-1));
        if (kind == "ends soon") return authority_.issue({name}, days(-30), days(5));
        if (kind == "other name") return authority_.issue({"other.test"}, days(-1), days(90));
        if (kind == "stranger") return stranger_.issue({name}, days(-1), days(90));
        if (kind == "self-signed") return net::TestAuthority::selfSigned({name}, days(-1), days(90));
        return authority_.issue({name}, days(-1), days(90));
    }

    struct Ports {
        std::uint16_t https = 1, smtp = 1; // 1: nobody listens there
    };
    static Task<DomainReport> job(TestDomainProbes* self, dns::Resolver* zone, Ports ports,
                                  InspectOptions options) {
        net::TcpDialer dialer(self->loop_);
        ProbeOptions probe;
        probe.httpsPort = ports.https;
        probe.smtpPort = ports.smtp;
        probe.dnsPort = 1;
        probe.heloName = "probe.test";
        probe.caPem = self->authority_.caPem();
        probe.deadline = Millis(1'500);
        NetworkProber prober(self->loop_, dialer, self->clock_, self->random_, probe);
        options.prober = &prober;
        options.clock = &self->clock_;
        options.catalogue = self->catalogue_;
        auto inspecting = domain::inspect(*zone, "example.test", std::move(options));
        DomainReport report = co_await inspecting;
        co_return report;
    }
    DomainReport inspect(const std::string& zone, Ports ports, InspectOptions options = {}) {
        test::ZoneResolver resolver(zone);
        DomainReport report =
            loop_.runBlocking<DomainReport>([&] { return job(this, &resolver, ports, std::move(options)); });
        soundEvidence(report);
        return report;
    }
    // What holds of every report.
    static void soundEvidence(const DomainReport& report) {
        for (const Finding& f : report.findings) {
            for (const std::string* s : {&f.seen, &f.good, &f.fix, &f.verify})
                QVERIFY2(s->find('{') == std::string::npos, (f.id + ": " + *s).c_str());
            for (size_t e : f.evidence) QVERIFY(e < report.evidence.size());
            for (size_t e : f.conversations) QVERIFY(e < report.conversations.size());
            QVERIFY2(!f.evidence.empty() || !f.conversations.empty(), f.id.c_str());
        }
        for (const Conversation& c : report.conversations) {
            QVERIFY(!c.transcript.empty());
            QCOMPARE(c.bodySha256, c.body.empty() ? std::string() : text::sha256Hex(c.body));
        }
        QVERIFY(json::parse(toJson(report), "report").has_value());
    }

  private Q_SLOTS:
    void initTestCase() {
        net::guard::allowOnlyLoopback(true);
        auto loaded = FindingCatalogue::load(test::resources() / "rules" / "findings.json");
        QVERIFY(loaded.has_value());
        catalogue_ = *loaded;
        loop_.startThread();
    }
    void cleanupTestCase() { QCOMPARE(net::guard::stoppedAttempts(), std::uint64_t(0)); }

    void mtaSts_data() {
        QTest::addColumn<QString>("kind"); // of the certificate
        QTest::addColumn<HttpsReply>("reply");
        QTest::addColumn<QString>("findings");
        QTest::addColumn<QString>("state");
        auto row = [](const char* name, const char* kind, const HttpsReply& reply, const char* findings,
                      const char* state = "checked") {
            QTest::newRow(name) << QString(kind) << reply << QString(findings) << QString(state);
        };
        auto policy = [](const char* from, const char* to) {
            std::string text = soundPolicy;
            text.replace(text.find(from), std::string(from).size(), to);
            return page(text);
        };
        row("a sound policy", "good", page(soundPolicy), "mta-sts-ok");
        row("with a charset", "good", page(soundPolicy, "text/plain; charset=utf-8"), "mta-sts-ok");
        row("mode testing", "good", policy("enforce", "testing"), "mta-sts-ok mta-sts-testing");
        row("mode none", "good", policy("enforce", "none"), "mta-sts-mode-none");
        row("a short life", "good", policy("604800", "3600"), "mta-sts-age mta-sts-ok");
        row("another mail exchanger", "good", policy("mx.example", "mail.example"),
            "mta-sts-mx mta-sts-mx-unused");
        row("a wildcard that fits", "good", policy("mx.example", "*.example"), "mta-sts-ok");
        row("a wildcard that does not fit", "good", policy("mx.example", "*.mx.example"),
            "mta-sts-mx mta-sts-mx-unused");
        row("a mode missing", "good", policy("mode: enforce\r\n", ""), "mta-sts-policy");
        row("a version missing", "good", policy("version: STSv1\r\n", ""), "mta-sts-policy");
        row("no mx", "good", policy("mx: mx.example.test\r\n", ""), "mta-sts-policy");
        row("a life above a year", "good", policy("604800", "99999999"), "mta-sts-policy");
        row("HTML of a parked domain", "good", page("<html></html>", "text/html"),
            "mta-sts-policy mta-sts-type");
        row("no media type", "good", page(soundPolicy, ""), "mta-sts-type");
        row("another media type", "good", page(soundPolicy, "application/octet-stream"), "mta-sts-type");
        row("not found", "good", page("no", "text/plain", "404 Not Found"), "mta-sts-fetch");
        row("a server fault", "good", page("no", "text/plain", "500 Oops"), "mta-sts-fetch");
        row("not 200, though a policy", "good", page(soundPolicy, "text/plain", "203 Changed"),
            "mta-sts-fetch");
        row("a redirect", "good", page("", "", "301 Moved", "Location: https://www.example.test/p\r\n"),
            "mta-sts-fetch");
        row("compressed", "good", page("\x1f\x8b", "text/plain", "200 OK", "Content-Encoding: gzip\r\n"),
            "mta-sts-fetch");
        row("more than 64 KB", "good", page(std::string(65'537, 'a')), "mta-sts-fetch");
        row("64 KB that are no policy", "good", page(std::string(65'536, 'a')), "mta-sts-policy");
        row("an expired certificate", "expired", page(soundPolicy), "mta-sts-fetch");
        row("a certificate for another name", "other name", page(soundPolicy), "mta-sts-fetch");
        row("a certificate signed by itself", "self-signed", page(soundPolicy), "mta-sts-fetch");
        row("a certificate of an unknown authority", "stranger", page(soundPolicy), "mta-sts-fetch");
        HttpsReply drip = page(soundPolicy);
        drip.piece = 1;
        drip.pause = Millis(60);
        row("a server that drips", "good", drip, "mta-sts-unreachable", "could-not-look");
        HttpsReply silent;
        silent.silent = true;
        row("a server that says nothing", "good", silent, "mta-sts-unreachable", "could-not-look");
    }
    void mtaSts() {
        QFETCH(QString, kind);
        QFETCH(HttpsReply, reply);
        QFETCH(QString, findings);
        QFETCH(QString, state);
        HttpsServer server(loop_, at("127.0.0.1"), certificate(kind, "mta-sts.example.test"),
                           {{policyPath, reply}});
        const DomainReport r = inspect(basicZone(), {server.endpoint().port, 1});
        QVERIFY2(idsOf(r, "mta-sts-") == findings.toStdString(),
                 (idsOf(r, "mta-sts-") + " " + r.mtaSts.policy.reason).c_str());
        QCOMPARE(QString::fromUtf8(areaStateName(r.mtaSts.policy.state).data()), state);
        QVERIFY(server.requests().size() <= 1);
        QCOMPARE(r.mtaSts.policy.conversations.size(), size_t(1));
        // The body is evidence: kept as it came, with its hash in the area.
        const Conversation& talk = r.conversations[r.mtaSts.policy.conversations.front()];
        QCOMPARE(talk.bodySha256, r.mtaSts.policy.sha256);
        QCOMPARE(talk.subject, std::string("https://mta-sts.example.test/.well-known/mta-sts.txt"));
    }

    void mtaStsSteps_data() {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("findings");
        QTest::addColumn<QString>("state");
        const QString base = QString::fromStdString(basicZone());
        const QString host = "mta-sts.example.test A 127.0.0.1\n";
        QTest::newRow("nobody listens") << base << "mta-sts-unreachable" << "could-not-look";
        QTest::newRow("the host has no address")
            << QString(base).remove(host) << "mta-sts-fetch" << "checked";
        QTest::newRow("the address could not be looked up")
            << QString(base).replace(host,
                                     "mta-sts.example.test A !timeout\nmta-sts.example.test AAAA !timeout\n")
            << "" << "could-not-look";
        QTest::newRow("the host leads to a private network")
            << QString(base).replace("mta-sts.example.test A 127.0.0.1", "mta-sts.example.test A 10.0.0.1")
            << "mta-sts-unreachable" << "could-not-look";
        QTest::newRow("the record is not valid")
            << QString(base).replace("v=STSv1; id=1", "v=STSv1; id=") << "mta-sts-syntax" << "not-checked";
        QTest::newRow("no record") << QString(base).remove("_mta-sts.example.test TXT \"v=STSv1; id=1\"\n")
                                   << "mta-sts-none" << "not-checked";
    }
    void mtaStsSteps() {
        QFETCH(QString, zone);
        QFETCH(QString, findings);
        QFETCH(QString, state);
        const DomainReport r = inspect(zone.toStdString(), {});
        QCOMPARE(QString::fromStdString(idsOf(r, "mta-sts-")), findings);
        QCOMPARE(QString::fromUtf8(areaStateName(r.mtaSts.policy.state).data()), state);
        QVERIFY(!r.mtaSts.policy.reason.empty());
    }

    void greetings_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("findings");
        QTest::newRow("a good certificate") << "good" << "mx-ok mx-tls-ok";
        QTest::newRow("it ends soon") << "ends soon" << "mx-certificate-expires mx-ok";
        QTest::newRow("expired") << "expired" << "mx-certificate mx-ok";
        QTest::newRow("for another name") << "other name" << "mx-certificate mx-ok";
        QTest::newRow("signed by itself") << "self-signed" << "mx-certificate mx-ok";
        QTest::newRow("of an unknown authority") << "stranger" << "mx-certificate mx-ok";
        QTest::newRow("no STARTTLS") << "plain" << "mx-no-starttls mx-ok";
        QTest::newRow("STARTTLS refused") << "refuses" << "mx-ok mx-tls-failed";
        QTest::newRow("it closes instead of shaking hands") << "closes" << "mx-ok mx-tls-failed";
        QTest::newRow("plain text behind the answer to STARTTLS") << "injects" << "mx-ok mx-tls-failed";
        QTest::newRow("another name in EHLO") << "other hello" << "mx-helo mx-ok mx-tls-ok";
        QTest::newRow("it refuses us") << "554" << "mx-ok mx-unreachable";
        QTest::newRow("it says nothing") << "silent" << "mx-ok mx-unreachable";
        QTest::newRow("it closes at once") << "gone" << "mx-ok mx-unreachable";
        QTest::newRow("it floods") << "floods" << "mx-ok mx-unreachable";
        QTest::newRow("nobody listens") << "absent" << "mx-ok mx-unreachable";
    }
    void greetings() {
        QFETCH(QString, kind);
        QFETCH(QString, findings);
        using namespace waypost::test;
        const std::string name = kind == "other hello" ? "mail.provider.test" : "mx.example.test";
        std::vector<Step> script = startTlsScript(name);
        if (kind == "plain") script = plainScript(name);
        if (kind == "refuses") {
            script[4] = send("454 not now\r\n");
            script.resize(5);
            script.push_back(expect("QUIT"));
        }
        if (kind == "closes") script[5] = close();
        if (kind == "injects") script[4] = send("220 go ahead\r\n250 injected\r\n");
        if (kind == "554") script = {send("554 no service for you\r\n"), expect("QUIT"), send("221 bye\r\n")};
        if (kind == "silent") script = {hang()};
        if (kind == "gone") script = {close()};
        if (kind == "floods") script = {flood('a', 4'000'000)};
        std::optional<ScriptServer> server;
        if (kind != "absent") server.emplace(loop_, script, certificate(kind, "mx.example.test"));
        const DomainReport r = inspect(basicZone(), {1, server ? server->endpoint().port : std::uint16_t(1)});
        QVERIFY2(idsOf(r, "mx-") == findings.toStdString(),
                 (idsOf(r, "mx-") + " " + r.mx.hosts[0].tls.reason).c_str());
        const MxHost& host = r.mx.hosts.front();
        const bool talked = !findings.contains("mx-unreachable");
        QCOMPARE(host.tls.state, talked ? AreaState::Checked : AreaState::CouldNotLook);
        QCOMPARE(host.tls.reason.empty(), talked);
        QCOMPARE(host.tls.conversations.size(), size_t(1));
        if (talked) {
            QCOMPARE(host.probe.ehloName, name);
            QCOMPARE(host.probe.bannerName, name);
        }
        if (kind == "good") {
            QCOMPARE(host.helloHasPtr, std::optional(true));
            QCOMPARE(host.probe.tls->chainDer.size(), size_t(2));
            QVERIFY(server->problems().empty());
            const std::string transcript =
                r.conversations[host.tls.conversations.front()].transcript.toText();
            // No mail was named.
            QVERIFY2(!transcript.contains("MAIL FROM") && transcript.contains("QUIT"), transcript.c_str());
        }
    }

    void whatTheMailHostShowsIsHeldAgainstThePolicy_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<bool>("fits");
        QTest::newRow("a good certificate") << "good" << true;
        QTest::newRow("expired") << "expired" << false;
        QTest::newRow("for another name") << "other name" << false;
        QTest::newRow("signed by itself") << "self-signed" << false;
        QTest::newRow("no STARTTLS") << "plain" << false;
    }
    void whatTheMailHostShowsIsHeldAgainstThePolicy() {
        QFETCH(QString, kind);
        QFETCH(bool, fits);
        HttpsServer server(loop_, at("127.0.0.1"), certificate("good", "mta-sts.example.test"),
                           {{policyPath, page(soundPolicy)}});
        const auto script =
            kind == "plain" ? test::plainScript("mx.example.test") : test::startTlsScript("mx.example.test");
        ScriptServer mail(loop_, script, certificate(kind, "mx.example.test"));
        const DomainReport r = inspect(basicZone(), {server.endpoint().port, mail.endpoint().port});
        QCOMPARE(idsOf(r, "mta-sts-"), std::string(fits ? "mta-sts-ok" : "mta-sts-tls"));
        if (!fits) QCOMPARE(find(r, "mta-sts-tls")->subject, std::string("mx.example.test"));
    }

    void bimi_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("findings");
        QTest::newRow("a logo alone") << "logo alone" << "bimi-no-certificate bimi-ok";
        QTest::newRow("a logo and a certificate") << "good" << "bimi-ok";
        QTest::newRow("the issuer is not known") << "no roots" << "bimi-issuer-unknown bimi-ok";
        QTest::newRow("a logo that is no proper SVG") << "bad logo" << "bimi-certificate bimi-logo";
        QTest::newRow("the media type is another") << "bad type" << "bimi-ok bimi-type";
        QTest::newRow("no logo there") << "404" << "bimi-fetch";
        QTest::newRow("a logo above 32 KB") << "large logo" << "bimi-fetch";
        QTest::newRow("a certificate above 100 KB") << "large certificate" << "bimi-fetch";
        QTest::newRow("a certificate for another domain") << "other domain" << "bimi-certificate";
        QTest::newRow("another logo in the certificate") << "other logo" << "bimi-certificate";
        QTest::newRow("HTML instead of a certificate") << "html" << "bimi-certificate";
        QTest::newRow("nobody listens") << "absent" << "bimi-unreachable";
    }
    void bimi() {
        QFETCH(QString, what);
        QFETCH(QString, findings);
        test::MarkAuthority marks;
        test::MarkWanted wanted;
        wanted.names = {what == "other domain" ? "other.test" : "example.test"};
        wanted.svg = what == "other logo" ? logo + "\n" : logo;
        wanted.notBefore = days(-1);
        wanted.notAfter = days(90);
        std::string svg = logo;
        if (what == "bad logo") svg.replace(svg.find("tiny-ps"), 7, "tiny");
        if (what == "large logo") svg += std::string(40'000, ' ');
        std::map<std::string, HttpsReply> replies{
            {"/l.svg", page(svg, what == "bad type" ? "text/xml" : "image/svg+xml")},
            {"/a.pem", page(marks.issue(wanted), "application/pem-certificate-chain")}};
        if (what == "404") replies.erase("/l.svg");
        if (what == "large certificate") replies["/a.pem"] = page(std::string(110'000, 'a'), "text/plain");
        if (what == "html") replies["/a.pem"] = page("<html></html>", "text/html");
        std::optional<HttpsServer> server;
        if (what != "absent")
            server.emplace(loop_, at("127.0.0.1"), certificate("good", "www.example.test"), replies);
        std::string zone = basicZone() +
                           "www.example.test A 127.0.0.1\ndefault._bimi.example.test TXT \"v=BIMI1; "
                           "l=https://www.example.test/l.svg; a=" +
                           (what == "logo alone" ? "" : "https://www.example.test/a.pem") + "\"\n";
        InspectOptions options;
        if (what != "no roots") options.markRootsPem = marks.rootPem();
        const DomainReport r =
            inspect(zone, {server ? server->endpoint().port : std::uint16_t(1), 1}, options);
        QVERIFY2(idsOf(r, "bimi-") == findings.toStdString(),
                 (idsOf(r, "bimi-") + " " + r.bimi.logo.reason + r.bimi.mark.reason).c_str());
    }

    // A domain without a record of its own takes that of its organisation.
    void bimiOfTheOrganisation() {
        std::string zone = basicZone() + "default._bimi.example.test TXT \"v=BIMI1; l=; a=\"\n"
                                         "news.example.test A 127.0.0.1\n";
        test::ZoneResolver resolver(zone);
        InspectOptions options;
        options.clock = &clock_;
        options.catalogue = catalogue_;
        auto report = runReady(domain::inspect(resolver, "news.example.test", options));
        QVERIFY(report);
        QCOMPARE(idsOf(*report, "bimi-"), std::string("bimi-declined bimi-inherited"));
    }

    void withoutAProberNothingIsSaidOfTheRest() {
        test::ZoneResolver resolver(basicZone());
        InspectOptions options;
        options.clock = &clock_;
        options.catalogue = catalogue_;
        auto report = runReady(domain::inspect(resolver, "example.test", options));
        QVERIFY(report);
        QVERIFY(report->conversations.empty());
        for (const Area* area : std::initializer_list<const Area*>{
                 &report->mtaSts.policy, &report->mx.hosts.front().tls, &report->zone.direct}) {
            QCOMPARE(area->state, AreaState::NotChecked);
            QVERIFY2(area->reason.find("only") != std::string::npos, area->reason.c_str());
        }
        QCOMPARE(idsOf(*report, "mta-sts-"), std::string("mta-sts-unchecked"));
    }
};

QTEST_GUILESS_MAIN(TestDomainProbes)
#include "tst_domain_probes.moc"
