// Following growing logs: rotation, truncation, copytruncate, partial lines at random; how soon a line is
// stored.
#include "base/random.h"
#include "ingest/follow.h"
#include "support.h"
#include "support/fake_clock.h"

#include <sys/stat.h>

#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <thread>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

namespace {

std::string lineOf(int i) {
    char line[256];
    std::snprintf(
        line, sizeof line,
        "2026-11-%02dT%02d:%02d:%02d+00:00 mx1 postfix/smtp[4]: %010d: to=<u%d@one.example>, relay=none, "
        "delay=1, dsn=2.0.0, status=sent (250 ok %d)\n",
        1 + i / 86'400, i / 3600 % 24, i / 60 % 60, i % 60, i, i, i);
    return line;
}

void gzip(const fs::path& file, const std::string& bytes) {
    gzFile out = gzopen(file.c_str(), "wb1");
    gzwrite(out, bytes.data(), unsigned(bytes.size()));
    gzclose(out);
}

std::string slurp(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A daemon and its logrotate, one step after the other. Lines go where the daemon has its log open: after a
// rename that is the old file until it opens anew.
struct Writer {
    fs::path dir;
    int written = 0, serial = 0;
    std::string rest; // of a line begun
    FILE* out = nullptr;

    explicit Writer(fs::path folder) : dir(std::move(folder)) { reopen(); }
    ~Writer() {
        if (out) std::fclose(out);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    [[nodiscard]] fs::path log() const { return dir / "mail.log"; }
    void reopen() {
        finish();
        if (out) std::fclose(out);
        out = std::fopen(log().c_str(), "ab");
    }
    void put(const std::string& bytes) {
        std::fwrite(bytes.data(), 1, bytes.size(), out);
        std::fflush(out);
    }
    void finish() {
        if (!rest.empty()) put(std::exchange(rest, {}));
    }
    void lines(int n) {
        finish();
        for (int i = 0; i < n; ++i) put(lineOf(written++));
    }
    void half(size_t cut) {
        finish();
        const std::string line = lineOf(written++);
        put(line.substr(0, cut % line.size()));
        rest = line.substr(cut % line.size());
    }
    void rename() {
        if (!fs::exists(log())) return;
        for (int i = serial; i > 0; --i) {
            for (const char* end : {"", ".gz"}) {
                const fs::path from = dir / ("mail.log." + std::to_string(i) + end);
                if (fs::exists(from)) fs::rename(from, dir / ("mail.log." + std::to_string(i + 1) + end));
            }
        }
        ++serial;
        fs::rename(log(), dir / "mail.log.1");
    }
    void copyTruncate() {
        finish();
        if (!fs::exists(log())) return;
        const std::string whole = slurp(log());
        const fs::path copy = dir / ("mail.log.c" + std::to_string(++serial));
        ingest::test::put(copy, whole);
        fs::resize_file(log(), 0);
    }
    void compress() {
        const fs::path last = dir / ("mail.log." + std::to_string(serial));
        if (serial < 2 || !fs::exists(last)) return;
        gzip(last.string() + ".gz", slurp(last));
        fs::remove(last);
    }
};

} // namespace

class TestFollow : public QObject {
    Q_OBJECT
    // Random schedules: WAYPOST_SCHEDULES sets how many.
    static int schedules() {
        const char* many = std::getenv("WAYPOST_SCHEDULES");
        return many ? std::atoi(many) : 120;
    }

  private Q_SLOTS:
    void nothingIsLostOrRepeated() {
        SeededRandom random(11);
        const int loops = schedules();
        const fs::path dir = waypost::test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        QVERIFY(ws != nullptr);
        std::int64_t before = 0;
        int next = 0; // lines of all schedules differ: one workspace holds them all
        for (int loop = 0; loop < loops; ++loop) {
            const fs::path in = dir / ("s" + std::to_string(loop));
            fs::create_directories(in);
            Writer writer(in);
            writer.written = next;
            const int first = next;
            waypost::test::FakeClock clock(SystemClock().now());
            auto o = ingest::test::options();
            o.clock = &clock;
            auto follower =
                std::make_unique<Follower>(std::vector<fs::path>{in / "mail.log"}, writeTo(*ws), o);
            std::string story;
            bool renamed = false;
            for (int i = 0; i < 25; ++i) {
                const auto what = random.below(10);
                story += char('0' + what);
                if (what < 3)
                    writer.lines(1 + int(random.below(5)));
                else if (what == 3)
                    writer.half(size_t(random.below(100)));
                else if (what == 4 && !renamed) {
                    writer.rename();
                    renamed = true;
                } else if (what == 5) {
                    writer.reopen();
                    renamed = false;
                } else if (what == 6 && !renamed)
                    writer.copyTruncate();
                else if (what == 7)
                    writer.compress();
                else if (what == 8 && random.below(6) == 0) { // stopped, and started again
                    QVERIFY(follower->end().has_value());
                    follower =
                        std::make_unique<Follower>(std::vector<fs::path>{in / "mail.log"}, writeTo(*ws), o);
                } else {
                    const auto done = follower->step();
                    QVERIFY(done.has_value());
                }
            }
            writer.reopen();
            QVERIFY(follower->step().has_value());
            clock.advance(Millis(120'000));
            QVERIFY(follower->step().has_value());
            QVERIFY(follower->end().has_value());
            next = writer.written;
            const std::int64_t stored = ingest::test::storedEvents(*ws);
            QVERIFY2(stored - before == next - first,
                     qPrintable(QString("schedule %1 (%2): %3 lines written, %4 stored")
                                    .arg(loop)
                                    .arg(QString::fromStdString(story))
                                    .arg(next - first)
                                    .arg(stored - before)));
            before = stored;
            fs::remove_all(in);
        }
        QCOMPARE(ingest::test::differences(*ws), std::string());
    }

    // Written to stored, with a thread that follows as the program does.
    void aLineIsStoredAtOnce() {
        const fs::path dir = waypost::test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        QVERIFY(ws != nullptr);
        Writer writer(dir);
        writer.lines(1);
        std::atomic<bool> stop{false};
        std::thread reader([&] {
            Follower follower({dir / "mail.log"}, writeTo(*ws), ingest::test::options());
            while (!stop) {
                if (!follower.step()) return;
                follower.wait(Millis(50), Millis(200));
            }
            (void)follower.end();
        });
        std::vector<double> took;
        SeededRandom random(3);
        for (int i = 0; i < 40; ++i) {
            const std::int64_t want = writer.written + 1;
            writer.lines(1);
            const auto start = std::chrono::steady_clock::now();
            while (ingest::test::storedEvents(*ws) < want &&
                   std::chrono::steady_clock::now() - start < std::chrono::seconds(10))
                ::usleep(1000);
            took.push_back(
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
            ::usleep(useconds_t(random.below(60'000)));
            if (i == 20) {
                writer.rename();
                writer.reopen();
            }
        }
        stop = true;
        reader.join();
        std::sort(took.begin(), took.end());
        std::printf("line written to stored: median %.0f ms, p95 %.0f ms, worst of %zu %.0f ms\n",
                    took[took.size() / 2], took[took.size() * 95 / 100], took.size(), took.back());
        QVERIFY2(took[took.size() / 2] <= 250, qPrintable(QString::number(took[took.size() / 2])));
        QVERIFY(took.back() < 5000);
        QCOMPARE(ingest::test::storedEvents(*ws), std::int64_t(writer.written));
    }

    void aFolderIsFollowedWithItsNewFiles() {
        const fs::path dir = waypost::test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        fs::create_directories(dir / "in");
        Follower follower({dir / "in"}, writeTo(*ws), ingest::test::options());
        QVERIFY(follower.step().has_value());
        ingest::test::put(dir / "in" / "a.log", lineOf(0));
        ingest::test::put(dir / "in" / "notes.txt", "hello\n");
        QVERIFY(follower.wait(Millis(1), Millis(5000)));
        auto done = follower.step();
        QVERIFY(done.has_value());
        QCOMPARE(done->size(), 1u);
        QCOMPARE(done->front().events, 1u);
        ingest::test::put(dir / "in" / "b.log", lineOf(1) + lineOf(2));
        ingest::test::put(dir / "in" / "a.log", lineOf(3), true);
        done = follower.step();
        QCOMPARE(done->size(), 2u);
        QCOMPARE(ingest::test::storedEvents(*ws), 4);
    }
};

QTEST_APPLESS_MAIN(TestFollow)
#include "tst_follow.moc"
