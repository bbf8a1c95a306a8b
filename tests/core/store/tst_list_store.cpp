// What the workspace remembers of DNS lists: looks with their bytes, intervals, cells, health, changes, days.
#include "store/database.h"
#include "store/list_store.h"
#include "store/migrations.h"

using namespace waypost;
using namespace waypost::store;

namespace {

std::unique_ptr<Database> fresh() {
    auto db = Database::inMemory();
    migrate(*db);
    return db;
}

ListLook lookAt(std::int64_t at, const std::string& status, const std::string& answer) {
    ListLook l;
    l.target = "203.0.113.7";
    l.list = "zen";
    l.at = {at};
    l.status = status;
    l.answer = answer;
    l.raw = std::string("\0\x81", 2);
    l.ttl = 60;
    return l;
}

ListCellRow cellAt(const ListLook& l) {
    ListCellRow c;
    c.target = l.target;
    c.list = l.list;
    c.status = l.status;
    c.at = c.since = l.at;
    return c;
}

void keepLook(Database& db, std::int64_t at, const std::string& status, const std::string& answer = {}) {
    const ListLook l = lookAt(at, status, answer);
    lists::keep(db, l, cellAt(l));
}

} // namespace

class TestListStore : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aLookComesBackWithItsBytes() {
        auto db = fresh();
        keepLook(*db, 1000, "listed", "127.0.0.2");
        const auto cell = lists::cell(*db, "203.0.113.7", "zen");
        QVERIFY(cell);
        const auto look = lists::look(*db, cell->observation);
        QVERIFY(look);
        QCOMPARE(look->raw, std::string("\0\x81", 2));
        QCOMPARE(look->answer, std::string("127.0.0.2"));
        QCOMPARE(*look->ttl, std::int64_t(60));
        QVERIFY(!look->score);
        QVERIFY(!lists::cell(*db, "203.0.113.8", "zen"));
    }

    void equalLooksAreOneInterval() {
        auto db = fresh();
        for (const std::int64_t at : {1000, 2000, 3000}) keepLook(*db, at, "listed", "127.0.0.2");
        keepLook(*db, 4000, "listed", "127.0.0.4"); // another code is another interval
        keepLook(*db, 5000, "error");
        keepLook(*db, 6000, "listed", "127.0.0.4");
        const auto all = lists::periods(*db, "203.0.113.7", "", {0}, {INT64_MAX}, 100);
        QCOMPARE(all.size(), size_t(4));
        QCOMPARE(all[0].looks, std::int64_t(3));
        QCOMPARE(all[0].firstSeen.ms, std::int64_t(1000));
        QCOMPARE(all[0].lastSeen.ms, std::int64_t(3000));
        QCOMPARE(all[3].answer, std::string("127.0.0.4"));
        QCOMPARE(lists::periods(*db, "", "zen", {3500}, {4500}, 100).size(), size_t(1));
        QCOMPARE(lists::periods(*db, "", "zen", {0}, {INT64_MAX}, 2).size(), size_t(2));
    }

    void watchedTargetsGoByOriginToo() {
        auto db = fresh();
        for (const char* t : {"203.0.113.7", "203.0.113.8"})
            QVERIFY(lists::watch(*db, {t, "ipv4", "ip", "203.0.113.7-8", {1000}}));
        QVERIFY(lists::watch(*db, {"example.org", "domain", "from", "example.org", {1000}}));
        QVERIFY(lists::watch(*db, {"example.org", "domain", "helo", "example.org", {2000}}));
        QCOMPARE(lists::targets(*db).size(), size_t(3));
        QCOMPARE(lists::unwatch(*db, "203.0.113.7-8"), 2);
        QCOMPARE(lists::targets(*db).front().role, std::string("helo"));
    }

    void healthThatTurnsIsAChange() {
        auto db = fresh();
        const auto look = [&](std::int64_t at, const char* health) {
            lists::keepHealth(*db, {"zen", "ipv4", {at}, health, "why", "error", "[]"});
        };
        look(1000, "healthy"); // no news
        look(2000, "wildcard");
        look(3000, "silent"); // still unfit
        look(4000, "healthy");
        const auto changes = lists::changes(*db, {0}, 10);
        QCOMPARE(changes.size(), size_t(2));
        QCOMPARE(changes[0].change, std::string("healthy"));
        QCOMPARE(changes[1].change, std::string("unhealthy"));
        QCOMPARE(lists::health(*db).size(), size_t(1));
        QCOMPARE(lists::health(*db).front().at.ms, std::int64_t(4000));
        QCOMPARE(lists::healthOf(*db, "zen", 10).size(), size_t(4));
    }

    void questionsAreCountedByDay() {
        auto db = fresh();
        constexpr std::int64_t day = 86'400'000;
        lists::addQuestions(*db, "zen", {day + 5}, 10);
        lists::addQuestions(*db, "zen", {2 * day - 1}, 5);
        lists::addQuestions(*db, "zen", {2 * day}, 7);
        QCOMPARE(lists::questions(*db, "zen", {day}), std::int64_t(15));
        QCOMPARE(lists::questions(*db, "zen", {2 * day + 1}), std::int64_t(7));
        QCOMPARE(lists::questions(*db, "dbl", {day}), std::int64_t(0));
    }

    void oldLooksGoAndTheLastOneStays() {
        auto db = fresh();
        constexpr std::int64_t day = 86'400'000;
        keepLook(*db, 1 * day, "clean");
        keepLook(*db, 2 * day, "clean");
        QCOMPARE(lists::prune(*db, {200 * day}), 1);
        QVERIFY(lists::look(*db, lists::cell(*db, "203.0.113.7", "zen")->observation));
        QCOMPARE(lists::periods(*db, "", "", {0}, {INT64_MAX}, 10).size(), size_t(1));
    }

    void switchedOff() {
        auto db = fresh();
        lists::setOff(*db, "zen", true);
        lists::setOff(*db, "zen", true);
        QCOMPARE(lists::off(*db), std::vector<std::string>{"zen"});
        lists::setOff(*db, "zen", false);
        QVERIFY(lists::off(*db).empty());
    }
};

QTEST_GUILESS_MAIN(TestListStore)
#include "tst_list_store.moc"
