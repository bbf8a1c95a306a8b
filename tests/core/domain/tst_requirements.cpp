#include "domain/inspect.h"
#include "domain/requirements.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

#include <fstream>
#include <set>

using namespace waypost;
using namespace waypost::domain;

namespace {

const QString sound = "example.org SOA ns1.example.org h.example.org 1 2 3 4 300\n"
                      "example.org NS ns1.example.org\n"
                      "example.org TXT \"v=spf1 ip4:192.0.2.0/28 -all\"\n"
                      "example.org MX 10 mx.example.org\n"
                      "mx.example.org A 192.0.2.5\n"
                      "5.2.0.192.in-addr.arpa PTR mx.example.org\n"
                      "6.2.0.192.in-addr.arpa PTR out.example.org\n"
                      "out.example.org A 192.0.2.6\n"
                      "_dmarc.example.org TXT \"v=DMARC1; p=none\"\n"
                      "s._domainkey.example.org TXT \"v=DKIM1; p="
                      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCrGPGECw2zUsBgOQgDknROzYhbnsB+ssKKsEz+"
                      "HH4aHncc4wNawCJppmP3welrVlh4b1MwTtlraQhb38GoxX237lwXjqQKIhBzPgVwmPLYoGbs1yxq5BLd"
                      "AC6EvPScwxLsf\" \"222ET92wP3uKQI2L8RM4n5LC+VCMvQobv+wxu3S8wIDAQAB\"\n";

QString changed(const QString& changes) {
    QStringList lines = sound.split('\n');
    for (const QString& change : changes.split('\n', Qt::SkipEmptyParts)) {
        if (change.startsWith('-'))
            lines.removeIf([&](const QString& l) { return l.startsWith(change.mid(1)); });
        else
            lines << change;
    }
    return lines.join('\n');
}

DomainReport inspected(const QString& zone, std::vector<std::string> sendingIps = {"192.0.2.6"}) {
    test::ZoneResolver resolver(zone.toStdString());
    test::FakeClock clock;
    resolver.setClock(&clock);
    InspectOptions options;
    options.catalogue = FindingCatalogue::load(test::resources() / "rules" / "findings.json").value();
    options.clock = &clock;
    options.selectors = {"s"};
    options.sendingIps = std::move(sendingIps);
    auto report = runReady(inspect(resolver, "example.org", options));
    if (!report) qFatal("the inspection did not end");
    return std::move(*report);
}

std::shared_ptr<const RequirementCatalogue> catalogue() {
    auto c = RequirementCatalogue::load(test::resources() / "rules" / "requirements.json");
    if (!c) qFatal("%s", c.error().describe().c_str());
    return *c;
}

const Requirement& byId(const std::string& id) {
    static const auto all = catalogue();
    for (const Requirement& r : all->all())
        if (r.id == id) return r;
    qFatal("no requirement %s", id.c_str());
}

MessageFacts message(std::int64_t at, std::optional<bool> pass) {
    MessageFacts m;
    m.at = {at};
    m.title = "Spring news";
    m.spf = m.dkim = m.dmarc = m.oneClick = m.format = pass;
    return m;
}

} // namespace

class TestRequirements : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyEntryHasASourceAndAKnownCheck() {
        const auto all = catalogue();
        QCOMPARE(all->date(), std::string("2026-11-24"));
        std::set<std::string> used;
        std::set<std::string> providers;
        for (const Requirement& r : all->all()) {
            used.insert(r.check);
            providers.insert(r.provider);
            QVERIFY2(r.source.contains("20"), r.id.c_str()); // of when
            QVERIFY2(r.text.ends_with('.'), r.id.c_str());
            QVERIFY2(r.id.starts_with(r.provider) || r.provider == "microsoft", r.id.c_str());
            for (const std::string& code : r.codes)
                QVERIFY2(QRegularExpression("^[45]\\.\\d{1,3}\\.\\d{1,3}$")
                             .match(QString::fromStdString(code))
                             .hasMatch(),
                         r.id.c_str());
        }
        for (const auto check : requirementChecks())
            QVERIFY2(used.contains(std::string(check)), std::string(check).c_str());
        for (const char* p : {"gmail", "yahoo", "microsoft", "apple", "laposte", "orange", "gmx", "tonline",
                              "mailru", "yandex", "qq", "netease"})
            QVERIFY2(providers.contains(p), p);
    }

    void aFaultyCatalogueIsRefused_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("part");
        const QByteArray good = R"("id":"a","provider":"p","name":"P","who":"w","text":"t","source":"s")";
        QTest::newRow("another schema")
            << QByteArray(R"({"schema_version":2,"requirements":[]})") << "schema";
        QTest::newRow("no list") << QByteArray(R"({"schema_version":1})") << "no list";
        QTest::newRow("an entry that is no object")
            << QByteArray(R"({"schema_version":1,"requirements":[1]})") << "not an object";
        QTest::newRow("a check there is not")
            << R"({"schema_version":1,"requirements":[{)" + good + R"(,"check":"magic"}]})" << "\"magic\"";
        QTest::newRow("no source")
            << QByteArray(
                   R"({"schema_version":1,"requirements":[{"id":"a","provider":"p","name":"P","who":"w","text":"t","check":"tls"}]})")
            << "no \"source\"";
        QTest::newRow("an id twice") << R"({"schema_version":1,"requirements":[{)" + good +
                                            R"(,"check":"tls"},{)" + good + R"(,"check":"tls"}]})"
                                     << "twice";
    }
    void aFaultyCatalogueIsRefused() {
        QFETCH(QByteArray, content);
        QFETCH(QString, part);
        const auto file = test::temporaryFolder() / "requirements.json";
        std::ofstream(file) << content.toStdString();
        auto c = RequirementCatalogue::load(file);
        QVERIFY(!c.has_value());
        QVERIFY2(QString::fromStdString(c.error().text).contains(part), c.error().text.c_str());
    }

    void theStateFollowsTheDns_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("changes");
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("evidence");
        auto row = [](const char* name, const char* id, const QString& changes, const char* state,
                      const char* evidence) { QTest::newRow(name) << id << changes << state << evidence; };
        row("a sound SPF record is published", "yahoo-spf-record", "", "met", "one sound SPF record");
        row("there is no SPF record", "yahoo-spf-record", "-example.org TXT", "not met", "has no SPF record");
        row("SPF has two records", "yahoo-spf-record", "example.org TXT \"v=spf1 -all\"", "not met",
            "2 SPF records");
        row("SPF could not be looked up", "yahoo-spf-record", "-example.org TXT\nexample.org TXT !servfail",
            "cannot know from here", "could not be looked up");
        row("a pass of SPF needs a message", "outlook-spf", "", "cannot know from here", "No message");
        row("no pass of SPF without a record", "outlook-spf", "-example.org TXT", "not met",
            "has no SPF record");
        row("a key is published", "gmail-bulk-dkim-key", "", "met", "1 usable key");
        row("no name below _domainkey", "gmail-bulk-dkim-key", "-s._domainkey", "not met",
            "No name exists below _domainkey");
        row("the only key is withdrawn", "gmail-bulk-dkim-key",
            "-s._domainkey\ns._domainkey.example.org TXT \"v=DKIM1; p=\"", "not met", "can be used (s)");
        row("the key could not be looked up", "gmail-bulk-dkim-key",
            "-s._domainkey\ns._domainkey.example.org !timeout\n_domainkey.example.org !timeout",
            "cannot know from here", "could not be looked up");
        row("1024 bits are enough", "gmail-dkim-bits", "", "met", "1024 bits (selector s)");
        row("an Ed25519 key has no such limit", "gmail-dkim-bits",
            "-s._domainkey\ns._domainkey.example.org TXT \"v=DKIM1; k=ed25519; "
            "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"",
            "cannot know from here", "No RSA key");
        row("SPF or DKIM: both are missing", "gmail-spf-or-dkim", "-example.org TXT\n-s._domainkey",
            "not met", "SPF: ");
        row("SPF or DKIM: one is missing", "gmail-spf-or-dkim", "-example.org TXT", "cannot know from here",
            "DKIM: ");
        row("a DMARC record speaks for the domain", "outlook-dmarc", "", "met", "v=DMARC1; p=none");
        row("no DMARC record", "outlook-dmarc", "-_dmarc", "not met", "No DMARC record");
        row("DMARC could not be looked up", "outlook-dmarc", "-_dmarc\n_dmarc.example.org !timeout",
            "cannot know from here", "could not be looked up");
        row("the sending address has its name", "gmail-ptr", "", "met", "1 of 1 known sending address");
        row("the sending address has no name", "gmail-ptr", "-6.2.0.192", "not met",
            "192.0.2.6 has no reverse name");
        row("the name leads elsewhere", "gmail-ptr", "-out.example.org\nout.example.org A 192.0.2.7",
            "not met", "does not lead back");
        row("the reverse zone does not answer", "gmail-ptr", "-6.2.0.192\n6.2.0.192.in-addr.arpa !servfail",
            "cannot know from here", "could not be looked up");
        row("a generic name", "gmx-ptr",
            "-6.2.0.192\n6.2.0.192.in-addr.arpa PTR 192-0-2-6.dsl.example.org\n"
            "192-0-2-6.dsl.example.org A 192.0.2.6",
            "not met", "generic name");
        row("a generic name is a name", "gmail-ptr",
            "-6.2.0.192\n6.2.0.192.in-addr.arpa PTR 192-0-2-6.dsl.example.org\n"
            "192-0-2-6.dsl.example.org A 192.0.2.6",
            "met", "1 of 1");
        row("the domain has a SOA record", "yahoo-soa", "", "met", "has a SOA record");
        row("the spam rate is the provider's to know", "gmail-spam-rate", "", "cannot know from here",
            "Only the provider");
    }
    void theStateFollowsTheDns() {
        QFETCH(QString, id);
        QFETCH(QString, changes);
        QFETCH(QString, state);
        QFETCH(QString, evidence);
        const DomainReport report = inspected(changed(changes));
        const auto verdict = judge(byId(id.toStdString()), {report, {}, {}});
        QCOMPARE(QString::fromUtf8(requirementStateName(verdict.state).data()), state);
        QVERIFY2(QString::fromStdString(verdict.evidence).contains(evidence), verdict.evidence.c_str());
        if (verdict.answer) QVERIFY(*verdict.answer < report.evidence.size());
    }

    void theNewestMessageDecides_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"outlook-spf", "outlook-dkim", "outlook-alignment", "gmail-bulk-one-click",
                               "gmail-format", "gmail-spf-or-dkim", "laposte-aligned"})
            QTest::newRow(id) << id;
    }
    void theNewestMessageDecides() {
        QFETCH(QString, id);
        const DomainReport report = inspected(sound);
        const Requirement& r = byId(id.toStdString());
        const auto good =
            judge(r, {report, {message(9, std::nullopt), message(8, true), message(7, false)}, {}});
        QVERIFY(good.state == RequirementState::Met);
        QVERIFY2(good.evidence.contains("1 of 2 checked messages"), good.evidence.c_str());
        const auto bad = judge(r, {report, {message(8, false), message(7, true)}, {}});
        QVERIFY(bad.state == RequirementState::NotMet);
        const auto unknown = judge(r, {report, {message(9, std::nullopt)}, {}});
        QVERIFY(unknown.state == RequirementState::CannotKnow);
    }

    void repliesAreEvidence() {
        const DomainReport report = inspected(sound);
        const std::vector<ReplyFacts> replies{
            {"gmail", "5.7.29", "550 5.7.29 not sent over TLS", 12, {1'767'225'600'000}},
            {"gmail", "5.7.26", "550 5.7.26 unauthenticated", 3, {1'767'225'600'000}},
            {"yahoo", "5.7.26", "other", 1, {0}}};
        // About servers: it tells.
        const auto tls = judge(byId("gmail-tls"), {report, {}, replies});
        QVERIFY(tls.state == RequirementState::NotMet);
        QVERIFY2(tls.evidence.contains("12 replies of Gmail with 5.7.29, last on 2026-01-01"),
                 tls.evidence.c_str());
        QVERIFY(judge(byId("gmail-tls"), {report, {}, {}}).state == RequirementState::CannotKnow);
        // About a domain: it may be another one of the workspace.
        const auto auth = judge(byId("gmail-spf-or-dkim"), {report, {}, replies});
        QVERIFY(auth.state == RequirementState::CannotKnow);
        QVERIFY(auth.evidence.contains("3 replies of Gmail with 5.7.26"));
        QVERIFY(!auth.evidence.contains("other"));
    }

    void withoutSendingAddressesTheMailHostsAreOnlyAHint() {
        const DomainReport report = inspected(sound, {});
        const auto verdict = judge(byId("gmail-ptr"), {report, {}, {}});
        QVERIFY(verdict.state == RequirementState::CannotKnow);
        QVERIFY2(verdict.evidence.contains("mail hosts 1 of 1"), verdict.evidence.c_str());
    }

    void everyRequirementOfADomainThatDoesNotAnswerIsUnknown() {
        const DomainReport report = inspected("example.org !timeout\n_domainkey.example.org !timeout\n"
                                              "_dmarc.example.org !timeout\norg !timeout\n"
                                              "_dmarc.org !timeout\ns._domainkey.example.org !timeout",
                                              {});
        for (const Requirement& r : catalogue()->all()) {
            if (r.check == "own-domain") continue;
            const auto verdict = judge(r, {report, {}, {}});
            QVERIFY2(verdict.state == RequirementState::CannotKnow, (r.id + ": " + verdict.evidence).c_str());
            QVERIFY(!verdict.evidence.empty());
        }
    }
};

QTEST_APPLESS_MAIN(TestRequirements)
#include "tst_requirements.moc"
