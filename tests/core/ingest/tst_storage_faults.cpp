// The n-th call to the disk fails, for every n until the import comes through: no crash, a clear sentence,
// and with the disk in order again the import goes on to exactly the right counts.
#include "../../bench/log_generator.h"
#include "support.h"
#include "support/fault_vfs.h"

#include <QtTest>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

class TestStorageFaults : public QObject {
    Q_OBJECT
    fs::path dir_;
    std::uint64_t events_ = 0;

    // What an import through the failing disk says: nothing when it came through.
    std::optional<Error> importThrough(const fs::path& file, bool& opened) {
        store::WorkspaceOptions options;
        options.create = true;
        options.vfs = waypost::test::faultVfs();
        auto ws = store::Workspace::open(file, options);
        opened = bool(ws);
        if (!ws) return ws.error();
        auto o = ingest::test::options();
        o.batchBytes = 20'000;
        auto r = importFiles({dir_ / "mail.log"}, writeTo(**ws), o).front();
        return r.error;
    }

  private Q_SLOTS:
    void initTestCase() {
        dir_ = waypost::test::temporaryFolder();
        std::string log;
        bench::LogGenerator generator;
        bench::LogCounts counts;
        while (counts.lines < 600) generator.message(log, counts);
        ingest::test::put(dir_ / "mail.log", log);
        events_ = counts.events();
        auto ws = ingest::test::openWorkspace(dir_ / "empty.waypost");
        QVERIFY(ws != nullptr);
    }

    void theDiskFails_data() {
        QTest::addColumn<waypost::test::Fault>("fault");
        QTest::addColumn<long long>("burst");
        QTest::newRow("one write is refused") << waypost::test::Fault::Write << 1LL;
        QTest::newRow("no space is left for a while") << waypost::test::Fault::Full << 40LL;
        QTest::newRow("the disk turns read-only") << waypost::test::Fault::ReadOnly << 1'000'000LL;
        QTest::newRow("one read fails") << waypost::test::Fault::Read << 1LL;
    }
    void theDiskFails() {
        QFETCH(waypost::test::Fault, fault);
        QFETCH(long long, burst);
        int failures = 0, sentences = 0;
        bool through = false;
        // Every call at the start, where the schema is; then each third, to stay within the time of a test.
        for (long long n = 1; n < 5000 && !through; n += n < 60 ? 1 : 3) {
            fs::path file = dir_ / "w.waypost";
            for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file.string() + suffix);
            fs::copy_file(dir_ / "empty.waypost", file);
            fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
            bool opened = false;
            waypost::test::armFault(fault, n, burst);
            auto error = importThrough(file, opened);
            through = waypost::test::firedFaults() == 0;
            failures += through ? 0 : 1;
            waypost::test::armFault(fault, 0);
            if (error) {
                ++sentences;
                QVERIFY2(error->text.find("The ") != std::string::npos &&
                             error->text.find(". (") != std::string::npos,
                         error->text.c_str());
            } else {
                QVERIFY(opened);
            }
            auto ws = ingest::test::openWorkspace(file);
            QVERIFY2(ws != nullptr, qPrintable(QString::number(n)));
            QCOMPARE(ws->read([](store::Database& db) { return db.quickCheck(); }).value(), std::string());
            QCOMPARE(ingest::test::differences(*ws), std::string());
            auto r = importFiles({dir_ / "mail.log"}, writeTo(*ws), ingest::test::options()).front();
            QVERIFY2(!r.error, r.error ? r.error->text.c_str() : "");
            QCOMPARE(ingest::test::storedEvents(*ws), std::int64_t(events_));
            QCOMPARE(ingest::test::differences(*ws), std::string());
        }
        QVERIFY(through);
        QVERIFY2(failures >= 5, qPrintable(QString::number(failures)));
        QVERIFY2(sentences >= 3, qPrintable(QString::number(sentences)));
        qInfo("%d faults, %d told as an error", failures, sentences);
    }
};

QTEST_APPLESS_MAIN(TestStorageFaults)
#include "tst_storage_faults.moc"
