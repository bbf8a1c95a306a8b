// DMARC of one message, a row for every rule of RFC 9989 sections 4.4 to 5.3: which record speaks, what it
// says, what aligns, what the result is and what is applied.
#include "auth/dmarc_check.h"
#include "support/dmarc_rules.h"
#include "support/zone_resolver.h"

#include <QTest>

using namespace waypost;
using namespace waypost::auth;
using test::DmarcRule;
using test::dmarcRules;
using test::messageOf;
using test::shown;

namespace {

DmarcCheck check(test::ZoneResolver& zone, DmarcMessage message) {
    DmarcOptions options{*dns::PublicSuffixList::system()};
    auto c = runReady(checkDmarc(zone, std::move(message), std::move(options)));
    if (!c) qFatal("the check did not end");
    return std::move(*c);
}

} // namespace

class TestDmarcRules : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void rules_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("mechanisms");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("org");
        QTest::addColumn<QString>("verdict");
        for (const DmarcRule& r : dmarcRules())
            QTest::newRow(r.name) << r.from << r.mechanisms << r.zone << r.org << r.verdict;
    }
    void rules() {
        QFETCH(QString, from);
        QFETCH(QString, mechanisms);
        QFETCH(QString, zone);
        QFETCH(QString, org);
        QFETCH(QString, verdict);
        test::ZoneResolver resolver(zone.toStdString());
        const DmarcCheck c = check(resolver, messageOf(from, mechanisms));
        QCOMPARE(shown(c.walk), verdict);
        QCOMPARE(QString::fromStdString(c.walk.orgDomain), org);
        QVERIFY(!c.walk.reason.empty() && !c.list.reason.empty());
    }

    void eachNameIsAskedOnce() {
        test::ZoneResolver zone("_dmarc.example.org TXT \"v=DMARC1; p=reject\"");
        DmarcMessage m = messageOf("a.example.org", "spf:pass:b.example.org dkim:pass:a.b.example.org");
        for (int i = 0; i < 100; ++i)
            m.dkim.push_back({"x" + std::to_string(i) + ".example.org", "s", DkimResult::Pass});
        const DmarcCheck c = check(zone, std::move(m));
        QCOMPARE(c.identifiers.size(), maxDmarcIdentifiers);
        QCOMPARE(zone.queriesFor("_dmarc.example.org", dns::RecordType::TXT), size_t(1));
        QCOMPARE(zone.queriesFor("_dmarc.b.example.org", dns::RecordType::TXT), size_t(1));
        // Foreign names are not walked at all.
        test::ZoneResolver other("_dmarc.example.org TXT \"v=DMARC1; p=reject\"");
        (void)check(other, messageOf("example.org", "dkim:pass:very.long.evil.example spf:pass:evil.test"));
        QCOMPARE(other.queries(), size_t(2));
    }

    void theListBesideIt() {
        // psd=n splits the organisation for RFC 9989 alone.
        test::ZoneResolver zone("_dmarc.example.org TXT \"v=DMARC1; p=reject; pct=40\"\n"
                                "_dmarc.b.example.org TXT \"v=DMARC1; p=none; psd=n\"");
        DmarcCheck c = check(zone, messageOf("example.org", "dkim:pass:b.example.org"));
        QCOMPARE(shown(c.walk), QString("fail reject reject"));
        QCOMPARE(shown(c.list), QString("pass reject none dkim"));
        QVERIFY(c.readingsDiffer);
        c = check(zone, messageOf("example.org", ""));
        QCOMPARE(shown(c.list), QString("fail reject reject"));
        QVERIFY(QString::fromStdString(c.list.reason).contains("pct=40: the others get quarantine"));
        QVERIFY(!c.readingsDiffer);
        // t= and np= are no tags of RFC 7489.
        test::ZoneResolver testing("_dmarc.example.org TXT \"v=DMARC1; p=reject; np=none; t=y\"");
        c = check(testing, messageOf("a.example.org", ""));
        QCOMPARE(shown(c.walk), QString("fail none none"));
        QCOMPARE(shown(c.list), QString("fail reject reject"));
        QVERIFY(c.readingsDiffer);
        auto without = runReady(checkDmarc(testing, messageOf("example.org", ""), {}));
        QVERIFY(without && !without->list.disposition && !without->readingsDiffer);
    }
};

QTEST_APPLESS_MAIN(TestDmarcRules)
#include "tst_dmarc_rules.moc"
