// Every rule of the DMARC table through our resolver on loopback: what the wire and the cache make of an
// answer must not change a verdict. (Over a zone in memory the table runs in tst_dmarc_rules.)
#include "support/dmarc_rules.h"
#include "support/loopback_zone.h"

#include <QTest>

using namespace waypost;
using namespace waypost::auth;

class TestConformanceDmarc : public QObject {
    Q_OBJECT
    std::unique_ptr<test::LoopbackZone> net_;

  private Q_SLOTS:
    void initTestCase() { net_ = std::make_unique<test::LoopbackZone>(); }

    void overLoopback_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("mechanisms");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("org");
        QTest::addColumn<QString>("verdict");
        for (const auto& r : test::dmarcRules())
            QTest::newRow(r.name) << r.from << r.mechanisms << r.zone << r.org << r.verdict;
    }
    void overLoopback() {
        QFETCH(QString, from);
        QFETCH(QString, mechanisms);
        QFETCH(QString, zone);
        QFETCH(QString, org);
        QFETCH(QString, verdict);
        const std::string lines = zone.toStdString();
        net_->serve(std::string_view(lines));
        DmarcMessage message = test::messageOf(from, mechanisms);
        DmarcOptions options{*dns::PublicSuffixList::system()};
        const DmarcCheck c = net_->run<DmarcCheck>(
            [&](dns::Resolver& r) { return checkDmarc(r, std::move(message), std::move(options)); });
        QCOMPARE(test::shown(c.walk), verdict);
        QCOMPARE(QString::fromStdString(c.walk.orgDomain), org);
    }
};

QTEST_GUILESS_MAIN(TestConformanceDmarc)
#include "tst_conformance_dmarc.moc"
