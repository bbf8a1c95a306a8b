#include "store/database.h"
#include "store/event_keys.h"
#include "store/event_writer.h"
#include "store/migrations.h"
#include "store/rollup_check.h"

using namespace waypost;
using namespace waypost::store;

namespace {

constexpr std::int64_t noon = 1'764'000'000'000;

std::unique_ptr<Database> fresh() {
    auto db = Database::inMemory();
    migrate(*db, latestSchema());
    return db;
}

NewEvent named(const StoredReply& reply, std::string_view name, std::int64_t at = noon) {
    NewEvent e;
    e.at.ms = at;
    e.reply = &reply;
    e.source = "test";
    e.recipient = "a@example.org";
    e.dedupe = name;
    return e;
}

StoredReply ok() {
    StoredReply r;
    r.serial = 1;
    r.text = r.sample = "250 ok";
    r.category = reply::Category::Accepted;
    r.outcome = reply::Outcome::Accepted;
    r.templateKey = r.templateText = "ok";
    r.opinion = "test:fine";
    return r;
}

} // namespace

class TestEventKeys : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aNameIsTakenOnce() {
        auto db = fresh();
        QVERIFY(takeEventKey(*db, {noon}, "sendgrid:a"));
        QVERIFY(!takeEventKey(*db, {noon + 1}, "sendgrid:a"));
        QVERIFY(takeEventKey(*db, {noon}, "sendgrid:b"));
    }

    void aSecondEventOfTheSameNameIsDroppedFromRowsAndRollups() {
        auto db = fresh();
        EventWriter writer;
        StoredReply reply = ok();
        EventBatch first, second;
        first.events = {named(reply, "x:1"), named(reply, "x:2"), named(reply, "x:1"), named(reply, {}),
                        named(reply, {})};
        second.events = {named(reply, "x:2"), named(reply, "x:3")};
        QCOMPARE(writer.append(*db, first), std::uint64_t(1));
        QCOMPARE(writer.append(*db, second), std::uint64_t(1));
        QCOMPARE(db->integer("SELECT sum(events) FROM rollup_hour_class"), 5);
        QVERIFY(recount(*db).empty());
        QCOMPARE(db->text("SELECT opinion FROM event_reply"), std::string("test:fine"));
    }

    void aBatchThatIsAllKnownChangesNothing() {
        auto db = fresh();
        EventWriter writer;
        StoredReply reply = ok();
        EventBatch batch;
        batch.events = {named(reply, "x:1")};
        QCOMPARE(writer.append(*db, batch), std::uint64_t(0));
        QCOMPARE(writer.append(*db, batch), std::uint64_t(1));
        QCOMPARE(db->integer("SELECT sum(events) FROM rollup_hour_class"), 1);
    }

    void aRolledBackTransactionTakesNoName() {
        auto db = fresh();
        {
            Transaction t(*db);
            QVERIFY(takeEventKey(*db, {noon}, "ses:1"));
        }
        QVERIFY(takeEventKey(*db, {noon}, "ses:1"));
    }

    void oldDaysAreForgotten() {
        auto db = fresh();
        QVERIFY(takeEventKey(*db, {noon}, "a"));
        QVERIFY(takeEventKey(*db, {noon - 5 * 86'400'000LL}, "b"));
        dropEventKeys(*db, {noon});
        QVERIFY(!takeEventKey(*db, {noon}, "a"));
        QVERIFY(takeEventKey(*db, {noon - 5 * 86'400'000LL}, "b"));
    }
};

QTEST_APPLESS_MAIN(TestEventKeys)
#include "tst_event_keys.moc"
