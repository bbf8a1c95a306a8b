// kill -9 at a random moment under group commit: every acknowledged row is there at the next open, rows are
// in order without a gap, and the file is sound. Loops: WAYPOST_KILL_LOOPS, 30 when unset.
#include "base/random.h"
#include "child.h"
#include "store/activity_store.h"
#include "store/workspace.h"
#include "support/paths.h"

#include <chrono>
#include <cstdlib>
#include <thread>

using namespace waypost;
using namespace waypost::store;
namespace fs = std::filesystem;

namespace {

// Writes as fast as it can from this thread and says each number once its commit is done.
int childMain(const fs::path& file) {
    WorkspaceOptions o;
    o.create = true;
    auto ws = Workspace::open(file, o);
    if (!ws) return 1;
    auto start =
        (*ws)->read([](Database& db) { return db.integer("SELECT count(*) FROM activity"); }).value();
    test::say("open");
    std::atomic<int> inFlight = 0;
    for (auto i = start + 1;; ++i) {
        while (inFlight.load() > 200) std::this_thread::yield();
        ++inFlight;
        (*ws)->write(
            [i](Database& db) {
                return activity::append(db, {0, {i}, "child", "count", std::to_string(i), "", ""});
            },
            [&inFlight](Result<std::int64_t> id) {
                if (id) test::say(std::to_string(*id));
                --inFlight;
            });
    }
}

std::int64_t lastWholeNumber(const std::string& text) {
    auto end = text.rfind('\n');
    if (end == std::string::npos) return 0;
    auto begin = text.rfind('\n', end - 1);
    auto line = text.substr(begin == std::string::npos ? 0 : begin + 1,
                            end - (begin == std::string::npos ? 0 : begin + 1));
    return line == "open" ? 0 : std::stoll(line);
}

} // namespace

class TestKill : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void noAcknowledgedRowIsLost() {
        const char* wanted = std::getenv("WAYPOST_KILL_LOOPS");
        int loops = wanted ? std::atoi(wanted) : 30;
        auto file = test::temporaryFolder() / "w.waypost";
        SeededRandom random(20260101);
        std::int64_t acknowledged = 0;
        for (int loop = 0; loop < loops; ++loop) {
            {
                test::Child child("write", file.string());
                std::string heard;
                std::jthread ear([&] { heard = child.rest(); });
                std::this_thread::sleep_for(std::chrono::milliseconds(5 + random.below(60)));
                kill(child.pid(), SIGKILL);
                ear.join();
                acknowledged = std::max(acknowledged, lastWholeNumber(heard));
            }
            auto ws = Workspace::open(file);
            if (!ws && ws.error().code == ErrorCode::NotFound) continue; // killed before there was a schema
            QVERIFY2(bool(ws), ws ? "" : ws.error().text.c_str());
            auto state =
                (*ws)
                    ->read([](Database& db) {
                        return std::tuple(db.integer("SELECT count(*) FROM activity"),
                                          db.integer("SELECT max(at) FROM activity"), db.quickCheck());
                    })
                    .value();
            QVERIFY2(std::get<0>(state) >= acknowledged, "an acknowledged row is lost");
            QCOMPARE(std::get<0>(state), std::get<1>(state)); // 1, 2, 3 … without a gap
            QCOMPARE(std::get<2>(state), std::string());
        }
        QVERIFY(acknowledged > 0);
        qInfo("%d kills, %lld rows acknowledged", loops, static_cast<long long>(acknowledged));
    }
};

int main(int argc, char** argv) {
    if (argc > 3 && std::string_view(argv[1]) == "child") return childMain(argv[3]);
    TestKill test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_kill.moc"
