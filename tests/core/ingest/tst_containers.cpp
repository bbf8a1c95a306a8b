// Archives, compressed streams and folders; bombs and broken ones.
#include "support.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

namespace {

struct Made {
    std::string name, bytes;
};

la_ssize_t append(archive*, void* to, const void* bytes, size_t size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
    return la_ssize_t(size);
}

using Setup = int (*)(archive*);

std::string pack(const std::vector<Made>& members, Setup format, Setup filter = nullptr) {
    std::string out;
    archive* a = archive_write_new();
    format(a);
    if (filter) filter(a);
    archive_write_set_bytes_per_block(a, 0);
    archive_write_open(a, &out, nullptr, append, nullptr);
    for (const Made& m : members) {
        archive_entry* e = archive_entry_new();
        archive_entry_set_pathname(e, m.name.c_str());
        archive_entry_set_filetype(e, m.name.ends_with('/') ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(e, 0600);
        archive_entry_set_size(e, la_int64_t(m.bytes.size()));
        archive_entry_set_mtime(e, 1'767'225'600, 0);
        archive_write_header(a, e);
        archive_write_data(a, m.bytes.data(), m.bytes.size());
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    return out;
}

std::string zip(const std::vector<Made>& m) {
    return pack(m, archive_write_set_format_zip);
}
std::string stream(const std::string& bytes, Setup filter) {
    return pack({{"x", bytes}}, archive_write_set_format_raw, filter);
}

// Deliveries of one day, in the order of their numbers.
std::string logOf(int first, int count) {
    std::string out;
    for (int i = first; i < first + count; ++i) {
        char line[256];
        std::snprintf(
            line, sizeof line,
            "Nov %2d %02d:%02d:00 mx1 postfix/smtp[4]: %010d: to=<u%d@one.example>, relay=none, delay=1, "
            "dsn=2.0.0, status=sent (250 ok)\n",
            1 + i / 1440, i / 60 % 24, i % 60, i, i);
        out += line;
    }
    return out;
}

const std::string eximLog =
    "2025-11-01 10:00:00 1b56Bg-0004ft-Fe <= s@app.example U=app P=local S=100\n"
    "2025-11-01 10:00:01 1b56Bg-0004ft-Fe => a@one.example R=d T=r H=mx [192.0.2.1] C=\"250 ok\"\n"
    "2025-11-01 10:00:01 1b56Bg-0004ft-Fe Completed\n";

} // namespace

class TestContainers : public QObject {
    Q_OBJECT
    fs::path dir_;
    std::unique_ptr<store::Workspace> ws_;

    ImportResult import(const fs::path& file, const ImportOptions& o = ingest::test::options()) {
        return importFiles({file}, writeTo(*ws_), o).at(0);
    }
    std::int64_t refused(const std::string& like) {
        return ingest::test::number(*ws_,
                                    "SELECT count(*) FROM import_refused WHERE reason LIKE '%" + like + "%'");
    }

  private Q_SLOTS:
    void init() {
        dir_ = waypost::test::temporaryFolder();
        ws_ = ingest::test::openWorkspace(dir_ / "w.waypost");
        QVERIFY(ws_ != nullptr);
        fs::create_directories(dir_ / "in");
    }
    void cleanup() { ws_.reset(); }

    void everyCompressionIsTheSameLog_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("gzip") << 0;
        QTest::newRow("bzip2") << 1;
        QTest::newRow("xz") << 2;
        QTest::newRow("zstd") << 3;
        QTest::newRow("tar") << 4;
        QTest::newRow("tar.gz") << 5;
        QTest::newRow("tar.zst") << 6;
        QTest::newRow("zip") << 7;
        QTest::newRow("gzip in a zip") << 8;
        QTest::newRow("zip in a tar.xz") << 9;
        QTest::newRow("two zstd frames") << 10;
    }
    void everyCompressionIsTheSameLog() {
        QFETCH(int, which);
        const std::string log = logOf(0, 300);
        const std::vector<Made> one{{"mail.log", log}};
        std::string bytes;
        switch (which) {
        case 0: bytes = stream(log, archive_write_add_filter_gzip); break;
        case 1: bytes = stream(log, archive_write_add_filter_bzip2); break;
        case 2: bytes = stream(log, archive_write_add_filter_xz); break;
        case 3: bytes = stream(log, archive_write_add_filter_zstd); break;
        case 4: bytes = pack(one, archive_write_set_format_ustar); break;
        case 5: bytes = pack(one, archive_write_set_format_ustar, archive_write_add_filter_gzip); break;
        case 6: bytes = pack(one, archive_write_set_format_ustar, archive_write_add_filter_zstd); break;
        case 7: bytes = zip(one); break;
        case 8: bytes = zip({{"a/mail.log.1.gz", stream(log, archive_write_add_filter_gzip)}}); break;
        case 9:
            bytes = pack({{"in.zip", zip(one)}}, archive_write_set_format_ustar, archive_write_add_filter_xz);
            break;
        default:
            bytes = stream(log.substr(0, 1000), archive_write_add_filter_zstd) +
                    stream(log.substr(1000), archive_write_add_filter_zstd);
        }
        ingest::test::put(dir_ / "packed", bytes);
        const auto r = import(dir_ / "packed");
        QVERIFY2(!r.error, r.error ? r.error->text.c_str() : "");
        QCOMPARE(r.events, 300u);
        QCOMPARE(QString::fromStdString(r.format), QString("postfix"));
        // Packed in another way it is the same log.
        ingest::test::put(dir_ / "plain", log);
        const auto again = import(dir_ / "plain");
        QCOMPARE(again.events, 0u);
        QCOMPARE(again.duplicates, 300u);
        QCOMPARE(import(dir_ / "packed").duplicates, 300u);
    }

    void membersAreSummedAndNamed() {
        ingest::test::put(dir_ / "logs.zip", zip({{"mail.log", logOf(100, 20)},
                                                  {"mail.log.1", logOf(0, 100)},
                                                  {"exim/mainlog", eximLog},
                                                  {"notes.txt", "hello\n"}}));
        const auto r = import(dir_ / "logs.zip");
        QVERIFY(!r.error);
        QCOMPARE(r.events, 121u);
        QCOMPARE(QString::fromStdString(r.format), QString("mixed"));
        QCOMPARE(r.members.size(), 4u);
        std::map<std::string, std::uint64_t> events;
        for (const auto& m : r.members) events[m.name] = m.events;
        QCOMPARE(events.at("mail.log.1"), 100u);
        QCOMPARE(events.at("exim/mainlog"), 1u);
        QCOMPARE(refused("no format we know"), 1);
        QVERIFY(r.note.find("One file in it") != std::string::npos);
    }

    void aFolderIsReadOldestFirst() {
        // The message of the second log begins in the first one: only in order is it joined.
        const std::string log =
            "Nov  1 10:00:00 mx1 postfix/cleanup[2]: 3F1A2B3C4D: message-id=<m1@app.example>\n"
            "Nov  1 10:00:00 mx1 postfix/qmgr[3]: 3F1A2B3C4D: from=<s@app.example>, size=2048, nrcpt=1 "
            "(queue active)\n";
        ingest::test::put(dir_ / "in" / "mail.log.2.gz", stream(log, archive_write_add_filter_gzip));
        ingest::test::put(
            dir_ / "in" / "mail.log",
            "Nov  2 10:00:03 mx1 postfix/smtp[4]: 3F1A2B3C4D: to=<b@two.example>, relay=none, delay=1, "
            "dsn=2.0.0, status=sent (250 ok)\n");
        fs::create_directories(dir_ / "in" / "exim");
        ingest::test::put(dir_ / "in" / "exim" / "mainlog", eximLog);
        const auto r = import(dir_ / "in");
        QVERIFY(!r.error);
        QCOMPARE(r.events, 2u);
        QCOMPARE(r.members.size(), 3u);
        const auto page =
            ws_->read([](store::Database& db) { return store::eventHistory(db, "b@two.example", 10); });
        QVERIFY(page.has_value());
        QCOMPARE(page->size(), 1u);
        const auto whole =
            ws_->read([&](store::Database& db) { return store::eventWhole(db, page->front().key); });
        QCOMPARE((*whole)->event.messageKey, std::string("m1@app.example"));
        QCOMPARE(import(dir_ / "in").events, 0u);
    }

    void evidenceOfAMemberIsReadAgain() {
        ingest::test::put(dir_ / "logs.zip", zip({{"a/mail.log", logOf(0, 3)}}));
        import(dir_ / "logs.zip");
        const auto whole = ws_->read([](store::Database& db) { return store::eventWhole(db, 2); });
        const auto raw = rawLine(*(*whole)->evidence);
        QVERIFY(raw.has_value());
        QVERIFY(raw->bytes.find("to=<u1@one.example>") != std::string::npos);
    }

    void bombsAreStopped_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("a gzip stream") << 0;
        QTest::newRow("a zip member") << 1;
        QTest::newRow("a zip in a zip") << 2;
        QTest::newRow("an xz stream behind a log") << 3;
    }
    void bombsAreStopped() {
        QFETCH(int, which);
        std::string big = logOf(0, 10);
        big.append(200 * 1024 * 1024, 'x');
        std::string bytes;
        switch (which) {
        case 0: bytes = stream(big, archive_write_add_filter_gzip); break;
        case 1: bytes = zip({{"a.log", logOf(0, 10)}, {"b.log", big}}); break;
        case 2: bytes = zip({{"in.zip", zip({{"a.log", logOf(0, 10)}, {"b.log", big}})}}); break;
        default: bytes = stream(big, archive_write_add_filter_xz);
        }
        QVERIFY(bytes.size() < 1'000'000);
        ingest::test::put(dir_ / "bomb", bytes);
        const auto r = import(dir_ / "bomb");
        QVERIFY(refused("expands to more than") >= 1);
        QVERIFY(!r.error || r.events == 0);
        // What stood in front of it is not lost.
        QCOMPARE(r.events, 10u);
        QVERIFY(!r.note.empty());
    }

    void capsOnMembersAndNesting() {
        auto o = ingest::test::options();
        o.unpack.members = 3;
        std::vector<Made> many;
        for (int i = 0; i < 10; ++i) many.push_back({std::to_string(i) + ".log", logOf(i * 10, 10)});
        ingest::test::put(dir_ / "many.zip", zip(many));
        auto r = import(dir_ / "many.zip", o);
        QCOMPARE(r.events, 30u);
        QCOMPARE(refused("more than 3 members"), 1);
        // Entries that are no files cost time too: compressed, millions of them are a small archive.
        many = {{"a/", {}}, {"b/", {}}, {"c/", {}}, {"d/", {}}, {"mail.log", logOf(900, 5)}};
        ingest::test::put(dir_ / "folders.tar", pack(many, archive_write_set_format_ustar));
        r = import(dir_ / "folders.tar", o);
        QCOMPARE(r.events, 0u);
        QCOMPARE(refused("more than 3 members"), 2);
        std::string nested = zip({{"mail.log", logOf(500, 5)}});
        for (int i = 0; i < 4; ++i) nested = zip({{"in.zip", nested}});
        ingest::test::put(dir_ / "deep.zip", nested);
        r = import(dir_ / "deep.zip");
        QVERIFY(r.error.has_value());
        QCOMPARE(r.events, 0u);
        QCOMPARE(refused("more than 3 deep"), 1);
        o = ingest::test::options();
        o.unpack.bytes = 10'000;
        ingest::test::put(dir_ / "large.zip", zip({{"1", logOf(600, 5)}, {"2", logOf(700, 500)}}));
        r = import(dir_ / "large.zip", o);
        QCOMPARE(r.events, 5u);
        QCOMPARE(refused("more than 10000 octets"), 1);
    }

    void brokenOnesGiveWhatTheyHold_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("zip") << 0;
        QTest::newRow("tar.gz") << 1;
        QTest::newRow("zstd") << 2;
        QTest::newRow("gzip") << 3;
        QTest::newRow("bzip2") << 4;
    }
    void brokenOnesGiveWhatTheyHold() {
        QFETCH(int, which);
        std::string log;
        for (int i = 0; i < 60; ++i) log += logOf(i * 7 % 800, 11);
        const std::vector<Made> two{{"a.log", logOf(0, 10)}, {"b.log", log}};
        const std::string whole =
            which == 0   ? zip(two)
            : which == 1 ? pack(two, archive_write_set_format_ustar, archive_write_add_filter_gzip)
            : which == 2 ? stream(log, archive_write_add_filter_zstd)
            : which == 3 ? stream(log, archive_write_add_filter_gzip)
                         : stream(log, archive_write_add_filter_bzip2);
        // Cut anywhere, and with one octet changed anywhere: no crash, and what is stored is right.
        for (size_t i = 0; i < 60; ++i) {
            std::string bytes = whole;
            if (i % 2 == 0)
                bytes.resize(whole.size() * i / 60);
            else
                bytes[whole.size() * i / 60] ^= 0x41;
            ingest::test::put(dir_ / "broken", bytes);
            import(dir_ / "broken");
        }
        QCOMPARE(ingest::test::differences(*ws_), std::string());
    }

    void anUnreadableFileIsAnErrorOfItsOwn() {
        ingest::test::put(dir_ / "a.log", logOf(0, 10));
        const auto all =
            importFiles({dir_ / "missing", dir_ / "a.log"}, writeTo(*ws_), ingest::test::options());
        QVERIFY(all[0].error.has_value());
        QCOMPARE(all[1].events, 10u);
        QCOMPARE(refused("cannot be opened"), 1);
    }

    // The n-th read fails, for every n until none does: an Error each time, and nothing lost or repeated.
    void everyReadMayFail() {
        std::string log;
        for (int i = 0; i < 8; ++i) log += logOf(i * 100, 100);
        ingest::test::put(dir_ / "mail.log", log);
        ingest::test::put(dir_ / "logs.zip", zip({{"x.log", logOf(900, 50)}}));
        const std::vector<fs::path> files{dir_ / "mail.log", dir_ / "logs.zip"};
        int n = 1, errors = 0;
        for (bool failed = true; failed && n < 200; ++n) {
            int reads = 0;
            auto o = ingest::test::options();
            o.batchBytes = 10'000;
            o.readAt = [&](int fd, char* into, size_t size, std::int64_t at) -> std::int64_t {
                if (++reads == n) {
                    errno = EIO;
                    return -1;
                }
                return ::pread(fd, into, std::min<size_t>(size, 30'000), at);
            };
            const auto results = importFiles(files, writeTo(*ws_), o);
            for (const auto& r : results) errors += r.error || !r.note.empty();
            failed = reads >= n;
            if (failed) continue;
            for (const auto& r : results) QVERIFY2(!r.error, r.error ? r.error->text.c_str() : "");
        }
        QVERIFY2(n > 10 && errors > 5, qPrintable(QString("%1 reads, %2 errors").arg(n).arg(errors)));
        QCOMPARE(ingest::test::storedEvents(*ws_), 850);
        QCOMPARE(ingest::test::differences(*ws_), std::string());
    }
};

QTEST_APPLESS_MAIN(TestContainers)
#include "tst_containers.moc"
