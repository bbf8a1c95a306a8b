// What the workspace remembers of watched domains beside reports: changes, selectors, key rotations.
#include "store/database.h"
#include "store/domain_store.h"
#include "store/migrations.h"
#include "store/rotation_store.h"
#include "store/selector_store.h"
#include "store/storage_error.h"

using namespace waypost;
using namespace waypost::store;

namespace {

std::unique_ptr<Database> fresh() {
    auto db = Database::inMemory();
    migrate(*db);
    return db;
}

RotationRow rotation(const std::string& id = "r1", const std::string& domain = "example.org") {
    RotationRow r;
    r.id = id;
    r.domain = domain;
    r.oldSelector = "s1";
    r.newSelector = "s2";
    r.algorithm = "rsa2048";
    r.publicKey = std::string("\x30\x00\xff", 3);
    r.secret = "dkim/example.org/s2";
    r.keepOldDays = 7;
    r.state = "publish";
    r.created = {1000};
    r.timeline = {{{1000}, "operator", "publish", "made"}};
    return r;
}

InspectionRow inspection(std::int64_t at) {
    InspectionRow row;
    row.domain = "example.org";
    row.at = {at};
    row.report = "{}";
    return row;
}

} // namespace

class TestDomainWatch : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aRotationComesBackWhole() {
        auto db = fresh();
        rotations::insert(*db, rotation());
        auto row = rotations::find(*db, "r1");
        QVERIFY(row);
        QCOMPARE(row->publicKey, rotation().publicKey);
        QCOMPARE(row->keepOldDays, 7);
        QVERIFY(row->timeline == rotation().timeline);
        QVERIFY(!row->retireAfter);
        row->state = "keep-old";
        row->retireAfter = UtcTime{9000};
        row->timeline.push_back({{2000}, "cli", "keep-old", "switched"});
        row->servers = {{"ns1", "192.0.2.1", "new key", "", {1500}},
                        {"ns2", "", "could not look", "no", {1}}};
        QVERIFY(rotations::update(*db, *row));
        auto again = rotations::find(*db, "r1");
        QVERIFY(again->timeline == row->timeline);
        QVERIFY(again->servers == row->servers);
        QVERIFY(again->retireAfter == row->retireAfter);
        again->servers.clear();
        QVERIFY(rotations::update(*db, *again));
        QVERIFY(rotations::find(*db, "r1")->servers.empty());
        QVERIFY(!rotations::update(*db, rotation("r9")));
        QVERIFY(!rotations::find(*db, "r9"));
    }

    void theTimelineCannotBeRewritten() {
        auto db = fresh();
        rotations::insert(*db, rotation());
        for (const char* sql : {"UPDATE rotation_event SET text = 'x'", "DELETE FROM rotation_event"})
            QVERIFY_THROWS_EXCEPTION(StorageError, db->run(sql));
        auto row = rotation();
        row.timeline = {{{1}, "somebody", "done", "rewritten"}};
        QVERIFY(rotations::update(*db, row));
        QCOMPARE(rotations::find(*db, "r1")->timeline.front().text, std::string("made"));
    }

    void theRunningRotationOfADomainIsFound() {
        auto db = fresh();
        rotations::insert(*db, rotation("r1"));
        rotations::insert(*db, rotation("r2", "example.net"));
        QCOMPARE(rotations::all(*db).size(), size_t(2));
        QCOMPARE(rotations::all(*db, "EXAMPLE.net").size(), size_t(1));
        QVERIFY(rotations::running(*db, "example.org"));
        for (const char* end : {"done", "abandoned"}) {
            auto row = rotation("r1");
            row.state = end;
            rotations::update(*db, row);
            QVERIFY(!rotations::running(*db, "example.org"));
        }
    }

    void aSelectorKnowsHowItBecameKnown() {
        auto db = fresh();
        selectors::saw(*db, "Example.ORG.", "S1", "message", {2000});
        selectors::saw(*db, "example.org", "s1", "message", {5000});
        selectors::saw(*db, "example.org", "s1", "message", {3000});
        selectors::saw(*db, "example.org", "s1", "given", {100});
        selectors::saw(*db, "example.org", "s2", "seed", {4000});
        selectors::saw(*db, "example.net", "s3", "report", {4000});
        const auto rows = selectors::of(*db, "example.org");
        QCOMPARE(rows.size(), size_t(3));
        QCOMPARE(rows[0].selector, std::string("s1"));
        QCOMPARE(rows[0].origin, std::string("given"));
        QCOMPARE(rows[1].origin, std::string("message"));
        QCOMPARE(rows[1].firstSeen.ms, 2000);
        QCOMPARE(rows[1].lastSeen.ms, 5000);
        QCOMPARE(rows[2].selector, std::string("s2"));
        QVERIFY_THROWS_EXCEPTION(StorageError, selectors::saw(*db, "a", "b", "guessed", {1}));
    }

    void onlySoManySelectorsOfADomainAreKept() {
        auto db = fresh();
        for (size_t i = 0; i < selectors::maxOfDomain + 10; ++i)
            selectors::saw(*db, "example.org", "s" + std::to_string(i), "message", {std::int64_t(i)});
        QCOMPARE(selectors::of(*db, "example.org").size(), selectors::maxOfDomain);
        // One that is known is still brought up to date.
        selectors::saw(*db, "example.org", "s0", "message", {9'999});
        QCOMPARE(selectors::of(*db, "example.org").front().lastSeen.ms, 9'999);
    }

    void aWithdrawnSelectorIsInUseNoMore() {
        auto db = fresh();
        domains::watch(*db, "example.org", {"S1", "s2"}, {1});
        selectors::saw(*db, "example.org", "s1", "given", {1});
        selectors::saw(*db, "example.org", "s1", "seed", {1});
        selectors::saw(*db, "example.net", "s1", "seed", {1});
        domains::dropSelector(*db, "Example.org", "s1");
        QVERIFY(domains::all(*db).front().selectors == std::vector<std::string>{"s2"});
        QVERIFY(selectors::of(*db, "example.org").empty());
        QCOMPARE(selectors::of(*db, "example.net").size(), size_t(1));
        domains::dropSelector(*db, "not-watched.example", "s1");
    }

    void changesStandWithTheirInspection() {
        auto db = fresh();
        auto row = inspection(1000);
        domains::append(*db, row);
        row = inspection(2000);
        row.changes = {{"finding", "spf-none example.org", "", "no record", "error", "worse", {1900}},
                       {"record", "example.org TXT", "a", "b", "info", "", {1800}}};
        const auto id = domains::append(*db, row);
        QVERIFY(domains::changesOf(*db, id) == row.changes);
        const auto all = domains::all(*db);
        QCOMPARE(all.size(), size_t(1));
        QCOMPARE(all.front().changes, 2);
        QCOMPARE(all.front().worse, 1);
        // They go with the domain.
        QVERIFY(domains::forget(*db, "example.org"));
        QVERIFY(domains::changesOf(*db, id).empty());
    }

    void reportsAreReadBetweenTimes() {
        auto db = fresh();
        for (int i = 1; i <= 5; ++i) domains::append(*db, inspection(i * 1000));
        QCOMPARE(domains::asOf(*db, "example.org", {2500})->at.ms, 2000);
        QVERIFY(!domains::asOf(*db, "example.org", {999}));
        const auto between = domains::reports(*db, "example.org", {2000}, {4000}, 10);
        QCOMPARE(between.size(), size_t(3));
        QCOMPARE(between.front().at.ms, 2000);
        QCOMPARE(domains::reports(*db, "example.org", {0}, {9000}, 2).front().at.ms, 4000);
        QCOMPARE(domains::reportsBefore(*db, "example.org", {3000}, 10).back().at.ms, 2000);
    }
};

QTEST_APPLESS_MAIN(TestDomainWatch)
#include "tst_domain_watch.moc"
