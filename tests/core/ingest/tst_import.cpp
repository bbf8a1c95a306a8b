#include "../../bench/log_generator.h"
#include "base/random.h"
#include "ingest/evidence.h"
#include "store/event_queries.h"
#include "support.h"
#include "support/fake_clock.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

namespace {

// Everything an operator's day holds, a line each kind.
const char* const crafted =
    "Nov  1 10:00:00 mx1 postfix/smtpd[1]: connect from app[192.0.2.1]\n"
    "Nov  1 10:00:00 mx1 postfix/smtpd[1]: 3F1A2B3C4D: client=app[192.0.2.1]\n"
    "Nov  1 10:00:00 mx1 postfix/cleanup[2]: 3F1A2B3C4D: message-id=<m1@app.example>\n"
    "Nov  1 10:00:00 mx1 postfix/qmgr[3]: 3F1A2B3C4D: from=<s@app.example>, size=2048, nrcpt=2 (queue "
    "active)\n"
    "Nov  1 10:00:01 mx1 postfix/smtp[4]: 3F1A2B3C4D: to=<a@one.example>, "
    "relay=mx.one.example[192.0.2.9]:25, delay=1.2, "
    "delays=0.1/0/0.5/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4XyZ1c2N3mz9rxC)\n"
    "Nov  1 10:00:02 mx1 postfix/smtp[4]: 3F1A2B3C4D: to=<b@two.example>, "
    "relay=mx.two.example[192.0.2.10]:25, delay=2, "
    "delays=0.1/0/1/0.9, dsn=4.7.1, status=deferred (host mx.two.example[192.0.2.10] said: 450 4.7.1 "
    "<b@two.example>: "
    "Recipient address rejected: Greylisted, status=sent (250 forged) (in reply to RCPT TO command))\n"
    "Nov  1 10:20:02 mx1 postfix/qmgr[3]: 3F1A2B3C4D: from=<s@app.example>, size=2048, nrcpt=2 (queue "
    "active)\n"
    "Nov  1 10:20:03 mx1 postfix/smtp[4]: 3F1A2B3C4D: to=<b@two.example>, "
    "relay=mx.two.example[192.0.2.10]:25, delay=1203, "
    "delays=1201/0/1/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4XyZ1c2N3mz9rxD)\n"
    "Nov  1 10:20:03 mx1 postfix/qmgr[3]: 3F1A2B3C4D: removed\n"
    "Nov  1 11:00:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.66]: 554 5.7.1 no; "
    "from=<q@q> to=<a@b> "
    "proto=ESMTP helo=<x>\n"
    "Nov  1 11:00:00 mx1 dovecot: imap-login: status=sent (250 not ours)\n"
    "garbage without a head\n"
    "Nov  1 11:00:01 mx1 postfix/smtp[4]: 99AABBCCDD: to=<c@one.example>, relay=none, delay=0.1, "
    "delays=0.1/0/0/0, "
    "dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=one.example "
    "type=MX: Host not "
    "found)\n"
    "Nov  1 11:00:02 mx1 postfix/smtp[4]: 99AABBCCDD: to=<c@one.example>, relay=mx\n"
    "Nov  1 11:00:03 mx1 postfix/qmgr[3]: 77AABBCCDD: from=<s@app.example>, status=expired, returned to "
    "sender\n";

void gzip(const fs::path& file, std::string_view bytes) {
    gzFile out = gzopen(file.c_str(), "wb6");
    gzwrite(out, bytes.data(), unsigned(bytes.size()));
    gzclose(out);
}

std::string slurp(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

ImportResult importOne(store::Workspace& ws, const fs::path& file,
                       const ImportOptions& o = ingest::test::options()) {
    return importFiles({file}, writeTo(ws), o).at(0);
}

} // namespace

class TestImport : public QObject {
    Q_OBJECT
    fs::path dir_;
    std::unique_ptr<store::Workspace> ws_;

  private Q_SLOTS:
    void init() {
        dir_ = waypost::test::temporaryFolder();
        ws_ = ingest::test::openWorkspace(dir_ / "w.waypost");
        QVERIFY(ws_ != nullptr);
    }
    void cleanup() { ws_.reset(); }

    void exactCounts() {
        ingest::test::put(dir_ / "mail.log", crafted);
        auto r = importOne(*ws_, dir_ / "mail.log");
        QVERIFY2(!r.error, r.error ? qPrintable(QString::fromStdString(r.error->describe())) : "");
        QCOMPARE(QString::fromStdString(r.format), QString("postfix"));
        QCOMPARE(r.records, 15u);
        QCOMPARE(r.events, 5u);
        QCOMPARE(r.rejected, 2u);
        QCOMPARE(r.refusals, 1u);
        QCOMPARE(r.duplicates, 0u);
        QCOMPARE(ingest::test::differences(*ws_), std::string());
        auto o = ws_->read([](store::Database& db) { return store::overview(db, {}); });
        QVERIFY(o.has_value());
        QCOMPARE(o->events, 5u);
        std::array<std::uint64_t, 5> sum{};
        for (const auto& b : o->buckets) {
            for (size_t i = 0; i < 5; ++i) sum[i] += b.counts[i];
        }
        QCOMPARE(sum[0], 2u); // accepted
        QCOMPARE(sum[1], 1u); // deferred
        QCOMPARE(sum[2], 2u); // bounced
    }

    void joinedFields() {
        ingest::test::put(dir_ / "mail.log", crafted);
        importOne(*ws_, dir_ / "mail.log");
        auto page = ws_->read([](store::Database& db) { return store::eventPage(db, {}, {}, 0, 10); });
        QVERIFY(page.has_value());
        QCOMPARE(page->rows.size(), 5u);
        QCOMPARE(page->next, 0);
        auto whole = ws_->read([](store::Database& db) { return store::eventWhole(db, 3); });
        QVERIFY(whole.has_value() && whole->has_value());
        const auto& e = (*whole)->event;
        QCOMPARE(e.recipient, std::string("b@two.example"));
        QCOMPARE(e.sender, std::string("s@app.example"));
        QCOMPARE(e.messageKey, std::string("m1@app.example"));
        QCOMPARE(e.queueId, std::string("3F1A2B3C4D"));
        QCOMPARE(e.size, 2048);
        QCOMPARE(e.attempt, 2);
        QCOMPARE(e.latencyMs, 1'203'000);
        QCOMPARE(e.text, std::string("250 2.0.0 Ok: queued as 4XyZ1c2N3mz9rxD"));
        QCOMPARE(e.mxHost, std::string("mx.two.example"));
        QCOMPARE(e.mxIp, std::string("192.0.2.10"));
        QCOMPARE((*whole)->history.size(), 1u);
        QCOMPARE((*whole)->history[0].attempt, 1);
        auto history =
            ws_->read([](store::Database& db) { return store::eventHistory(db, "b@two.example", 10); });
        QCOMPARE(history->size(), 2u);
        QCOMPARE(
            ws_->read([](store::Database& db) { return store::eventHistory(db, "<m1@app.example>", 10); })
                ->size(),
            3u);
    }

    void rawLineIsReadAgain() {
        ingest::test::put(dir_ / "mail.log", crafted);
        importOne(*ws_, dir_ / "mail.log");
        auto whole = ws_->read([](store::Database& db) { return store::eventWhole(db, 1); });
        auto place = *(*whole)->evidence;
        auto raw = rawLine(place);
        QVERIFY(raw.has_value());
        QVERIFY(
            raw->bytes.starts_with("Nov  1 10:00:01 mx1 postfix/smtp[4]: 3F1A2B3C4D: to=<a@one.example>"));
        // Rotated and compressed it is found by its content.
        gzip(dir_ / "mail.log.2.gz", crafted);
        fs::remove(dir_ / "mail.log");
        auto again = rawLine(place);
        QVERIFY(again.has_value());
        QCOMPARE(again->bytes, raw->bytes);
        fs::remove(dir_ / "mail.log.2.gz");
        auto gone = rawLine(place);
        QVERIFY(!gone.has_value());
        QCOMPARE(gone.error().code, ErrorCode::NotFound);
        std::string changed = crafted;
        changed.replace(changed.find("one.example[192"), 3, "ONE");
        // The head is the file's identity: changed inside it, it is another log.
        ingest::test::put(dir_ / "mail.log", changed);
        QVERIFY(!rawLine(place).has_value());
    }

    void twiceBringsNothing() {
        ingest::test::put(dir_ / "mail.log", crafted);
        importOne(*ws_, dir_ / "mail.log");
        gzip(dir_ / "copy.gz", crafted);
        for (const char* name : {"mail.log", "copy.gz"}) {
            auto r = importOne(*ws_, dir_ / name);
            QCOMPARE(r.events, 0u);
            QCOMPARE(r.duplicates, 5u);
        }
        // A shorter copy is known, too.
        std::string part(crafted, std::strstr(crafted, "Nov  1 11:00:00"));
        ingest::test::put(dir_ / "part.log", part);
        auto r = importOne(*ws_, dir_ / "part.log");
        QCOMPARE(r.events, 0u);
        QCOMPARE(r.duplicates, 3u);
        QCOMPARE(ingest::test::storedEvents(*ws_), 5);
    }

    void aPartialLastLineWaits() {
        std::string log = crafted;
        size_t cut = log.find("Recipient address");
        ingest::test::put(dir_ / "mail.log", log.substr(0, cut));
        auto r = importOne(*ws_, dir_ / "mail.log");
        QCOMPARE(r.events, 1u);
        QVERIFY(r.waiting > 0);
        ingest::test::put(dir_ / "mail.log", log.substr(cut), true);
        r = importOne(*ws_, dir_ / "mail.log");
        QCOMPARE(r.events, 4u);
        QCOMPARE(r.duplicates, 1u);
        // The join survived between the two imports: it is still the second attempt of a known message.
        auto whole = ws_->read([](store::Database& db) { return store::eventWhole(db, 3); });
        QCOMPARE((*whole)->event.attempt, 2);
        QCOMPARE((*whole)->event.messageKey, std::string("m1@app.example"));
        QCOMPARE(ingest::test::differences(*ws_), std::string());
    }

    void anOldFileIsTakenToItsLastOctet() {
        std::string log = crafted;
        log.pop_back();
        ingest::test::put(dir_ / "mail.log", log);
        waypost::test::FakeClock clock(SystemClock().now() + std::chrono::hours(2));
        auto o = ingest::test::options();
        o.clock = &clock;
        QCOMPARE(importOne(*ws_, dir_ / "mail.log", o).events, 5u);
    }

    void unknownFormatsAreRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("text") << QByteArray("hello\nworld\n");
        QTest::newRow("binary") << QByteArray("\x7f"
                                              "ELF\0\0\1\2\n\0\0",
                                              11);
        QTest::newRow("syslog of others") << QByteArray("Nov  1 10:00:00 h dovecot: hello\n");
    }
    void unknownFormatsAreRefused() {
        QFETCH(QByteArray, bytes);
        ingest::test::put(dir_ / "x", bytes.toStdString());
        auto r = importOne(*ws_, dir_ / "x");
        QVERIFY(r.error.has_value());
        QCOMPARE(r.error->code, ErrorCode::Unsupported);
        QVERIFY(r.error->text.find("tried Postfix log") != std::string::npos);
    }

    void garbageIsCountedAndKept() {
        std::string log = crafted;
        log += std::string("\0\0\0\0", 4) +
               "Nov  1 12:00:00 mx1 postfix/smtp[4]: AAAABBBB01: to=<z@one.example>, relay=none, "
               "delay=1, dsn=2.0.0, status=sent (250 ok)\r\n";
        log += std::string("\x00\x01\xff\xfe binary \x1b[2J\n", 14) + "\n";
        ingest::test::put(dir_ / "mail.log", log);
        auto r = importOne(*ws_, dir_ / "mail.log");
        QCOMPARE(r.events, 6u);
        QCOMPARE(r.rejected, 3u);
        QCOMPARE(ingest::test::number(
                     *ws_, "SELECT count(*) FROM import_rejected WHERE length > 0 AND reason != ''"),
                 3);
    }

    void aLineOfAHundredMegabytes() {
        std::string head = crafted;
        {
            std::ofstream out(dir_ / "mail.log", std::ios::binary);
            out << head
                << "Nov  1 12:00:00 mx1 postfix/smtp[4]: AAAABBBB01: to=<z@one.example>, relay=none, "
                   "delay=1, "
                   "dsn=5.0.0, status=bounced (";
            std::string mega(1 << 20, 'x');
            for (int i = 0; i < 100; ++i) out << mega;
            out << ")\nNov  1 12:00:01 mx1 postfix/smtp[4]: AAAABBBB02: to=<y@one.example>, relay=none, "
                   "delay=1, "
                   "dsn=2.0.0, status=sent (250 ok)\n";
        }
        auto r = importOne(*ws_, dir_ / "mail.log");
        QCOMPARE(r.events, 7u);
        QCOMPARE(r.longLines, 1u);
        QVERIFY(importOne(*ws_, dir_ / "mail.log").events == 0);
        QCOMPARE(importOne(*ws_, dir_ / "mail.log").duplicates, 7u);
    }

    void yearsOfAWrappedLog() {
        std::string log =
            "Dec 31 23:59:59 mx1 postfix/smtp[4]: AAAABBBB01: to=<z@one.example>, relay=none, delay=1, "
            "dsn=2.0.0, status=sent (250 ok)\nJan  1 00:00:01 mx1 postfix/smtp[4]: AAAABBBB02: "
            "to=<z@one.example>, relay=none, delay=1, dsn=2.0.0, status=sent (250 ok)\n";
        ingest::test::put(dir_ / "mail.log", log);
        struct timespec times[2] = {{1'768'000'000, 0}, {1'768'000'000, 0}}; // January 2026
        QCOMPARE(::utimensat(AT_FDCWD, (dir_ / "mail.log").c_str(), times, 0), 0);
        importOne(*ws_, dir_ / "mail.log");
        auto page = ws_->read([](store::Database& db) { return store::eventPage(db, {}, {}, 0, 10); });
        QCOMPARE(formatUtc(page->rows.at(0).at), std::string("2026-01-01T00:00:01Z"));
        QCOMPARE(formatUtc(page->rows.at(1).at), std::string("2025-12-31T23:59:59Z"));
    }

    void cancelAndGoOn() {
        std::string log;
        bench::LogGenerator generator;
        bench::LogCounts counts;
        for (int i = 0; i < 5000; ++i) generator.message(log, counts);
        ingest::test::put(dir_ / "mail.log", log);
        auto o = ingest::test::options();
        o.batchBytes = 1;
        o.progress = [](const ImportProgress&) { return false; };
        auto r = importOne(*ws_, dir_ / "mail.log", o);
        QVERIFY(r.cancelled);
        QVERIFY(r.events > 0 && r.events < counts.events());
        auto rest = importOne(*ws_, dir_ / "mail.log");
        QCOMPARE(rest.events + rest.duplicates, counts.events());
        QCOMPARE(ingest::test::storedEvents(*ws_), std::int64_t(counts.events()));
        QCOMPARE(ingest::test::differences(*ws_), std::string());
    }

    void rotationsAtRandom();
    void killedAtRandom();
    void aFullDisk();
};

// Writers append, logs are rotated by renaming, compressed, copied and truncated, imported at any moment: at
// the end every line has been counted once.
void TestImport::rotationsAtRandom() {
    for (int run = 0; run < 200; ++run) {
        SeededRandom random(std::uint64_t(run) + 1);
        fs::path dir = waypost::test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        bench::LogGenerator generator(1000 + std::uint64_t(run));
        bench::LogCounts counts;
        std::string pendingTail;
        std::uint64_t events = 0;
        auto all = [&dir] {
            std::vector<fs::path> files;
            for (const auto& f : fs::directory_iterator(dir)) {
                if (f.path().filename().string().starts_with("mail.log")) files.push_back(f.path());
            }
            return files;
        };
        int serial = 0;
        for (int step = 0; step < 25; ++step) {
            switch (random.below(6)) {
            case 0:
            case 1: { // append, perhaps half a line
                std::string lines = std::exchange(pendingTail, {});
                for (std::uint64_t i = random.below(6) + 1; i > 0; --i) generator.message(lines, counts);
                if (random.below(2) == 0) {
                    size_t keep = lines.size() - random.below(60) - 1;
                    pendingTail = lines.substr(keep);
                    lines.resize(keep);
                }
                ingest::test::put(dir / "mail.log", lines, true);
                break;
            }
            case 2: // rotate by renaming; the writer finishes its line in the old file first
                if (!fs::exists(dir / "mail.log")) break;
                ingest::test::put(dir / "mail.log", std::exchange(pendingTail, {}), true);
                fs::rename(dir / "mail.log", dir / ("mail.log." + std::to_string(++serial)));
                break;
            case 3: { // copytruncate
                if (!fs::exists(dir / "mail.log")) break;
                ingest::test::put(dir / "mail.log", std::exchange(pendingTail, {}), true);
                fs::copy_file(dir / "mail.log", dir / ("mail.log." + std::to_string(++serial)));
                ingest::test::put(dir / "mail.log", "");
                break;
            }
            case 4: { // compress one
                fs::path old = dir / ("mail.log." + std::to_string(serial));
                if (serial == 0 || !fs::exists(old)) break;
                gzip(old.string() + ".gz", slurp(old));
                fs::remove(old);
                break;
            }
            default:
                for (const auto& r : importFiles(all(), writeTo(*ws), ingest::test::options()))
                    events += r.events;
            }
        }
        ingest::test::put(dir / "mail.log", std::exchange(pendingTail, {}), true);
        for (const auto& r : importFiles(all(), writeTo(*ws), ingest::test::options())) events += r.events;
        QCOMPARE(events, counts.events());
        QCOMPARE(ingest::test::storedEvents(*ws), std::int64_t(counts.events()));
        QCOMPARE(ingest::test::differences(*ws), std::string());
        ws.reset();
        fs::remove_all(dir);
    }
}

void TestImport::killedAtRandom() {
    std::string log;
    bench::LogGenerator generator;
    bench::LogCounts counts;
    while (counts.lines < 50'000) generator.message(log, counts);
    ingest::test::put(dir_ / "mail.log", log);
    SeededRandom random(7);
    auto o = ingest::test::options();
    o.batchBytes = 200'000;
    int killed = 0;
    for (int loop = 0; loop < 20; ++loop) {
        fs::path file = dir_ / ("k" + std::to_string(loop) + ".waypost");
        bool done = false;
        for (int tries = 0; tries < 200 && !done; ++tries) {
            pid_t child = ::fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                auto ws = ingest::test::openWorkspace(file);
                if (!ws) ::_exit(2);
                auto r = importOne(*ws, dir_ / "mail.log", o);
                ws.reset();
                ::_exit(r.error ? 3 : 0);
            }
            ::usleep(useconds_t(3000 + random.below(60'000)));
            bool finish = tries > 150;
            if (!finish) ::kill(child, SIGKILL);
            int status = 0;
            QCOMPARE(::waitpid(child, &status, 0), child);
            if (WIFSIGNALED(status)) ++killed;
            if (WIFEXITED(status)) QCOMPARE(WEXITSTATUS(status), 0);
            done = WIFEXITED(status);
        }
        auto ws = ingest::test::openWorkspace(file);
        QVERIFY(ws != nullptr);
        auto last = importOne(*ws, dir_ / "mail.log");
        QVERIFY(!last.error);
        QCOMPARE(last.events + last.duplicates, counts.events());
        QCOMPARE(ingest::test::storedEvents(*ws), std::int64_t(counts.events()));
        QCOMPARE(ingest::test::number(*ws, "SELECT sum(last - first + 1) FROM event_segment"),
                 std::int64_t(counts.events()));
        QCOMPARE(ingest::test::differences(*ws), std::string());
        QCOMPARE(ingest::test::number(*ws, "SELECT events FROM import_file"), std::int64_t(counts.events()));
    }
    QVERIFY2(killed >= 20, qPrintable(QString::number(killed)));
}

void TestImport::aFullDisk() {
    std::string log;
    bench::LogGenerator generator;
    bench::LogCounts counts;
    while (counts.lines < 60'000) generator.message(log, counts);
    ingest::test::put(dir_ / "mail.log", log);
    auto limit = [this](int pages) {
        auto set = ws_->write(
            [pages](store::Database& db) { db.integer("PRAGMA max_page_count = " + std::to_string(pages)); });
        return set.get().has_value();
    };
    auto o = ingest::test::options();
    o.batchBytes = 1'000'000;
    const auto pageSize = ingest::test::number(*ws_, "PRAGMA page_size");
    QVERIFY(limit(int(ingest::test::number(*ws_, "PRAGMA page_count") + 800'000 / pageSize)));
    auto r = importOne(*ws_, dir_ / "mail.log", o);
    QVERIFY(r.error.has_value());
    QCOMPARE(r.error->code, ErrorCode::Storage);
    QVERIFY2(r.error->text.find("disk is full") != std::string::npos, r.error->text.c_str());
    QVERIFY(r.events > 0 && r.events < counts.events());
    QCOMPARE(ingest::test::storedEvents(*ws_), std::int64_t(r.events));
    QCOMPARE(ingest::test::differences(*ws_), std::string());
    QVERIFY(limit(1'000'000));
    auto rest = importOne(*ws_, dir_ / "mail.log", o);
    QVERIFY(!rest.error);
    QCOMPARE(rest.events + r.events, counts.events());
    QCOMPARE(rest.duplicates, r.events);
    QCOMPARE(ingest::test::storedEvents(*ws_), std::int64_t(counts.events()));
    QCOMPARE(ingest::test::differences(*ws_), std::string());
}

QTEST_APPLESS_MAIN(TestImport)
#include "tst_import.moc"
