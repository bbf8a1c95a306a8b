// The writer thread, group commit, readers, shutdown, and a disk that fills up.
#include "store/activity_store.h"
#include "store/workspace.h"
#include "support/paths.h"

#include <fmt/format.h>

#include <atomic>
#include <latch>
#include <thread>

using namespace waypost;
using namespace waypost::store;

namespace {

std::unique_ptr<Workspace> newWorkspace() {
    WorkspaceOptions o;
    o.create = true;
    return Workspace::open(test::temporaryFolder() / "w.waypost", o).value();
}

ActivityRow row(std::string object, size_t bytes = 10) {
    return {0, {1}, "operator", "test", std::move(object), std::string(bytes, 'x'), ""};
}

auto appending(std::string object, size_t bytes = 10) {
    return [object = std::move(object), bytes](Database& db) {
        return activity::append(db, row(object, bytes));
    };
}

std::int64_t countOf(Workspace& ws) {
    return ws.read([](Database& db) { return db.integer("SELECT count(*) FROM activity"); }).value();
}

// Holds the writer until it is let go, so that what is posted meanwhile waits together.
class Held {
  public:
    explicit Held(Workspace& ws) {
        ws.write(
            [gates = gates_](Database&) {
                gates->began.count_down();
                gates->go.wait();
            },
            [](Result<void>) {});
        gates_->began.wait();
    }
    ~Held() { gates_->go.count_down(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

  private:
    struct Gates { // the writer may still look at them when the owner is gone
        std::latch began{1}, go{1};
    };
    std::shared_ptr<Gates> gates_ = std::make_shared<Gates>();
};

} // namespace

class TestWriter : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aWriteGivesItsValueAfterTheCommit() {
        auto ws = newWorkspace();
        auto id = ws->write(appending("a")).get();
        QCOMPARE(id.value(), 1);
        QCOMPARE(countOf(*ws), 1);
    }

    void aFailingJobUndoesItselfOnly() {
        auto ws = newWorkspace();
        std::vector<std::future<Result<std::int64_t>>> results;
        {
            Held held(*ws);
            for (int i = 0; i < 6; ++i)
                results.push_back(ws->write([i](Database& db) -> Result<std::int64_t> {
                    auto id = activity::append(db, row(std::to_string(i)));
                    if (i == 2) return fail(ErrorCode::Refused, "test", "Not this one.");
                    if (i == 4) db.run("DELETE FROM activity"); // the schema forbids it
                    if (i == 5) throw std::runtime_error("a bug");
                    return id;
                }));
        }
        std::vector<Result<std::int64_t>> got;
        for (auto& r : results) got.push_back(r.get());
        QVERIFY(got[0] && got[1] && got[3]);
        QCOMPARE(got[2].error(), Error(ErrorCode::Refused, "test", "Not this one."));
        QCOMPARE(int(got[4].error().code), int(ErrorCode::Storage));
        QVERIFY(got[4].error().text.find("activity is append-only") != std::string::npos);
        QCOMPARE(got[5].error(), Error(ErrorCode::Internal, "workspace", "a bug"));
        auto kept =
            ws->read([](Database& db) { return db.text("SELECT group_concat(object) FROM activity"); });
        QCOMPARE(kept.value(), std::string("0,1,3"));
    }

    // Jobs that wait together are committed together: nobody hears of a commit before others of the group
    // ran.
    void waitingJobsShareACommit() {
        auto ws = newWorkspace();
        std::atomic<int> commits = 0;
        std::atomic<int> ran = 0;
        std::atomic<int> ranAtFirstDone = 0;
        {
            Held held(*ws);
            for (int i = 0; i < 50; ++i)
                ws->write([&](Database&) { ++ran; },
                          [&](Result<void> r) {
                              if (r && ++commits == 1) ranAtFirstDone = ran.load();
                          });
        }
        ws->write([](Database&) {}).get().value();
        QCOMPARE(commits.load(), 50);
        // None was acknowledged before its whole group had run: at most one 5 ms cut lies in between.
        QVERIFY(ranAtFirstDone.load() > 1);
    }

    void jobsRunInTheOrderTheyWerePosted() {
        auto ws = newWorkspace();
        for (int i = 0; i < 300; ++i) ws->write(appending(std::to_string(i)), [](Result<std::int64_t>) {});
        ws->write([](Database&) {}).get().value();
        auto rows = ws->read([](Database& db) { return activity::latest(db, 1000); }).value();
        QCOMPARE(rows.size(), size_t(300));
        for (int i = 0; i < 300; ++i) QCOMPARE(rows[size_t(299 - i)].object, std::to_string(i));
    }

    void manyThreadsWriteAndRead() {
        auto ws = newWorkspace();
        std::atomic<int> failed = 0;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t)
                threads.emplace_back([&, t] {
                    for (int i = 0; i < 50; ++i)
                        if (!ws->write(appending(fmt::format("{}-{}", t, i))).get()) ++failed;
                });
            for (int t = 0; t < 6; ++t) // more than there are connections
                threads.emplace_back([&] {
                    std::int64_t last = 0;
                    for (int i = 0; i < 50; ++i) {
                        auto n = countOf(*ws);
                        if (n < last) ++failed;
                        last = n;
                    }
                });
        }
        QCOMPARE(failed.load(), 0);
        QCOMPARE(countOf(*ws), 200);
    }

    void aReadSeesOneMoment() {
        auto ws = newWorkspace();
        auto counts = ws->read([&](Database& db) {
                            auto before = db.integer("SELECT count(*) FROM activity");
                            ws->write(appending("meanwhile")).get().value();
                            return std::pair(before, db.integer("SELECT count(*) FROM activity"));
                        }).value();
        QCOMPARE(counts.first, 0);
        QCOMPARE(counts.second, 0);
        QCOMPARE(countOf(*ws), 1);
    }

    void aReadCannotWrite() {
        auto ws = newWorkspace();
        auto tried = ws->read([](Database& db) { db.run("DELETE FROM job"); });
        QVERIFY(!tried);
        QVERIFY(tried.error().text.starts_with("The workspace is open for reading only."));
    }

    void aStopEndsARunningRead() {
        auto ws = newWorkspace();
        std::stop_source source;
        std::latch running(1);
        std::jthread stopper([&] {
            running.wait();
            source.request_stop();
        });
        auto r = ws->read(
            [&](Database& db) {
                running.count_down();
                return db.integer(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
            },
            source.get_token());
        QVERIFY(!r);
        QCOMPARE(int(r.error().code), int(ErrorCode::Cancelled));
        QCOMPARE(countOf(*ws), 0); // the connection is good again
    }

    void closingFinishesWhatWasPosted() {
        auto ws = newWorkspace();
        auto file = ws->file();
        std::atomic<int> acknowledged = 0;
        for (int i = 0; i < 250; ++i)
            ws->write(appending("x"), [&](Result<std::int64_t> r) { acknowledged += r ? 1 : 0; });
        ws.reset();
        QCOMPARE(acknowledged.load(), 250);
        QVERIFY(!std::filesystem::exists(file.string() + "-wal")); // folded into the file
        QCOMPARE(std::filesystem::file_size(file.string() + ".lock"), size_t(0));
        auto again = Workspace::open(file).value();
        QCOMPARE(countOf(*again), 250);
    }

    void closingRefusesWhatComesLater() {
        auto db = Database::open(test::temporaryFolder() / "x", {.create = true}).value();
        Writer writer(std::move(db));
        writer.stop();
        Result<void> got;
        writer.post([](Database&) { return Result<void>(); }, [&](Result<void> r) { got = r; });
        QVERIFY(!got);
        QCOMPARE(got.error().text, std::string("The workspace is being closed."));
    }

    // The page limit stands for a full disk: SQLite answers both with the same code.
    void aFullDiskLosesOnlyWhatDoesNotFitAndGoesOnWhenThereIsSpace() {
        auto ws = newWorkspace();
        auto limited = ws->write([](Database& db) {
            auto pages = db.integer("PRAGMA page_count");
            return db.integer(fmt::format("PRAGMA max_page_count = {}", pages + 8));
        });
        QVERIFY(limited.get().value() > 0);
        QVERIFY(ws->write(appending("fits")).get());
        auto big = ws->write(appending("does not fit", 400'000)).get();
        QVERIFY(!big);
        QCOMPARE(int(big.error().code), int(ErrorCode::Storage));
        QVERIFY2(big.error().text.starts_with("The disk is full; nothing of this change was stored."),
                 big.error().text.c_str());
        QCOMPARE(countOf(*ws), 1);
        QVERIFY(ws->write(appending("small fits")).get());
        ws->write([](Database& db) { db.integer("PRAGMA max_page_count = 1000000"); }).get().value();
        QVERIFY(ws->write(appending("now it fits", 400'000)).get());
        QCOMPARE(countOf(*ws), 3);
        QCOMPARE(ws->read([](Database& db) { return db.quickCheck(); }).value(), std::string());
    }
};

QTEST_APPLESS_MAIN(TestWriter)
#include "tst_writer.moc"
