#include "store/database.h"
#include "store/storage_error.h"

#include <stop_token>
#include <thread>

using namespace waypost;
using namespace waypost::store;

namespace {

std::unique_ptr<Database> withTable() {
    auto db = Database::inMemory();
    db->script("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL, d BLOB) STRICT; -- one table\n");
    return db;
}

// Runs long enough for any test to stop it.
constexpr std::string_view endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

} // namespace

class TestDatabase : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void valuesComeBackAsTheyWere() {
        auto db = withTable();
        std::string bytes("a\0b", 3);
        db->run("INSERT INTO t VALUES(?, ?, ?, ?)", 7, "", 1.5, Blob{bytes});
        db->run("INSERT INTO t VALUES(?, ?, ?, ?)", UtcTime{8}, std::optional<std::string>(), nullptr,
                std::optional<Blob>());
        auto select = db->prepare("SELECT a, b, c, d FROM t ORDER BY a");
        QVERIFY(select.step());
        QCOMPARE(select.integer(0), 7);
        QVERIFY(!select.isNull(1)); // the empty text is not NULL
        QCOMPARE(select.string(1), std::string());
        QCOMPARE(select.real(2), 1.5);
        QCOMPARE(select.string(3), bytes);
        QVERIFY(select.step());
        QCOMPARE(select.time(0).ms, 8);
        QVERIFY(!select.optionalString(1));
        QVERIFY(select.isNull(2) && select.isNull(3));
        QVERIFY(!select.step());
    }

    void wrongNumberOfParametersIsABug() {
        auto db = withTable();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, db->run("DELETE FROM t WHERE a = ?"));
    }

    void theSameStatementMayRunInsideItself() {
        auto db = withTable();
        for (int i = 1; i <= 3; ++i) db->run("INSERT INTO t(a) VALUES(?)", i);
        int pairs = 0;
        auto outer = db->prepare("SELECT a FROM t");
        while (outer.step()) {
            auto inner = db->prepare("SELECT a FROM t");
            while (inner.step()) ++pairs;
        }
        QCOMPARE(pairs, 9);
    }

    void aTransactionLeftAloneLeavesNothing() {
        auto db = withTable();
        {
            Transaction t(*db);
            db->run("INSERT INTO t(a) VALUES(1)");
        }
        QCOMPARE(db->integer("SELECT count(*) FROM t"), 0);
        QVERIFY(!db->inTransaction());
    }

    void anInnerTransactionUndoesItselfOnly() {
        auto db = withTable();
        Transaction outer(*db);
        db->run("INSERT INTO t(a) VALUES(1)");
        {
            Transaction inner(*db);
            db->run("INSERT INTO t(a) VALUES(2)");
        }
        {
            Transaction inner(*db);
            db->run("INSERT INTO t(a) VALUES(3)");
            inner.commit();
        }
        outer.commit();
        QCOMPARE(db->text("SELECT group_concat(a) FROM t"), std::string("1,3"));
    }

    void aBrokenRuleIsAConstraint() {
        auto db = withTable();
        db->run("INSERT INTO t(a) VALUES(1)");
        try {
            db->run("INSERT INTO t(a) VALUES(1)");
            QFAIL("accepted");
        } catch (const StorageError& e) {
            QVERIFY(e.constraint());
            QVERIFY(!e.diskFull());
        }
        QCOMPARE(db->integer("SELECT count(*) FROM t"), 1); // and the connection goes on
    }

    void anotherThreadStopsAQuery() {
        auto db = withTable();
        std::jthread stopper([&](std::stop_token done) {
            while (!done.stop_requested()) {
                db->interrupt();
                std::this_thread::yield();
            }
        });
        try {
            db->integer(endless);
            QFAIL("ended");
        } catch (const StorageError& e) {
            QVERIFY(e.interrupted());
            QCOMPARE(int(e.toError().code), int(ErrorCode::Cancelled));
        }
    }

    void aQuestionAskedOnTheWayStopsAQuery() {
        auto db = withTable();
        int asked = 0;
        db->cancelWhen([&] { return ++asked == 3; });
        QVERIFY_THROWS_EXCEPTION(StorageError, db->integer(endless));
        QCOMPARE(asked, 3);
        db->cancelWhen({});
        QCOMPARE(db->integer("SELECT 5"), 5);
    }
};

QTEST_APPLESS_MAIN(TestDatabase)
#include "tst_database.moc"
