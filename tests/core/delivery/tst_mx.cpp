#include "delivery/mx.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::delivery;

namespace {

constexpr std::string_view zone = R"(
two.test. MX 20 b.two.test.
two.test. MX 10 a.two.test.
a.two.test. A 127.0.0.10
b.two.test. A 127.0.0.11
b.two.test. AAAA ::1
null.test. MX 0 .
implicit.test. A 127.0.0.12
lost.test. MX 10 gone.lost.test.
slow.test MX !timeout
half.test. MX 10 mx.half.test.
mx.half.test A !servfail
mx.half.test AAAA !servfail
alone.test. TXT "no mail host"
)";

MxResult look(const std::string& domain) {
    test::ZoneResolver resolver(zone);
    SeededRandom random(1);
    return *runReady(findMx(&resolver, domain, &random));
}

} // namespace

class TestMx : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void kinds_data() {
        QTest::addColumn<QString>("domain");
        QTest::addColumn<int>("kind");
        using Kind = MxResult::Kind;
        QTest::newRow("two hosts are hosts") << "two.test" << int(Kind::Hosts);
        QTest::newRow("a null MX takes no mail") << "null.test" << int(Kind::NullMx);
        QTest::newRow("without MX the domain's own address is the host")
            << "implicit.test" << int(Kind::Hosts);
        QTest::newRow("an MX without an address is no host") << "lost.test" << int(Kind::NoHost);
        QTest::newRow("a timeout is temporary, not a missing MX") << "slow.test" << int(Kind::Temporary);
        QTest::newRow("an address lookup that fails is temporary") << "half.test" << int(Kind::Temporary);
        QTest::newRow("a name that does not exist is final") << "nowhere.test" << int(Kind::NoSuchDomain);
        QTest::newRow("a domain with other records only has no host") << "alone.test" << int(Kind::NoHost);
    }
    void kinds() {
        QFETCH(QString, domain);
        QFETCH(int, kind);
        MxResult r = look(domain.toStdString());
        QCOMPARE(int(r.kind), kind);
        QVERIFY(!r.answers.empty());
        if (r.kind != MxResult::Kind::Hosts) QVERIFY(!r.text.empty());
    }

    void lowestPreferenceIsFirst() {
        MxResult r = look("two.test");
        QCOMPARE(r.hosts.size(), size_t(2));
        QCOMPARE(r.hosts[0].name, std::string("a.two.test"));
        QCOMPARE(r.hosts[1].addresses.size(), size_t(2));
    }

    void anAddressLiteralNeedsNoLookup() {
        test::ZoneResolver resolver(zone);
        std::vector<dns::Answer> evidence;
        auto host = runReady(findAddresses(&resolver, "127.0.0.9", 0, &evidence));
        QCOMPARE(host->addresses.front().toString(), std::string("127.0.0.9"));
        QVERIFY(evidence.empty());
    }
};

QTEST_APPLESS_MAIN(TestMx)
#include "tst_mx.moc"
