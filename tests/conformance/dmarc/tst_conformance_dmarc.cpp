// Every rule of the DMARC table through our resolver on loopback: what the wire and the cache make of an
// answer must not change a verdict. (Over a zone in memory the table runs in tst_dmarc_rules.)
#include "support/dmarc_rules.h"
#include "support/loopback_zone.h"

#include <QTest>

using namespace waypost;
using namespace waypost::auth;

class TestConformanceDmarc : public QObject {
    Q_OBJECT
    std::unique_ptr<test::LoopbackZone> net_, unbound_;

    void rows() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("mechanisms");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("org");
        QTest::addColumn<QString>("verdict");
        for (const auto& r : test::dmarcRules())
            QTest::newRow(r.name) << r.from << r.mechanisms << r.zone << r.org << r.verdict;
    }
    void judge(test::LoopbackZone& net) {
        QFETCH(QString, from);
        QFETCH(QString, mechanisms);
        QFETCH(QString, zone);
        QFETCH(QString, org);
        QFETCH(QString, verdict);
        const std::string lines = zone.toStdString();
        net.serve(std::string_view(lines));
        DmarcMessage message = test::messageOf(from, mechanisms);
        DmarcOptions options{*dns::PublicSuffixList::system()};
        const DmarcCheck c = net.run<DmarcCheck>(
            [&](dns::Resolver& r) { return checkDmarc(r, std::move(message), std::move(options)); });
        QCOMPARE(test::shown(c.walk), verdict);
        QCOMPARE(QString::fromStdString(c.walk.orgDomain), org);
    }

  private Q_SLOTS:
    void overLoopback_data() { rows(); }
    void overLoopback() {
        if (!net_) net_ = std::make_unique<test::LoopbackZone>();
        judge(*net_);
    }

    void throughUnbound_data() { rows(); }
    void throughUnbound() {
        if (const std::string absent = test::LoopbackZone::unboundAbsent(); !absent.empty())
            QSKIP(absent.c_str());
        if (!unbound_)
            unbound_ = std::make_unique<test::LoopbackZone>(test::LoopbackZoneOptions{.unbound = true});
        judge(*unbound_);
    }
};

QTEST_GUILESS_MAIN(TestConformanceDmarc)
#include "tst_conformance_dmarc.moc"
