// Structured sources through the whole import: counts, duplicates by name, damage between sound records.
#include "decoded.h"
#include "support.h"

#include <sys/resource.h>

using namespace waypost;
using namespace waypost::ingest;
using namespace waypost::ingest::test;

namespace fs = std::filesystem;

class TestImportRecords : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        folder_ = waypost::test::temporaryFolder();
        workspace_ = openWorkspace(folder_ / "w.waypost");
        QVERIFY(workspace_);
    }
    void cleanup() {
        QCOMPARE(QString::fromStdString(differences(*workspace_)), QString());
        workspace_.reset();
    }
    void theSameEventInTwoFilesCountsOnce();
    void aFileReadAgainBringsNothing();
    void aDeferralIsRememberedUntilTheNextImport();
    void damageIsListedAndTheRestGoesOn_data();
    void damageIsListedAndTheRestGoesOn();
    void aRecordOfAHundredMegabytes();

  private:
    ImportResult import(const fs::path& file) {
        ImportOptions o = options();
        o.decoder.sources = shippedBook();
        return importFiles({file}, writeTo(*workspace_), o).front();
    }
    fs::path folder_;
    std::unique_ptr<store::Workspace> workspace_;
};

namespace {

std::string posted(const std::string& id, const std::string& kind = "delivered") {
    return R"({"email":"a@remote.example","timestamp":1763000005,"event":")" + kind + R"(","sg_event_id":")" +
           id + R"(","sg_message_id":"m-)" + id + R"(","response":"250 OK"})";
}

} // namespace

void TestImportRecords::theSameEventInTwoFilesCountsOnce() {
    put(folder_ / "first.json", "[" + posted("1") + "," + posted("2") + "," + posted("9", "open") + "]");
    put(folder_ / "second.json", posted("2") + "\n" + posted("3") + "\n" + posted("3") + "\n");
    auto first = import(folder_ / "first.json");
    QCOMPARE(first.format, std::string("sendgrid"));
    QCOMPARE(first.records, 3U);
    QCOMPARE(first.events, 2U);
    QCOMPARE(first.skipped, 1U);
    QCOMPARE(first.duplicates, 0U);
    auto second = import(folder_ / "second.json");
    QCOMPARE(second.events, 1U);
    QCOMPARE(second.duplicates, 2U);
    QCOMPARE(storedEvents(*workspace_), 3);
}

void TestImportRecords::aFileReadAgainBringsNothing() {
    put(folder_ / "a.json", posted("1") + "\n" + posted("1") + "\n" + posted("2") + "\n");
    import(folder_ / "a.json");
    auto again = import(folder_ / "a.json");
    QCOMPARE(again.events, 0U);
    QCOMPARE(again.duplicates, 3U);
    put(folder_ / "a.json", posted("3") + "\n", true);
    auto grown = import(folder_ / "a.json");
    QCOMPARE(grown.events, 1U);
    QCOMPARE(grown.duplicates, 3U);
    QCOMPARE(storedEvents(*workspace_), 3);
}

void TestImportRecords::aDeferralIsRememberedUntilTheNextImport() {
    const std::string head = "type,timeLogged,timeQueued,orig,rcpt,dsnDiag\n";
    put(folder_ / "a.csv", head + "t,1763000005,1763000000,s@b.example,a@remote.example,smtp;450 later\n");
    put(folder_ / "b.csv", head + "d,1763000605,1763000000,s@b.example,a@remote.example,smtp;250 ok\n");
    QCOMPARE(import(folder_ / "a.csv").format, std::string("pmta"));
    QCOMPARE(import(folder_ / "b.csv").events, 1U);
    QCOMPARE(number(*workspace_, "SELECT sum(events) FROM rollup_hour_class"), 2);
    QCOMPARE(number(*workspace_, "SELECT sum(messages) FROM rollup_hour_class"), 1);
    QCOMPARE(number(*workspace_, "SELECT count(*) FROM import_join"), 0);
}

void TestImportRecords::damageIsListedAndTheRestGoesOn_data() {
    QTest::addColumn<QByteArray>("damage");
    QTest::newRow("invalid UTF-8") << QByteArray("{\"email\":\"\xff\xfe@x\",\"event\":\"delivered\"}");
    QTest::newRow("a raw NUL") << QByteArray("{\"email\":\"a\0b\",\"event\":\"delivered\"}", 35);
    QTest::newRow("nested a thousand deep")
        << QByteArray("{\"a\":" + QByteArray(1000, '[') + QByteArray(1000, ']') + "}");
    QTest::newRow("a key twice") << QByteArray(
        R"({"email":"a@b.example","email":"c@d.example","event":"delivered"})");
    QTest::newRow("a number out of range")
        << QByteArray(R"({"email":"a@b.example","event":"delivered","timestamp":1e999})");
    QTest::newRow("cut off in a string") << QByteArray(R"({"email":"a@b.exam)");
    QTest::newRow("cut off behind a value") << QByteArray(R"({"email":"a@b.example","n":1)");
    QTest::newRow("cut off behind a comma") << QByteArray(R"({"email":"a@b.example",)");
    QTest::newRow("two megabytes") << QByteArray("{\"email\":\"" + QByteArray(2'000'000, 'x') + "\"}");
}

void TestImportRecords::damageIsListedAndTheRestGoesOn() {
    QFETCH(QByteArray, damage);
    put(folder_ / "a.json",
        posted("1") + "\n" + damage.toStdString() + "\n" + posted("2") + "\n" + posted("3") + "\n");
    auto r = import(folder_ / "a.json");
    QVERIFY(!r.error);
    QCOMPARE(r.rejected, 1U);
    QCOMPARE(r.events, 3U);
    QCOMPARE(number(*workspace_, "SELECT count(*) FROM import_rejected WHERE reason != ''"), 1);
}

void TestImportRecords::aRecordOfAHundredMegabytes() {
    {
        std::ofstream out(folder_ / "a.json", std::ios::binary);
        out << posted("1") << "\n{\"email\":\"";
        std::string block(1'000'000, 'x');
        for (int i = 0; i < 100; ++i) out << block;
        out << "\"}\n" << posted("2") << "\n";
    }
    auto r = import(folder_ / "a.json");
    QVERIFY(!r.error);
    QCOMPARE(r.rejected, 1U);
    QCOMPARE(r.events, 2U);
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    QVERIFY2(u.ru_maxrss < 150'000, std::to_string(u.ru_maxrss).c_str());
#endif
}

QTEST_APPLESS_MAIN(TestImportRecords)
#include "tst_import_records.moc"
