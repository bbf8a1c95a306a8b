// Inspections in the store: drift between two times, and the stored answers judged as of a time.
#include "engine/inspection.h"
#include "store/database.h"
#include "store/dns_store.h"
#include "store/migrations.h"
#include "support/fake_clock.h"
#include "support/paths.h"
#include "support/zone_resolver.h"

using namespace waypost;
using namespace waypost::engine;

namespace {

constexpr std::int64_t day0 = 1'767'225'600'000; // 2026-01-01
constexpr std::int64_t day = 86'400'000;

const std::string zoneBase = "example.org SOA ns1.example.org h.example.org 1 2 3 4 300\n"
                             "example.org NS ns1.example.org\n"
                             "example.org NS ns2.example.org\n"
                             "example.org MX 10 mx.example.org\n"
                             "mx.example.org A 192.0.2.5\n"
                             "5.2.0.192.in-addr.arpa PTR mx.example.org\n"
                             "_dmarc.example.org TXT \"v=DMARC1; p=reject; rua=mailto:d@example.org\"\n";
const std::string spf = "example.org TXT \"v=spf1 ip4:192.0.2.0/28 -all\"\n";
const std::string spfFails = "example.org TXT !servfail\n";

// Keeps every answer, as both programs do.
class KeepingResolver final : public dns::Resolver {
  public:
    KeepingResolver(dns::Resolver& upstream, store::Database& db) : upstream_(upstream), db_(db) {}
    void resolve(dns::Question question, Done done) override {
        upstream_.resolve(std::move(question), [this, done = std::move(done)](dns::Answer answer) mutable {
            store::dnsrecord::append(db_, answer);
            done(std::move(answer));
        });
    }

  private:
    dns::Resolver& upstream_;
    store::Database& db_;
};

struct Workbench {
    std::unique_ptr<store::Database> db = store::Database::inMemory();
    test::FakeClock clock{{day0}};

    Workbench() { store::migrate(*db); }

    domain::InspectOptions options() {
        return inspectOptions(test::resources(), clock, dns::PublicSuffixList::system().value()).value();
    }
    // Inspects at the given day and keeps answers and report.
    store::InspectionRow inspect(const std::string& zone, int atDay) {
        clock.setWall({day0 + atDay * day});
        test::ZoneResolver resolver(zone);
        resolver.setClock(&clock);
        KeepingResolver recording(resolver, *db);
        auto report = runReady(domain::inspect(recording, "example.org", options()));
        if (!report) qFatal("the inspection did not end");
        auto row = inspectionRow(*report);
        row.id = store::domains::append(*db, row);
        return row;
    }
    Result<DomainDiff> diff(int from, int to) {
        return domainDiff(*db, {"example.org", {day0 + from * day}, {day0 + to * day}});
    }
    Result<domain::DomainReport> asOf(int atDay) {
        return judgedAsOf(*db, "example.org", {day0 + atDay * day}, options());
    }
};

const DomainDiffRow* find(const DomainDiff& diff, std::string_view what) {
    for (const auto& r : diff.rows)
        if (r.what == what) return &r;
    return nullptr;
}
bool has(const domain::DomainReport& r, std::string_view id) {
    return std::ranges::any_of(r.findings, [&](const domain::Finding& f) { return f.id == id; });
}

} // namespace

class TestInspection : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theNewestInspectionsAtOrBeforeTheTimesAreCompared() {
        Workbench w;
        w.inspect(zoneBase + spf, 0);
        w.inspect(zoneBase, 2);
        w.inspect(zoneBase, 4);
        auto diff = w.diff(1, 9);
        QVERIFY(diff.has_value());
        QCOMPARE(diff->from.ms, day0);
        QCOMPARE(diff->to.ms, day0 + 4 * day);
        const auto* finding = find(*diff, "spf-none example.org");
        QVERIFY(finding);
        QCOMPARE(finding->changedAt.ms, day0 + 2 * day);
        QVERIFY(finding->state == State::Error);
        QCOMPARE(finding->trend, std::string("worse"));
        const auto* record = find(*diff, "example.org TXT");
        QVERIFY(record);
        QVERIFY(record->before.contains("v=spf1"));
        QVERIFY(record->after.empty());
        // The same inspection on both sides.
        auto same = w.diff(5, 6);
        QVERIFY(same.has_value());
        QVERIFY(same->rows.empty());
    }

    void aFailedInspectionOnEitherSideIsNoChange_data() {
        QTest::addColumn<int>("failing");
        QTest::newRow("the first of two") << 0;
        QTest::newRow("the second of two") << 2;
    }
    void aFailedInspectionOnEitherSideIsNoChange() {
        QFETCH(int, failing);
        Workbench w;
        w.inspect(zoneBase + spf, -1);
        w.inspect(zoneBase + (failing == 0 ? spfFails : spf), 0);
        w.inspect(zoneBase + (failing == 2 ? spfFails : spf), 2);
        auto diff = w.diff(0, 2);
        QVERIFY(diff.has_value());
        QCOMPARE(diff->rows.size(), size_t(0));
    }

    void anotherLookupThatSawTheChangeEarlierGivesItsTime() {
        Workbench w;
        w.inspect(zoneBase + spf, 0);
        test::ZoneResolver resolver(zoneBase + "example.org TXT \"v=spf1 -all\"\n");
        w.clock.setWall({day0 + day});
        resolver.setClock(&w.clock);
        auto answer = runReady(dns::ask(resolver, {"example.org", dns::RecordType::TXT}));
        store::dnsrecord::append(*w.db, *answer);
        w.inspect(zoneBase + "example.org TXT \"v=spf1 -all\"\n", 3);
        auto diff = w.diff(0, 3);
        QVERIFY(diff.has_value());
        const auto* record = find(*diff, "example.org TXT");
        QVERIFY(record);
        QCOMPARE(record->changedAt.ms, day0 + day);
    }

    void whatCannotBeComparedIsAnError_data() {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<QString>("text");
        QTest::newRow("before the first inspection") << 0 << 9 << "was not inspected at or before 2026-01-01";
        QTest::newRow("the wrong way round") << 9 << 2 << "The first of the two times is the later one.";
    }
    void whatCannotBeComparedIsAnError() {
        QFETCH(int, from);
        QFETCH(int, to);
        QFETCH(QString, text);
        Workbench w;
        w.inspect(zoneBase + spf, 2);
        auto diff = w.diff(from, to);
        QVERIFY(!diff.has_value());
        QVERIFY2(QString::fromStdString(diff.error().text).contains(text), diff.error().text.c_str());
    }

    void aReportThatCannotBeReadIsAnError() {
        Workbench w;
        auto row = w.inspect(zoneBase, 0);
        row.report = "{";
        row.at = {day0 + day};
        store::domains::append(*w.db, row);
        QVERIFY(!w.diff(0, 1).has_value());
    }

    void changesAreThoseOverAllThatWasKnown() {
        Workbench w;
        auto first = w.inspect(zoneBase + spf, 0);
        QCOMPARE(changesOf(*w.db, first)->size(), size_t(0)); // nothing before it
        QCOMPARE(changesOf(*w.db, w.inspect(zoneBase + spf, 1))->size(), size_t(0));
        QCOMPARE(changesOf(*w.db, w.inspect(zoneBase + spfFails, 2))->size(), size_t(0));
        auto changes = changesOf(*w.db, w.inspect(zoneBase, 3));
        QVERIFY(changes.has_value());
        QVERIFY(std::ranges::any_of(*changes, [](const domain::Difference& d) {
            return d.what == "spf-none example.org" && d.trend == domain::Trend::Worse;
        }));
    }

    void theReportAsOfATimeIsThatOfTheAnswersThen() {
        Workbench w;
        w.inspect(zoneBase + spf, 0);
        w.inspect(zoneBase, 2);
        auto then = w.asOf(1);
        QVERIFY(then.has_value());
        QVERIFY(then->at == (UtcTime{day0 + day}));
        QVERIFY(!has(*then, "spf-none"));
        QVERIFY(!has(*then, "could-not-look"));
        QCOMPARE(then->spf.root()->record->text, std::string("v=spf1 ip4:192.0.2.0/28 -all"));
        QVERIFY(has(*w.asOf(2), "spf-none"));
    }

    void whatWasNotAskedByThenIsNotKnown() {
        Workbench w;
        test::ZoneResolver resolver(zoneBase + spf);
        resolver.setClock(&w.clock);
        auto answer = runReady(dns::ask(resolver, {"example.org", dns::RecordType::TXT}));
        store::dnsrecord::append(*w.db, *answer);
        auto report = w.asOf(1);
        QVERIFY(report.has_value());
        QVERIFY(report->spf.state == domain::AreaState::Checked);
        QVERIFY(report->mx.state == domain::AreaState::CouldNotLook);
        QVERIFY2(report->mx.reason.contains("never asked before"), report->mx.reason.c_str());
        QVERIFY(report->dmarc.state == domain::AreaState::CouldNotLook);
        QVERIFY(!has(*report, "mx-none"));
        QVERIFY(!has(*report, "dmarc-none"));
        // Before anything was asked there is no report at all.
        QVERIFY(!w.asOf(-1).has_value());
    }
};

QTEST_APPLESS_MAIN(TestInspection)
#include "tst_inspection.moc"
