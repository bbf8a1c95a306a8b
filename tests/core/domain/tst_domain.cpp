#include "base/json.h"
#include "domain/inspect.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <set>

using namespace waypost;
using namespace waypost::domain;

namespace {

// RSA keys made for these tests with "openssl genrsa N | openssl rsa -pubout -outform der | base64".
const std::string key2048 =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxpdD9r12bo4MB2MseFjPlmk66sMr0XM1G3JMRChWqygCgh+"
    "KTSC22rpRh0SsksWWjIxZ1lYvidGAvfkMx8rkyz2Jvn17761EjWRbQm7zYl+uYGo2X1+0Wk+39Sal+"
    "tw91kjT4VvQo4D9A7Hf6CcnCp7X2ximhH0gVJFVkKi4wbiwYCTqsaBh4gD5DDbpySboSIGNkVV9LPkLYllMzM8MrdEu78XIjDh4Nupbr"
    "b5THluFwT6VAIrlgl0KVbDPZrk80JA5eg7ecL0q6s5bEQyXEWA9kICXC1q6eiumKZITZaTV/"
    "lWX2VFNPCHaOdSKGbgrAxi5QfKPIoj983wIDmufbQIDAQAB";
const std::string key1024 = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCrGPGECw2zUsBgOQgDknROzYhbnsB+ssKKsEz+"
                            "HH4aHncc4wNawCJppmP3welrVlh4b1MwTtlraQhb38GoxX237lwXjqQKIhBzPgVwmPLYoGbs1yxq5BLd"
                            "AC6EvPScwxLsf222ET92wP3uKQI2L8RM4n5LC+VCMvQobv+wxu3S8wIDAQAB";
const std::string key512 = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKgXslkwfZX3JLMiQYFUp5/ciqc9vUh5WnJ0zqEn/"
                           "Syex7TT0czUmMUbxOFqrydv+OhMU2aPUQh29W4BNSnDFEUCAwEAAQ==";

std::string txt(const std::string& name, const std::string& text) {
    std::string line = name + " TXT";
    for (size_t at = 0; at < text.size(); at += 200) line += " \"" + text.substr(at, 200) + "\"";
    return line + "\n";
}

// Everything in order. A line of `changes` that begins with "-" takes away the lines that begin with the
// rest.
std::string healthy() {
    return "example.org SOA ns1.example.org h.example.org 1 2 3 4 300\n"
           "example.org NS ns1.example.org\n"
           "example.org NS ns2.example.org\n"
           "example.org TXT \"v=spf1 ip4:192.0.2.0/28 include:_spf.example.net -all\"\n"
           "_spf.example.net TXT \"v=spf1 ip4:198.51.100.0/28 -all\"\n"
           "example.org MX 10 mx.example.org\n"
           "mx.example.org A 192.0.2.5\n"
           "mx.example.org AAAA 2001:db8::5\n"
           "5.2.0.192.in-addr.arpa PTR mx.example.org\n"
           "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mx.example.org\n"
           "_25._tcp.mx.example.org TLSA 3 1 1 "
           "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n"
           "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:d@example.org\"\n"
           "_mta-sts.example.org TXT \"v=STSv1; id=20260101\"\n"
           "_smtp._tls.example.org TXT \"v=TLSRPTv1; rua=mailto:t@example.org\"\n"
           "default._bimi.example.org TXT \"v=BIMI1; l=https://example.org/l.svg; "
           "a=https://example.org/a.pem\"\n"
           "example.org CAA 0 issue \"ca.example\"\n" +
           txt("s._domainkey.example.org", "v=DKIM1; k=rsa; p=" + key2048);
}

std::string changed(const QString& changes) {
    QStringList lines = QString::fromStdString(healthy()).split('\n');
    for (const QString& change : changes.split('\n', Qt::SkipEmptyParts)) {
        if (change.startsWith('-'))
            lines.removeIf([&](const QString& l) { return l.startsWith(change.mid(1)); });
        else
            lines << change;
    }
    return lines.join('\n').toStdString();
}

struct Inspection {
    test::ZoneResolver zone;
    test::FakeClock clock;
    InspectOptions options;

    explicit Inspection(const std::string& lines) : zone(lines) {
        zone.setAuthenticated(true);
        zone.setClock(&clock);
        auto catalogue = FindingCatalogue::load(test::resources() / "rules" / "findings.json");
        if (!catalogue) qFatal("%s", catalogue.error().describe().c_str());
        options.catalogue = *catalogue;
        options.publicSuffixes = *dns::PublicSuffixList::system();
        options.clock = &clock;
        options.selectors = {"s"};
        options.trustAd = true;
    }
    DomainReport run(const std::string& domain = "example.org") {
        auto report = runReady(inspect(zone, domain, options));
        if (!report) qFatal("the inspection did not end");
        return std::move(*report);
    }
};

// Keeps questions and answers the youngest first, as a network may; with a cache, every other question is
// answered at once.
class LateResolver final : public dns::Resolver {
  public:
    LateResolver(dns::Resolver& inner, bool cache) : inner_(inner), cache_(cache) {}
    void resolve(dns::Question question, Done done) override {
        if (cache_ && ++count_ % 2 == 0) return inner_.resolve(std::move(question), std::move(done));
        waiting_.emplace_back(std::move(question), std::move(done));
        most = std::max(most, waiting_.size());
    }
    bool answerOne() {
        if (waiting_.empty()) return false;
        auto [question, done] = std::move(waiting_.back());
        waiting_.pop_back();
        inner_.resolve(std::move(question), std::move(done));
        return true;
    }
    size_t most = 0;

  private:
    dns::Resolver& inner_;
    bool cache_;
    size_t count_ = 0;
    std::vector<std::pair<dns::Question, Done>> waiting_;
};

// Ids of what is not mere information, sorted, with blanks between.
QString problems(const DomainReport& r) {
    QStringList ids;
    for (const auto& f : r.findings)
        if (f.severity != Severity::Info) ids << QString::fromStdString(f.id);
    ids.sort();
    ids.removeDuplicates();
    return ids.join(' ');
}

bool has(const DomainReport& r, std::string_view id) {
    return std::any_of(r.findings.begin(), r.findings.end(), [&](const Finding& f) { return f.id == id; });
}

} // namespace

class TestDomain : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theCatalogueAndTheCodeNameTheSameFindings() {
        auto catalogue = FindingCatalogue::load(test::resources() / "rules" / "findings.json");
        QVERIFY2(catalogue.has_value(), catalogue ? "" : catalogue.error().describe().c_str());
        std::set<std::string> code;
        for (auto id : findingIds()) code.emplace(id);
        std::set<std::string> data;
        for (const auto& id : (*catalogue)->ids()) data.insert(id);
        QVERIFY(code == data);
        QCOMPARE((*catalogue)->date(), std::string("2026-11-24"));
    }
    void aFaultyCatalogueIsRefused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("part");
        QTest::newRow("another schema") << QByteArray(R"({"schema_version": 2, "findings": []})") << "schema";
        QTest::newRow("no list") << QByteArray(R"({"schema_version": 1})") << "no list";
        QTest::newRow("an unknown severity")
            << QByteArray(R"({"schema_version": 1, "findings": [{"id": "a", "severity": "bad"}]})")
            << "\"bad\"";
        QTest::newRow("a text missing")
            << QByteArray(R"({"schema_version": 1, "findings": [{"id": "a", "severity": "note"}]})")
            << "no \"seen\"";
    }
    void aFaultyCatalogueIsRefused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, part);
        const auto file = test::temporaryFolder() / "findings.json";
        QFile out(QString::fromStdString(file.string()));
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(content) == content.size());
        out.close();
        auto r = FindingCatalogue::load(file);
        QVERIFY(!r.has_value());
        QVERIFY2(r.error().text.find(part.toStdString()) != std::string::npos, r.error().text.c_str());
    }

    void aHealthyDomainHasOnlyInformation() {
        Inspection i(healthy());
        i.options.sendingIps = {"192.0.2.5"};
        DomainReport r = i.run();
        QCOMPARE(problems(r), QString());
        for (auto id : {"spf-ok", "dkim-ok", "dmarc-ok", "mx-ok", "ptr-ok", "mta-sts-unchecked", "tls-rpt-ok",
                        "bimi-unchecked", "dane-unchecked", "ns-ok", "caa-ok"})
            QVERIFY2(has(r, id), id);
        QCOMPARE(r.spf.root()->cost, 1);
        QCOMPARE(r.spf.root()->addresses4, std::uint64_t(32));
        QCOMPARE(r.dmarc.discovery.orgDomain, std::string("example.org"));
        QCOMPARE(areaStateName(r.mtaSts.policy.state), std::string_view("not-checked"));
        // Every question once, whatever the number of areas that need it.
        std::set<dns::Question> once(i.zone.asked().begin(), i.zone.asked().end());
        QCOMPARE(once.size(), i.zone.queries());
        QCOMPARE(r.evidence.size(), i.zone.queries());
        for (const auto& f : r.findings) {
            QVERIFY2(!f.evidence.empty(), f.id.c_str());
            for (size_t e : f.evidence) QVERIFY(e < r.evidence.size());
            QVERIFY2(f.seen.find('{') == std::string::npos, f.seen.c_str());
            QVERIFY2(f.fix.find('{') == std::string::npos, f.fix.c_str());
            QVERIFY2(f.verify.find('{') == std::string::npos, f.verify.c_str());
        }
    }

    void findings_data() {
        QTest::addColumn<QString>("changes");
        QTest::addColumn<QString>("expected");
        auto row = [](const char* name, const QString& changes, const char* expected) {
            QTest::newRow(name) << changes << QString(expected);
        };
        const QString noSpf = "-example.org TXT\n";
        row("no SPF record", noSpf, "spf-none");
        row("other TXT records are no SPF", noSpf + "example.org TXT \"v=spf10 -all\"", "spf-none");
        row("two SPF records", "example.org TXT \"v=spf1 -all\"", "spf-multiple");
        row("a fault in the record", noSpf + "example.org TXT \"v=spf1 ipv4:192.0.2.1 -all\"", "spf-syntax");
        QString many = noSpf + "example.org TXT \"v=spf1";
        for (int i = 0; i < 11; ++i) many += QString(" a:h%1.example.org").arg(i);
        many += " -all\"\n";
        for (int i = 0; i < 11; ++i) many += QString("h%1.example.org A 192.0.2.9\n").arg(i);
        row("eleven lookups", many, "spf-lookups");
        row("nine lookups are near the limit",
            QString(many).remove(" a:h9.example.org").remove(" a:h10.example.org"), "spf-lookups-near");
        row("three void lookups", noSpf + "example.org TXT \"v=spf1 a:v1.test a:v2.test a:v3.test -all\"",
            "spf-voids");
        row("two void lookups are allowed", noSpf + "example.org TXT \"v=spf1 a:v1.test a:v2.test -all\"",
            "");
        row("an include of itself", noSpf + "example.org TXT \"v=spf1 include:example.org -all\"",
            "spf-loop");
        row("an include without a record", "-_spf.example.net", "spf-include-broken");
        row("everybody may send", noSpf + "example.org TXT \"v=spf1 +all\"", "spf-plus-all");
        row("no all at the end", noSpf + "example.org TXT \"v=spf1 ip4:192.0.2.1\"", "spf-no-all");
        row("a redirect brings its all", noSpf + "example.org TXT \"v=spf1 redirect=_spf.example.net\"", "");
        row("a neutral all", noSpf + "example.org TXT \"v=spf1 ?all\"", "spf-neutral-all");
        row("terms behind all", noSpf + "example.org TXT \"v=spf1 -all ip4:192.0.2.1\"", "spf-unreachable");
        row("ptr in use", noSpf + "example.org TXT \"v=spf1 ptr -all\"", "spf-ptr");
        row("a network inside another",
            noSpf + "example.org TXT \"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all\"", "spf-duplicate");
        row("sixteen million addresses", noSpf + "example.org TXT \"v=spf1 ip4:10.0.0.0/8 -all\"",
            "spf-large");

        const QString noKey = "-s._domainkey\n";
        auto key = [&](const std::string& text) {
            return noKey + QString::fromStdString(txt("s._domainkey.example.org", text)).trimmed();
        };
        row("no key for the selector in use", noKey, "dkim-missing");
        row("a key of 1024 bits", key("v=DKIM1; p=" + key1024), "dkim-1024");
        row("a key of 512 bits", key("p=" + key512), "dkim-weak");
        row("a withdrawn key", key("v=DKIM1; p="), "dkim-revoked");
        row("a key that is none", key("v=DKIM1; p=QUJD"), "dkim-broken");
        row("a key in test mode", key("v=DKIM1; t=y; p=" + key2048), "dkim-testing");
        row("a key for something else", key("v=DKIM1; s=tlsrpt; p=" + key2048), "dkim-foreign");
        row("two keys", QString::fromStdString(txt("s._domainkey.example.org", "p=" + key1024)).trimmed(),
            "dkim-several");

        const QString noDmarc = "-_dmarc\n";
        row("no DMARC record", noDmarc, "bimi-needs-dmarc dmarc-none");
        row("two DMARC records", "_dmarc.example.org TXT \"v=DMARC1; p=none\"",
            "bimi-needs-dmarc dmarc-multiple");
        row("p=none", noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=none; rua=mailto:d@example.org\"",
            "bimi-needs-dmarc dmarc-p-none");
        row("no p at all", noDmarc + "_dmarc.example.org TXT \"v=DMARC1; rua=mailto:d@example.org\"",
            "bimi-needs-dmarc dmarc-p-missing dmarc-p-none");
        row("nobody gets reports", noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject\"", "dmarc-no-rua");
        row("tags of before",
            noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject; pct=100; ri=1; "
                      "rua=mailto:d@example.org\"",
            "dmarc-obsolete");
        row("a test policy",
            noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject; t=y; rua=mailto:d@example.org\"",
            "dmarc-testing");
        row("a broken tag",
            noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject; adkim=x; "
                      "rua=mailto:d@example.org\"",
            "dmarc-syntax");
        row("weak for subdomains",
            noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=none; "
                      "rua=mailto:d@example.org\"",
            "dmarc-sp-weak");
        const QString foreign =
            noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:d@reports.test\"\n";
        row("reports to others without their consent", foreign, "dmarc-rua-foreign");
        row("reports to others with their consent",
            foreign + "example.org._report._dmarc.reports.test TXT \"v=DMARC1\"", "");
        const QString below =
            noDmarc + "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:d@reports.example.org\"\n";
        row("reports to a name of the organisation", below, "");
        row("reports to a name that psd=n takes out of the organisation",
            below + "_dmarc.reports.example.org TXT \"v=DMARC1; p=none; psd=n\"", "dmarc-rua-foreign");

        const QString noMx = "-example.org MX\n";
        row("a null MX", noMx + "example.org MX 0 .", "");
        row("a null MX beside others", "example.org MX 0 .", "mx-null-mixed");
        row("no MX and no address", noMx, "mx-none");
        row("no MX, but an address", noMx + "example.org A 192.0.2.5", "mx-implicit");
        row("an MX that is an alias",
            noMx + "example.org MX 5 alias.example.org\nalias.example.org CNAME mx.example.org", "mx-cname");
        row("an MX without an address", "example.org MX 5 gone.example.org", "mx-no-address");
        row("an MX that is an address", "example.org MX 5 192.0.2.7", "mx-address");
        row("no PTR for a mail exchanger", "-5.2.0.192", "ptr-mx-none");
        row("a PTR that leads elsewhere",
            "-5.2.0.192\n5.2.0.192.in-addr.arpa PTR other.example\nother.example A 203.0.113.1",
            "ptr-mx-unconfirmed");

        row("no MTA-STS", "-_mta-sts", "mta-sts-none");
        row("MTA-STS without an id", "-_mta-sts\n_mta-sts.example.org TXT \"v=STSv1;\"", "mta-sts-syntax");
        row("two MTA-STS records", "_mta-sts.example.org TXT \"v=STSv1; id=2\"", "mta-sts-multiple");
        row("no TLS-RPT", "-_smtp._tls", "tls-rpt-none");
        row("TLS-RPT without an address", "-_smtp._tls\n_smtp._tls.example.org TXT \"v=TLSRPTv1;\"",
            "tls-rpt-syntax");
        row("a logo over plain http",
            "-default._bimi\ndefault._bimi.example.org TXT \"v=BIMI1; l=http://example.org/l.svg\"",
            "bimi-syntax");
        row("TLSA of an unusable usage", "-_25._tcp\n_25._tcp.mx.example.org TLSA 1 1 1 00", "dane-usage");
        row("one name server", "-example.org NS ns2", "ns-single");
    }
    void findings() {
        QFETCH(QString, changes);
        QFETCH(QString, expected);
        Inspection i(changed(changes));
        QCOMPARE(problems(i.run()), expected);
    }

    void aSendingAddressIsJudgedHarder() {
        Inspection i(healthy());
        i.options.sendingIps = {"203.0.113.9"};
        DomainReport r = i.run();
        QCOMPARE(problems(r), QString("ptr-none"));
        QCOMPARE(severityName(r.findings.front().severity), std::string_view("error"));
        QCOMPARE(r.findings.front().subject, std::string("203.0.113.9"));
    }

    // A failure to look is said, and never becomes a statement about what is there.
    void notLookedIsNotNone_data() {
        QTest::addColumn<QString>("remove");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("forbidden");
        auto row = [](const char* area, const char* remove, const char* name, const char* forbidden) {
            for (const char* how : {"!timeout", "!servfail", "!refused", "!malformed", "!unreachable"})
                QTest::addRow("%s %s", area, how)
                    << QString(remove) << QString("%1 %2").arg(name, how) << QString(forbidden);
        };
        row("SPF", "example.org TXT", "example.org TXT", "spf-");
        row("an SPF include", "_spf.example.net", "_spf.example.net TXT",
            "spf-ok spf-include-broken spf-voids");
        row("DKIM", "s._domainkey", "s._domainkey.example.org TXT",
            "dkim-missing dkim-no-selector dkim-keys-below");
        row("DMARC", "_dmarc", "_dmarc.example.org TXT", "dmarc- bimi-needs-dmarc");
        row("MX", "example.org MX", "example.org MX", "mx- dane- ptr- domain-missing");
        row("an address of an MX", "mx.example.org A 192", "mx.example.org A", "mx-ok mx-no-address");
        row("PTR", "5.2.0.192", "5.2.0.192.in-addr.arpa PTR", "ptr-mx-none ptr-none");
        row("MTA-STS", "_mta-sts", "_mta-sts.example.org TXT", "mta-sts-");
        row("TLS-RPT", "_smtp._tls", "_smtp._tls.example.org TXT", "tls-rpt-");
        row("BIMI", "default._bimi", "default._bimi.example.org TXT", "bimi-");
        row("DANE", "_25._tcp", "_25._tcp.mx.example.org TLSA", "dane-");
        row("NS", "example.org NS", "example.org NS", "ns-");
        row("CAA", "example.org CAA", "example.org CAA", "caa-");
    }
    void notLookedIsNotNone() {
        QFETCH(QString, remove);
        QFETCH(QString, name);
        QFETCH(QString, forbidden);
        Inspection i(changed("-" + remove + "\n" + name));
        DomainReport r = i.run();
        QVERIFY(has(r, "could-not-look"));
        for (const QString& bad : forbidden.split(' '))
            for (const auto& f : r.findings)
                QVERIFY2(!QString::fromStdString(f.id).startsWith(bad) || f.id == "ptr-ok", f.id.c_str());
        for (const auto& f : r.findings) {
            if (f.id != "could-not-look") continue;
            QVERIFY(!f.evidence.empty());
            QVERIFY(!r.evidence[f.evidence.front()].definite());
        }
        QVERIFY(toJson(r).find("could-not-look") != std::string::npos);
    }
    void aDnsThatNeverAnswersLeavesEveryAreaOpen() {
        Inspection i("example.org !timeout");
        // Names below are unknown too.
        for (const char* n : {"_dmarc.example.org", "_mta-sts.example.org", "_smtp._tls.example.org",
                              "default._bimi.example.org", "_domainkey.example.org",
                              "s._domainkey.example.org", "_dmarc.org"})
            i.zone.add(std::string(n) + " !timeout");
        DomainReport r = i.run();
        for (const auto& f : r.findings) QCOMPARE(f.id, std::string("could-not-look"));
        for (const Area* area : std::initializer_list<const Area*>{
                 &r.spf, &r.dkim, &r.dmarc, &r.mx, &r.mtaSts, &r.tlsRpt, &r.bimi, &r.zone, &r.caa})
            QCOMPARE(areaStateName(area->state), std::string_view("could-not-look"));
        for (const Area* area : std::initializer_list<const Area*>{&r.ptr, &r.dane})
            QCOMPARE(areaStateName(area->state), std::string_view("not-checked"));
    }

    void theOrderOfAnswersChangesNothing_data() {
        QTest::addColumn<int>("limit");
        QTest::addColumn<bool>("cache");
        for (int limit : {1, 3, 8, 1000}) {
            QTest::addRow("%d questions in flight", limit) << limit << false;
            QTest::addRow("%d questions in flight, every other from a cache", limit) << limit << true;
        }
    }
    void theOrderOfAnswersChangesNothing() {
        QFETCH(int, limit);
        QFETCH(bool, cache);
        const std::string lines = changed("-_mta-sts\n-5.2.0.192\nexample.org MX 5 gone.example.org");
        Inspection straight(lines);
        DomainReport expected = straight.run();
        Inspection i(lines);
        i.options.concurrency = size_t(limit);
        LateResolver late(i.zone, cache);
        std::optional<DomainReport> report;
        start(inspect(late, "example.org", i.options), [&](DomainReport r) { report = std::move(r); });
        QVERIFY(!report.has_value());
        while (late.answerOne()) {
        }
        QVERIFY(report.has_value());
        QVERIFY(late.most <= size_t(limit));
        if (limit > 1) QVERIFY(late.most > 1);
        QCOMPARE(report->evidence.size(), expected.evidence.size());
        QCOMPARE(report->findings.size(), expected.findings.size());
        for (size_t f = 0; f < expected.findings.size(); ++f) {
            QCOMPARE(report->findings[f].id, expected.findings[f].id);
            QCOMPARE(report->findings[f].seen, expected.findings[f].seen);
        }
    }

    void aMissingDomain() {
        Inspection i(healthy());
        DomainReport r = i.run("nothing.test");
        QVERIFY(!r.exists);
        QVERIFY(has(r, "domain-missing"));
    }
    void guessedSelectorsAreMarked() {
        Inspection i(healthy() + txt("k1._domainkey.example.org", "p=" + key2048));
        i.options.selectors.clear();
        auto list = loadSelectorList(test::resources() / "lists" / "dkim-selectors.json");
        QVERIFY(list.has_value());
        i.options.guessedSelectors = *list;
        DomainReport r = i.run();
        QCOMPARE(r.dkim.selectors.size(), size_t(1));
        QCOMPARE(r.dkim.selectors[0].selector, std::string("k1"));
        QVERIFY(r.dkim.selectors[0].guessed);
        QCOMPARE(r.dkim.guessesTried, list->size());
        // No hit proves nothing.
        Inspection none(healthy());
        none.options.selectors.clear();
        none.options.guessedSelectors = {"zz"};
        DomainReport quiet = none.run();
        QVERIFY(has(quiet, "dkim-keys-below"));
        QVERIFY(!has(quiet, "dkim-missing"));
    }
    void withoutValidationTlsaIsNotTrusted() {
        Inspection i(healthy());
        i.zone.setAuthenticated(false);
        QCOMPARE(problems(i.run()), QString("dane-insecure"));
    }

    void jsonHasTheAgreedForm() {
        Inspection i(changed("-_dmarc"));
        DomainReport r = i.run();
        const std::string line = toJson(r);
        QVERIFY(line.find('\n') == std::string::npos);
        auto v = json::parse(line, "report");
        QVERIFY(v.has_value());
        const auto& o = v->as_object();
        for (auto key : {"domain", "findings", "spf", "dkim", "dmarc", "mx", "mta_sts", "tls_rpt", "bimi",
                         "dane", "ptr"})
            QVERIFY2(o.contains(key), key);
        const auto& f = o.at("findings").as_array().at(0).as_object();
        QCOMPARE(f.at("id").as_string(), "dmarc-none");
        QCOMPARE(f.at("severity").as_string(), "error");
        QCOMPARE(f.at("subject").as_string(), "example.org");
        const auto& e = f.at("evidence").as_array().at(0).as_object();
        QCOMPARE(e.at("question").as_string(), "_dmarc.example.org TXT");
        QCOMPARE(e.at("status").as_string(), "nxdomain");
        QCOMPARE(e.at("rcode").as_int64(), 3);
        QCOMPARE(e.at("server").as_string(), "zone");
        QCOMPARE(e.at("time").as_string(), "2026-01-01T00:00:00Z");
        QCOMPARE(o.at("mta_sts").at("policy").at("state").as_string(), "not-checked");
        bool spfRecord = false;
        for (const auto& a : o.at("answers").as_array())
            for (const auto& record : a.at("records").as_array())
                if (record.as_string() == "example.org. 3600 IN TXT \"v=spf1 ip4:192.0.2.0/28 "
                                          "include:_spf.example.net -all\"")
                    spfRecord = true;
        QVERIFY(spfRecord);
    }
};

QTEST_APPLESS_MAIN(TestDomain)
#include "tst_domain.moc"
