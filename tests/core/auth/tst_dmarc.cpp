// DMARC from the text of RFC 9989: records, the tree walk, and RFC 7489 beside it.
#include "auth/dmarc_discovery.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::auth;

namespace {

DmarcDiscovery discover(test::ZoneResolver& zone, const std::string& domain) {
    DmarcOptions options{*dns::PublicSuffixList::system()};
    auto d = runReady(discoverDmarc(zone, domain, options));
    if (!d) qFatal("the walk did not end");
    return std::move(*d);
}

// "domain:tag=policy>effective", "none" or "unknown".
QString policy(const DmarcDiscovery& d) {
    if (!d.policyKnown) return "unknown";
    if (!d.policyStep) return "none";
    return QString::fromStdString(d.steps[*d.policyStep].domain + ":" + d.policyTag + "=" +
                                  std::string(dmarcPolicyName(d.declared)) + ">" +
                                  std::string(dmarcPolicyName(d.effective)));
}

} // namespace

class TestDmarc : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void whatIsARecord_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("record");
        QTest::newRow("plain") << "v=DMARC1; p=none" << true;
        QTest::newRow("white space around") << "v = DMARC1 ;p=none" << true;
        QTest::newRow("the version alone") << "v=DMARC1" << true;
        QTest::newRow("the name of the tag in capitals") << "V=DMARC1; p=none" << true;
        QTest::newRow("white space first") << " v=DMARC1; p=none" << false;
        QTest::newRow("no semicolon behind it") << "v=DMARC1 p=none" << false;
        QTest::newRow("small letters") << "v=dmarc1; p=none" << false;
        QTest::newRow("another version") << "v=DMARC12; p=none" << false;
        QTest::newRow("the version not first") << "p=none; v=DMARC1" << false;
        QTest::newRow("something else") << "v=spf1 -all" << false;
        QTest::newRow("nothing") << "" << false;
    }
    void whatIsARecord() {
        QFETCH(QString, text);
        QFETCH(bool, record);
        QCOMPARE(isDmarcRecord(text.toStdString()), record);
    }

    void everyTag() {
        DmarcRecord r =
            parseDmarc("v=DMARC1; p=Quarantine; sp=reject; np=none; psd=n; t=y; adkim=s; aspf=r; fo=1:d; "
                       "rua=mailto:a@example.org!10m, https://r.example.net/x; ruf=mailto:f@example.org; "
                       "pct=30; ri=3600; rf=afrf; zz=1");
        QVERIFY(r.problems.empty());
        QVERIFY(r.p == DmarcPolicy::Quarantine && r.sp == DmarcPolicy::Reject && r.np == DmarcPolicy::None);
        QVERIFY(r.psd == DmarcPsd::No && r.testing && r.strictDkim && !r.strictSpf);
        QCOMPARE(r.failureOptions, std::string("1:d"));
        QCOMPARE(r.rua.size(), size_t(2));
        QCOMPARE(r.rua[0].address, std::string("a@example.org"));
        QCOMPARE(r.rua[0].sizeLimit, std::string("10m"));
        QCOMPARE(r.rua[1].domain, std::string("r.example.net"));
        QVERIFY(r.rua[0].valid && r.rua[1].valid);
        QCOMPARE(r.pct, std::optional<unsigned>(30));
        QVERIFY((r.obsoleteTags == std::vector<std::string>{"pct", "ri", "rf"}));
        QVERIFY((r.unknownTags == std::vector<std::string>{"zz"}));
    }
    void brokenTagsFallBack_data() {
        QTest::addColumn<QString>("tag");
        for (const char* t :
             {"p=block", "sp=", "np=x", "psd=x", "t=1", "adkim=strict", "aspf=", "fo=2", "rua=a@b.org",
              "rua=ftp://x.org/", "rua=mailto:nobody", "pct=101", "nonsense", "p=none"})
            QTest::newRow(t) << QString(t);
    }
    void brokenTagsFallBack() {
        QFETCH(QString, tag);
        DmarcRecord r = parseDmarc("v=DMARC1; p=reject; " + tag.toStdString());
        QCOMPARE(r.problems.size(), size_t(1));
        QVERIFY(r.p == DmarcPolicy::Reject);
        QVERIFY(!r.testing && !r.strictDkim && !r.strictSpf && r.psd == DmarcPsd::Unknown);
    }
    void withoutAPolicyItIsNone() {
        QVERIFY(parseDmarc("v=DMARC1; rua=mailto:a@b.org").policy() == DmarcPolicy::None);
        QVERIFY(!parseDmarc("v=DMARC1").p.has_value());
    }

    void theWalkHasAtMostEightSteps() {
        using Names = std::vector<std::string>;
        QVERIFY((dmarcWalk("org") == Names{"org"}));
        QVERIFY((dmarcWalk("a.b.org") == Names{"a.b.org", "b.org", "org"}));
        QVERIFY((dmarcWalk("1.2.3.4.5.6.7") ==
                 Names{"1.2.3.4.5.6.7", "2.3.4.5.6.7", "3.4.5.6.7", "4.5.6.7", "5.6.7", "6.7", "7"}));
        QCOMPARE(dmarcWalk("1.2.3.4.5.6.7.8").size(), size_t(8));
        const Names deep = dmarcWalk("a.b.c.d.e.f.g.h.i.j");
        QCOMPARE(deep.size(), size_t(8));
        QCOMPARE(deep[1], std::string("d.e.f.g.h.i.j"));
    }

    void discovery_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("org");
        QTest::addColumn<QString>("policy_");
        auto row = [](const char* name, const char* domain, const QString& zone, const char* org,
                      const char* p) { QTest::newRow(name) << domain << zone << org << p; };
        const QString apex = "_dmarc.example.org TXT \"v=DMARC1; p=reject\"\n";
        row("its own record", "example.org", apex, "example.org", "example.org:p=reject>reject");
        row("no record anywhere", "a.example.org", "", "a.example.org", "none");
        row("inherited", "a.example.org", apex, "example.org", "example.org:p=reject>reject");
        row("inherited sp", "a.example.org", "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=none\"",
            "example.org", "example.org:sp=none>none");
        row("sp is not for the domain itself", "example.org",
            "_dmarc.example.org TXT \"v=DMARC1; p=reject; sp=none\"", "example.org",
            "example.org:p=reject>reject");
        row("np for a name that does not exist", "no.example.org",
            "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=quarantine; np=reject\"", "example.org",
            "example.org:np=reject>reject");
        row("np is not for a name with an address", "yes.example.org",
            "_dmarc.example.org TXT \"v=DMARC1; p=none; sp=quarantine; np=reject\"\nyes.example.org A "
            "192.0.2.1",
            "example.org", "example.org:sp=quarantine>quarantine");
        row("np is not for a name with other records only", "txt.example.org",
            "_dmarc.example.org TXT \"v=DMARC1; p=none; np=reject\"\ntxt.example.org TXT \"x\"",
            "example.org", "example.org:p=none>none");
        row("whether it exists is not known", "x.example.org",
            "_dmarc.example.org TXT \"v=DMARC1; p=none; np=reject\"\nx.example.org !timeout", "example.org",
            "unknown");
        row("a test lowers it by a step", "example.org", "_dmarc.example.org TXT \"v=DMARC1; p=reject; t=y\"",
            "example.org", "example.org:p=reject>quarantine");
        row("a test of quarantine", "example.org", "_dmarc.example.org TXT \"v=DMARC1; p=quarantine; t=y\"",
            "example.org", "example.org:p=quarantine>none");
        row("two records are none", "example.org", apex + "_dmarc.example.org TXT \"v=DMARC1; p=none\"",
            "example.org", "none");
        row("two records, and one above", "a.example.org",
            apex + "_dmarc.a.example.org TXT \"v=DMARC1; p=none\"\n_dmarc.a.example.org TXT \"v=DMARC1; "
                   "p=quarantine\"",
            "example.org", "example.org:p=reject>reject");
        row("other TXT records do not count", "example.org", apex + "_dmarc.example.org TXT \"hello\"",
            "example.org", "example.org:p=reject>reject");
        row("the shortest name with a record is the organisation", "a.b.example.org",
            apex + "_dmarc.b.example.org TXT \"v=DMARC1; p=none\"", "example.org",
            "example.org:p=reject>reject");
        row("psd=n ends the walk", "a.b.example.org",
            apex + "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=n\"", "b.example.org",
            "b.example.org:p=none>none");
        row("psd=n at the start", "b.example.org",
            apex + "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=n\"", "b.example.org",
            "b.example.org:p=none>none");
        row("psd=y above: one label below it", "a.b.bank.example",
            "_dmarc.bank.example TXT \"v=DMARC1; p=reject; psd=y\"", "b.bank.example",
            "bank.example:p=reject>reject");
        row("psd=y above a record", "a.b.bank.example",
            "_dmarc.bank.example TXT \"v=DMARC1; p=reject; psd=y\"\n_dmarc.b.bank.example TXT \"v=DMARC1; "
            "p=none\"",
            "b.bank.example", "b.bank.example:p=none>none");
        row("psd=y at the start ends it, and makes no organisation below", "bank.example",
            "_dmarc.bank.example TXT \"v=DMARC1; p=reject; psd=y\"\n_dmarc.example TXT \"v=DMARC1; p=none\"",
            "bank.example", "bank.example:p=reject>reject");
        row("psd=y behind the jump: rebuilt from the start", "1.2.3.4.5.6.7.8.x.example",
            "_dmarc.5.6.7.8.x.example TXT \"v=DMARC1; p=none; psd=y\"", "4.5.6.7.8.x.example",
            "5.6.7.8.x.example:p=none>none");
        row("the start cannot be looked up", "example.org", "_dmarc.example.org !timeout", "", "unknown");
        row("above cannot be looked up, the own record stands", "a.example.org",
            "_dmarc.a.example.org TXT \"v=DMARC1; p=reject\"\n_dmarc.example.org !servfail", "",
            "a.example.org:p=reject>reject");
        row("above cannot be looked up, and nothing here", "a.example.org", "_dmarc.example.org !servfail",
            "", "unknown");
    }
    void discovery() {
        QFETCH(QString, domain);
        QFETCH(QString, zone);
        QFETCH(QString, org);
        QFETCH(QString, policy_);
        test::ZoneResolver resolver(zone.toStdString());
        DmarcDiscovery d = discover(resolver, domain.toStdString());
        QCOMPARE(QString::fromStdString(d.orgDomain), org);
        QCOMPARE(policy(d), policy_);
        QVERIFY(d.steps.size() <= 8);
        QVERIFY(!d.orgReason.empty());
        for (const auto& s : d.steps) QCOMPARE(d.answers[s.answer].question.name, "_dmarc." + s.domain);
    }

    void theWalkEndsWhereItCannotLook() {
        test::ZoneResolver zone(
            "_dmarc.b.example.org !timeout\n_dmarc.example.org TXT \"v=DMARC1; p=reject\"");
        const DmarcDiscovery d = discover(zone, "a.b.example.org");
        QCOMPARE(d.steps.size(), size_t(2));
        QVERIFY(d.steps.back().found == DmarcStep::Found::CouldNotLook && !d.policyKnown);
        QCOMPARE(zone.queriesFor("_dmarc.org", dns::RecordType::TXT), size_t(0));
    }

    void bothReadings() {
        test::ZoneResolver zone("_dmarc.example.co.uk TXT \"v=DMARC1; p=reject\"\n"
                                "_dmarc.a.example.co.uk TXT \"v=DMARC1; p=none; psd=n\"");
        DmarcDiscovery same = discover(zone, "example.co.uk");
        QCOMPARE(same.orgDomainPsl, std::string("example.co.uk"));
        QVERIFY(!same.readingsDiffer);
        DmarcDiscovery differ = discover(zone, "b.a.example.co.uk");
        QCOMPARE(differ.orgDomain, std::string("a.example.co.uk"));
        QCOMPARE(differ.orgDomainPsl, std::string("example.co.uk"));
        QCOMPARE(differ.pslPolicyDomain, std::string("example.co.uk"));
        QVERIFY(differ.readingsDiffer);
    }
    void theListIsAskedBehindTheJump() {
        // The organisational domain by the list is no step of a walk that ended early.
        test::ZoneResolver zone("_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=n\"\n"
                                "_dmarc.example.org TXT \"v=DMARC1; p=reject\"");
        DmarcDiscovery d = discover(zone, "a.b.example.org");
        QCOMPARE(d.steps.size(), size_t(2));
        QCOMPARE(d.pslPolicyDomain, std::string("example.org"));
        QVERIFY(d.pslDeclared == DmarcPolicy::Reject && d.readingsDiffer);
    }
};

QTEST_APPLESS_MAIN(TestDmarc)
#include "tst_dmarc.moc"
