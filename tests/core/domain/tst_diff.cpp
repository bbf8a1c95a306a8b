#include "domain/diff.h"
#include "domain/inspect.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::domain;

namespace {

const QString healthy = "example.org SOA ns1.example.org h.example.org 1 2 3 4 300\n"
                        "example.org NS ns1.example.org\n"
                        "example.org NS ns2.example.org\n"
                        "example.org TXT \"v=spf1 ip4:192.0.2.0/28 include:_spf.example.net -all\"\n"
                        "_spf.example.net TXT \"v=spf1 ip4:198.51.100.0/28 -all\"\n"
                        "example.org MX 10 mx.example.org\n"
                        "mx.example.org A 192.0.2.5\n"
                        "5.2.0.192.in-addr.arpa PTR mx.example.org\n"
                        "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:d@example.org\"\n"
                        "s._domainkey.example.org TXT \"v=DKIM1; k=ed25519; "
                        "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n";

constexpr std::int64_t begin = 1'767'225'600'000;
constexpr std::int64_t hour = 3'600'000;

// The lines of `changes` are added; one that begins with "-" takes away the lines that begin with the rest.
QString changed(const QString& zone, const QString& changes) {
    QStringList lines = zone.split('\n');
    for (const QString& change : changes.split('\n', Qt::SkipEmptyParts)) {
        if (change.startsWith('-'))
            lines.removeIf([&](const QString& l) { return l.startsWith(change.mid(1)); });
        else
            lines << change;
    }
    return lines.join('\n');
}

ReportSummary inspected(const QString& zone, int hours, std::vector<std::string> selectors = {"s"}) {
    test::ZoneResolver resolver(zone.toStdString());
    test::FakeClock clock({begin + hours * hour});
    resolver.setClock(&clock);
    InspectOptions options;
    options.catalogue = FindingCatalogue::load(test::resources() / "rules" / "findings.json").value();
    options.clock = &clock;
    options.selectors = std::move(selectors);
    auto report = runReady(inspect(resolver, "example.org", options));
    if (!report) qFatal("the inspection did not end");
    auto summary = summarise(toJson(*report));
    if (!summary) qFatal("%s", summary.error().describe().c_str());
    return *summary;
}

// One line a difference: "record|what|before|after|trend".
QString lineOf(const Difference& d) {
    constexpr const char* trends[] = {"neutral", "better", "worse"};
    return QString::fromStdString(std::string(differenceKindName(d.kind)) + "|" + d.what + "|" + d.before +
                                  "|" + d.after + "|" + trends[int(d.trend)]);
}
QString linesOf(const std::vector<Difference>& differences) {
    QStringList out;
    for (const auto& d : differences) out << lineOf(d);
    return out.join('\n');
}
const Difference* find(const std::vector<Difference>& differences, DifferenceKind kind,
                       std::string_view what) {
    for (const auto& d : differences)
        if (d.kind == kind && d.what == what) return &d;
    return nullptr;
}

} // namespace

class TestDiff : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void whatDiffersIsNamed_data() {
        QTest::addColumn<QString>("changes");
        QTest::addColumn<QString>("expected"); // lines that must be there; empty: no difference at all
        QTest::newRow("nothing changed") << "" << "";
        QTest::newRow("only the serial of the zone rose")
            << "-example.org SOA\nexample.org SOA ns1.example.org h.example.org 2 2 3 4 300" << "";
        QTest::newRow("only TTL and order changed")
            << "-example.org NS\nexample.org 60 NS ns2.example.org\nexample.org 60 NS ns1.example.org" << "";
        QTest::newRow("the SPF record is gone")
            << "-example.org TXT"
            << "record|example.org TXT|example.org TXT \"v=spf1 ip4:192.0.2.0/28 include:_spf.example.net "
               "-all\"||neutral\n"
               "finding|spf-none example.org||example.org has no SPF record.|worse\n"
               "verdict|SPF|1 of 10 lookups|no record|worse";
        QTest::newRow("the policy was lowered")
            << "-_dmarc\n_dmarc.example.org TXT \"v=DMARC1; p=none; rua=mailto:d@example.org\""
            << "verdict|DMARC|reject, from example.org; organisational domain example.org|none, from "
               "example.org; organisational domain example.org|worse";
        QTest::newRow("the key of a selector is gone")
            << "-s._domainkey" << "verdict|DKIM s|usable, ed25519 256|no key|worse";
        QTest::newRow("a mail host was added")
            << "example.org MX 20 mx2.example.org\nmx2.example.org A 192.0.2.6\n"
               "6.2.0.192.in-addr.arpa PTR mx2.example.org"
            << "record|example.org MX|example.org MX 10 mx.example.org.|example.org MX 10 mx.example.org.\n"
               "example.org MX 20 mx2.example.org.|neutral\n"
               "verdict|MX|1 host|2 hosts|neutral\n"
               "verdict|PTR|1 of 1 address forward-confirmed|2 of 2 addresses forward-confirmed|neutral";
        QTest::newRow("the reverse name is gone")
            << "-5.2.0.192"
            << "record|5.2.0.192.in-addr.arpa PTR|5.2.0.192.in-addr.arpa PTR "
               "mx.example.org.||neutral";
    }
    void whatDiffersIsNamed() {
        QFETCH(QString, changes);
        QFETCH(QString, expected);
        const auto differences = diff({inspected(healthy, 0), inspected(changed(healthy, changes), 1)});
        const QString all = linesOf(differences);
        if (expected.isEmpty()) {
            QCOMPARE(all, QString());
            return;
        }
        QVERIFY2(!differences.empty(), "no difference was found");
        for (const auto& d : differences) QCOMPARE(d.changedAt.ms, begin + hour);
        // A line of a record may hold line ends itself.
        QVERIFY2(
            all.contains(expected) ||
                std::ranges::all_of(expected.split('\n'), [&](const QString& l) { return all.contains(l); }),
            qPrintable(all));
    }

    void whatGotBetterIsSaid() {
        const QString broken = changed(healthy, "-example.org TXT");
        const auto differences = diff({inspected(broken, 0), inspected(healthy, 1)});
        const auto* finding = find(differences, DifferenceKind::Finding, "spf-none example.org");
        QVERIFY(finding);
        QVERIFY(finding->after.empty());
        QVERIFY(finding->trend == Trend::Better);
        const auto* verdict = find(differences, DifferenceKind::Verdict, "SPF");
        QVERIFY(verdict && verdict->trend == Trend::Better);
    }

    void aFailedLookupIsNoChange_data() {
        QTest::addColumn<QString>("failure");
        QTest::newRow("the domain's TXT times out") << "-example.org TXT\nexample.org TXT !timeout";
        QTest::newRow("an included record fails") << "-_spf.example.net\n_spf.example.net TXT !servfail";
        QTest::newRow("the policy record is refused")
            << "-_dmarc.example.org\n_dmarc.example.org TXT !refused";
        QTest::newRow("the key times out") << "-s._domainkey\ns._domainkey.example.org !timeout";
        QTest::newRow("the exchangers fail") << "-example.org MX\nexample.org MX !servfail";
        QTest::newRow("the address of the exchanger fails") << "-mx.example.org\nmx.example.org !servfail";
        QTest::newRow("the reverse name fails") << "-5.2.0.192\n5.2.0.192.in-addr.arpa !timeout";
        QTest::newRow("the name servers fail") << "-example.org NS\nexample.org NS !timeout";
    }
    void aFailedLookupIsNoChange() {
        QFETCH(QString, failure);
        const auto sound = inspected(healthy, 0);
        const auto failed = inspected(changed(healthy, failure), 1);
        QCOMPARE(linesOf(diff({sound, failed})), QString());
        // Neither is the return of what was known before.
        QCOMPARE(linesOf(diff({sound, failed, inspected(healthy, 2)})), QString());
    }

    void aChangeBehindAFailureIsSeen() {
        const auto sound = inspected(healthy, 0);
        const auto failed = inspected(changed(healthy, "-example.org TXT\nexample.org TXT !timeout"), 1);
        const auto gone = inspected(changed(healthy, "-example.org TXT"), 2);
        const auto differences = diff({sound, failed, gone});
        const auto* d = find(differences, DifferenceKind::Finding, "spf-none example.org");
        QVERIFY(d);
        QCOMPARE(d->changedAt.ms, begin + 2 * hour);
    }

    void theTimeIsThatOfTheFirstSightOfTheNewState() {
        const QString gone = changed(healthy, "-example.org TXT");
        const auto differences = diff({inspected(healthy, 0), inspected(gone, 1), inspected(healthy, 2),
                                       inspected(gone, 3), inspected(gone, 4)});
        const auto* record = find(differences, DifferenceKind::Record, "example.org TXT");
        QVERIFY(record);
        QCOMPARE(record->changedAt.ms, begin + 3 * hour);
        const auto* finding = find(differences, DifferenceKind::Finding, "spf-none example.org");
        QVERIFY(finding);
        QCOMPARE(finding->changedAt.ms, begin + 3 * hour);
    }

    void aDomainThatVanishedIsTold() {
        const auto differences = diff({inspected(healthy, 0), inspected("", 1)});
        const auto* missing = find(differences, DifferenceKind::Finding, "domain-missing example.org");
        QVERIFY2(missing, qPrintable(linesOf(differences)));
        QVERIFY(missing->trend == Trend::Worse);
        const auto* mx = find(differences, DifferenceKind::Record, "example.org MX");
        QVERIFY(mx && mx->after.empty());
    }

    void twoKindsOfAbsenceAreTwoStates() {
        const QString without = changed(healthy, "-_dmarc.example.org");
        const auto differences =
            diff({inspected(without, 0), inspected(changed(without, "_dmarc.example.org A 192.0.2.9"), 1)});
        const auto* d = find(differences, DifferenceKind::Record, "_dmarc.example.org TXT");
        QVERIFY2(d, qPrintable(linesOf(differences)));
        QCOMPARE(d->before, std::string("nxdomain"));
        QCOMPARE(d->after, std::string("no-data"));
    }

    void aSelectorThatIsNotAskedForAnyMoreIsNoChange() {
        const auto differences = diff({inspected(healthy, 0, {"s"}), inspected(healthy, 1, {"other"})});
        QVERIFY(!find(differences, DifferenceKind::Verdict, "DKIM s"));
    }

    void oneReportHasNoDifference() { QCOMPARE(linesOf(diff({inspected(healthy, 0)})), QString()); }

    void whatIsNoReportIsRefused_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("no JSON") << QByteArray("{");
        QTest::newRow("a list") << QByteArray("[]");
    }
    void whatIsNoReportIsRefused() {
        QFETCH(QByteArray, json);
        QVERIFY(!summarise(json.toStdString()));
    }
    void fieldsOfTheWrongFormAreNotCompared() {
        auto s =
            summarise(R"({"answers": [1, {"question": "a TXT"}, {"question": "b TXT", "status": "ok",)"
                      R"("records": [1, "odd"]}], "findings": {}, "spf": [], "dkim": {"state": "checked",)"
                      R"("selectors": [1, {"state": "checked", "selector": "x", "keys": [3]}]}})");
        QVERIFY(s.has_value());
        QCOMPARE(s->records.size(), size_t(1));
        QCOMPARE(s->verdicts.size(), size_t(1));
    }
};

QTEST_APPLESS_MAIN(TestDiff)
#include "tst_diff.moc"
