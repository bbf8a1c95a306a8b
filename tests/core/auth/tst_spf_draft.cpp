// A draft against the published record, the flattened record with its price, and networks as a set.
#include "auth/spf_draft.h"
#include "auth/spf_flatten.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::auth;

namespace {

SpfFlattened flattened(const std::string& zone, const char* domain = "example.org") {
    test::ZoneResolver resolver(zone);
    return flattenSpf(*runReady(readSpfTree(resolver, domain)));
}

std::string record(const std::string& terms, const std::string& more = {}) {
    return "example.org 600 TXT \"v=spf1 " + terms + "\"\n" + more;
}

} // namespace

class TestSpfDraft : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aDraftIsComparedWithWhatIsPublished() {
        test::ZoneResolver zone(record("include:p.test -all",
                                       "p.test TXT \"v=spf1 ip4:192.0.2.0/24 a:x.test -all\"\n"
                                       "x.test A 198.51.100.1"));
        SpfDraftRequest request;
        request.domain = "Example.org";
        request.record = "v=spf1 ip4:198.51.100.0/24 -all";
        for (const char* ip : {"192.0.2.1", "198.51.100.9", "198.51.100.1", "10.0.0.1"})
            request.ips.push_back(*net::IpAddress::parse(ip));
        const auto draft = runReady(trySpfDraft(zone, request, SpfOptions()));
        QVERIFY(draft && draft->then && draft->problems.empty());
        QCOMPARE(draft->now.root().cost, 2);
        QCOMPARE(draft->then->root().cost, 0);
        std::string seen;
        for (const auto& r : draft->rows) seen += r.gains() ? '+' : r.loses() ? '-' : '=';
        QCOMPARE(seen, std::string("-+=="));
        QVERIFY(!draft->rows[0].now.trace.empty() && draft->rows[1].now.trace.empty());
        QCOMPARE(draft->rows[0].now.sender, std::string("postmaster@Example.org"));
        QCOMPARE(draft->rows[0].then->answers.at(0)->server, std::string("draft"));
        QCOMPARE(zone.queriesFor("example.org", dns::RecordType::TXT), size_t(5)); // never for the draft
    }
    void withoutADraftOnlyThePublishedRecordIsRead() {
        test::ZoneResolver zone(record("-all"));
        SpfDraftRequest request{"example.org", {}, {*net::IpAddress::parse("::1")}, "a", {}};
        const auto draft = runReady(trySpfDraft(zone, request, SpfOptions()));
        QVERIFY(!draft->then && !draft->rows.at(0).then && !draft->rows[0].gains() &&
                !draft->rows[0].loses());
        QCOMPARE(draft->rows[0].now.result, SpfResult::Fail);
    }
    void aDraftWithAFaultIsAPermerror_data() {
        QTest::addColumn<QByteArray>("record");
        QTest::addColumn<bool>("permerror");
        QTest::newRow("a term with a fault") << QByteArray("v=spf1 ipv4:192.0.2.1 -all") << true;
        QTest::newRow("no version") << QByteArray("ip4:192.0.2.1 -all") << false; // receivers see no record
        QTest::newRow("another version") << QByteArray("v=spf10 -all") << false;
    }
    void aDraftWithAFaultIsAPermerror() {
        QFETCH(QByteArray, record);
        QFETCH(bool, permerror);
        test::ZoneResolver zone(::record("+all"));
        SpfDraftRequest request{
            "example.org", record.toStdString(), {*net::IpAddress::parse("192.0.2.1")}, "a", {}};
        const auto draft = runReady(trySpfDraft(zone, request, SpfOptions()));
        QCOMPARE(draft->problems.size(), size_t(1));
        QCOMPARE(draft->rows.at(0).then->result, permerror ? SpfResult::PermError : SpfResult::None);
        QVERIFY(draft->rows[0].loses());
    }
    void aDraftStandsAtItsNameAlone() {
        test::ZoneResolver zone(record("-all", "sub.example.org TXT \"v=spf1 +all\""));
        SpfDraftRequest request{
            "example.org", "v=spf1 include:sub.%{d} -all", {*net::IpAddress::parse("::1")}, "a", {}};
        const auto draft = runReady(trySpfDraft(zone, request, SpfOptions()));
        QCOMPARE(draft->rows.at(0).then->result, SpfResult::Pass);
    }

    void flatten_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QString>("expected"); // or "not possible: …"
        auto row = [](const char* name, const std::string& zone, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(zone) << QString(expected);
        };
        const std::string p =
            "p.test 60 TXT \"v=spf1 ip4:192.0.2.0/25 ip4:192.0.2.128/25 include:q.test ~all\"\n"
            "q.test TXT \"v=spf1 ip6:2001:db8::/32 a:h.test -all\"\nh.test A 198.51.100.7\n";
        row("an include of an include", record("include:p.test mx -all", p),
            "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.7 ip6:2001:db8::/32 mx -all");
        row("duplicates and networks inside others",
            record("ip4:10.0.0.0/8 ip4:10.1.1.1 ip4:10.0.0.0/8 include:p.test -all", p),
            "v=spf1 ip4:10.0.0.0/8 ip4:192.0.2.0/24 ip4:198.51.100.7 ip6:2001:db8::/32 -all");
        row("qualifiers keep their order", record("ip4:10.0.0.1 -ip4:10.0.0.0/24 ip4:10.0.0.0/8 ~all"),
            "v=spf1 ip4:10.0.0.1 -ip4:10.0.0.0/24 ip4:10.0.0.0/8 ~all");
        row("a neutral include", record("?include:q.test -all", p),
            "v=spf1 ?ip4:198.51.100.7 ?ip6:2001:db8::/32 -all");
        row("a redirect", record("ip4:10.0.0.1 redirect=q.test", p),
            "v=spf1 ip4:10.0.0.1 ip6:2001:db8::/32 a:h.test -all");
        row("a term without a domain in a redirect",
            record("redirect=r.test", "r.test TXT \"v=spf1 a/24 -all\"\nr.test A 10.0.0.1"),
            "v=spf1 a:r.test/24 -all");
        row("an include that decides by more",
            record("include:d.test -all", "d.test TXT \"v=spf1 exists:%{i}.x.test -all\""),
            "v=spf1 include:d.test -all");
        row("an include that refuses first",
            record("include:d.test -all", "d.test TXT \"v=spf1 -ip4:10.0.0.1 ip4:10.0.0.0/8\""),
            "v=spf1 include:d.test -all");
        row("an include of everybody", record("include:d.test -all", "d.test TXT \"v=spf1 +all\""),
            "v=spf1 include:d.test -all");
        row("a macro in the include", record("include:%{l}.d.test -all"), "v=spf1 include:%{l}.d.test -all");
        row("the explanation stays", record("include:q.test exp=e.test -all", p),
            "v=spf1 ip4:198.51.100.7 ip6:2001:db8::/32 -all exp=e.test");
        row("no record", "", "not possible: There is no single SPF record.");
        row("a failing lookup", record("include:p.test -all", "p.test TXT !servfail"),
            "not possible: A part of the record could not be looked up.");
        row("a loop", record("include:example.org -all"), "not possible: The record includes itself.");
        row("a fault below", record("include:p.test -all", "p.test TXT \"v=spf1 x\""),
            "not possible: The record, or one that it includes, has a fault.");
    }
    void flatten() {
        QFETCH(QByteArray, zone);
        QFETCH(QString, expected);
        const SpfFlattened f = flattened(zone.toStdString());
        QCOMPARE(QString::fromStdString(f.record.empty() ? "not possible: " + f.why : f.record), expected);
        if (f.record.empty()) return;
        QVERIFY(parseSpf(f.record).problems.empty());
        QVERIFY(!f.price.empty());
    }
    void thePriceIsSaid() {
        std::string zone = record("include:p.test -all", "p.test 60 TXT \"v=spf1\"");
        for (int i = 0; i < 40; ++i) zone += " \" ip4:192.0.2." + std::to_string(i * 4) + "\"";
        const SpfFlattened f = flattened(zone + " \" -all\"");
        QCOMPARE(f.networks, size_t(40));
        QCOMPARE(f.shortestTtl, 60u);
        QVERIFY(f.lookupsBefore == 1 && f.lookupsAfter == 0);
        QVERIFY(f.strings.size() >= 2);
        std::string joined;
        for (const auto& s : f.strings) {
            QVERIFY(s.size() <= 255);
            joined += s;
        }
        QCOMPARE(joined, f.record);
        for (const char* said : {"p.test", "60 s", "40 networks", "above 450"})
            QVERIFY2(f.price.find(said) != f.price.npos, f.price.c_str());
    }
    // What passes before passes after, and nothing else.
    void flatteningChangesNoVerdict() {
        const std::string zone =
            record("ip4:10.0.0.0/30 include:p.test ?include:q.test mx -all",
                   "p.test TXT \"v=spf1 ip4:10.0.1.0/30 include:q.test ~ip4:10.0.3.1 -all\"\n"
                   "q.test TXT \"v=spf1 ip4:10.0.2.0/31 ip4:10.0.2.4/30 -all\"\n"
                   "example.org MX 1 m.test\nm.test A 10.0.4.1");
        test::ZoneResolver resolver(zone);
        const SpfFlattened f = flattenSpf(*runReady(readSpfTree(resolver, "example.org")));
        DraftResolver drafted(resolver, "example.org", f.record);
        for (int net = 0; net < 5; ++net)
            for (int host = 0; host < 10; ++host) {
                const std::string ip = "10.0." + std::to_string(net) + "." + std::to_string(host);
                SpfRequest request{*net::IpAddress::parse(ip), "a@example.org", "h.test"};
                const auto before = runReady(checkSpf(resolver, request, SpfOptions()));
                const auto after = runReady(checkSpf(drafted, request, SpfOptions()));
                QVERIFY2(before->result == after->result, (ip + " " + f.record).c_str());
            }
    }

    void networksAreMerged_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("none") << "" << "";
        QTest::newRow("the same twice") << "10.0.0.1/32 10.0.0.1/32" << "ip4:10.0.0.1";
        QTest::newRow("one inside another") << "10.1.2.3/32 10.0.0.0/8" << "ip4:10.0.0.0/8";
        QTest::newRow("four quarters")
            << "10.0.0.64/26 10.0.0.0/26 10.0.0.192/26 10.0.0.128/26" << "ip4:10.0.0.0/24";
        QTest::newRow("neighbours of two wholes") << "10.0.0.1/32 10.0.0.2/32" << "ip4:10.0.0.1 ip4:10.0.0.2";
        QTest::newRow("host bits") << "10.0.0.77/24" << "ip4:10.0.0.0/24";
        QTest::newRow("everything") << "0.0.0.0/1 128.0.0.0/1" << "ip4:0.0.0.0/0";
        QTest::newRow("both families")
            << "2001:db8::/33 10.0.0.1/32 2001:db8:8000::/33" << "ip4:10.0.0.1 ip6:2001:db8::/32";
        QTest::newRow("high octets sort as numbers")
            << "200.0.0.1/32 10.0.0.1/32" << "ip4:10.0.0.1 ip4:200.0.0.1";
    }
    void networksAreMerged() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        std::vector<IpNetwork> networks;
        for (const QString& word : in.split(' ', Qt::SkipEmptyParts)) {
            const QStringList parts = word.split('/');
            networks.push_back(networkOf(*net::IpAddress::parse(parts[0].toStdString()), parts[1].toInt()));
        }
        QStringList got;
        for (const auto& n : merged(networks)) got << QString::fromStdString(n.term());
        QCOMPARE(got.join(' '), out);
    }
    void addressesAreCounted() {
        const auto ip = [](const char* text, int bits) {
            return networkOf(*net::IpAddress::parse(text), bits);
        };
        QCOMPARE(ipv4Addresses(merged({ip("10.0.0.0", 8), ip("10.2.0.0", 16), ip("::", 0)})), std::uint64_t(1)
                                                                                                  << 24);
        QCOMPARE(ipv4Addresses(merged({ip("0.0.0.0", 0)})), std::uint64_t(1) << 32);
    }
};

QTEST_APPLESS_MAIN(TestSpfDraft)
#include "tst_spf_draft.moc"
