// The real program is killed in the middle of an import, at random moments, again and again: after the import
// was finished, counts and roll-ups are exactly right every time. Loops: WAYPOST_KILL_LOOPS, 200 when unset.
#include "base/random.h"
#include "cli_program.h"
#include "store/database.h"
#include "store/rollup_check.h"
#include "store/workspace.h"

#include <QElapsedTimer>

#include <csignal>
#include <cstdlib>
#include <filesystem>

using namespace waypost;
using namespace waypost::test;

namespace {

constexpr int events = 90'000; // three commits of an import

// Seven hours, so that a batch adds to hours that earlier ones wrote.
QByteArray table() {
    QByteArray out = "ts,domain,ip,code,dsn,latency,bytes\n";
    SeededRandom random(11);
    for (int i = 0; i < events; ++i) {
        auto outcome = random.below(100);
        out += QByteArray::number(qlonglong(1'767'225'600) + qlonglong(i) * 25'200 / events) + ",d" +
               QByteArray::number(qlonglong(random.below(200))) + ".example,192.0.2." +
               QByteArray::number(qlonglong(random.below(8))) +
               (outcome < 90   ? ",250,2.0.0,"
                : outcome < 96 ? ",421,4.7.28,"
                               : ",550,5.1.1,") +
               QByteArray::number(qlonglong(random.below(5000))) + ",100\n";
    }
    return out;
}

// "" when roll-ups equal events.
std::string differences(store::Workspace& ws) {
    auto found = ws.read([](store::Database& db) { return store::recount(db); });
    if (!found) return found.error().describe();
    return found->empty() ? std::string() : found->front();
}

} // namespace

class TestCliKill : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void countsAreExactAfterEveryKill() {
        const char* wanted = std::getenv("WAYPOST_KILL_LOOPS");
        const int loops = wanted ? std::atoi(wanted) : 200;
        CliProgram cli;
        const QString file = cli.write(QStringLiteral("events.csv"), table());
        QElapsedTimer watch;
        watch.start();
        QCOMPARE(cli.run({QStringLiteral("--workspace"), cli.file(QStringLiteral("whole.waypost")),
                          QStringLiteral("import"), file})
                     .status,
                 0);
        const auto whole = std::uint64_t(watch.elapsed());
        SeededRandom random(20260101);
        int killed = 0, midway = 0;
        for (int loop = 0; loop < loops; ++loop) {
            const QString path = cli.file(QStringLiteral("w%1.waypost").arg(loop));
            const QStringList arguments{QStringLiteral("--workspace"), path, QStringLiteral("import"), file};
            // One or two kills, then it may finish.
            for (std::uint64_t kill = 0; kill <= random.below(2); ++kill) {
                QProcess p;
                cli.prepare(p);
                p.start(CliProgram::binary(), arguments);
                QVERIFY(p.waitForStarted());
                if (!p.waitForFinished(int(whole / 4 + random.below(whole)))) {
                    p.kill();
                    QVERIFY(p.waitForFinished());
                    ++killed;
                }
            }
            {
                store::WorkspaceOptions options;
                auto ws = store::Workspace::open(path.toStdString(), options);
                if (ws) {
                    QCOMPARE(differences(**ws), std::string());
                    auto have = (*ws)->read([](store::Database& db) {
                        return db.integer("SELECT coalesce(sum(last - first + 1), 0) FROM event_segment");
                    });
                    if (*have > 0 && *have < events) ++midway;
                }
            }
            const CliRun rest = cli.run(arguments);
            QVERIFY2(rest.status == 0, rest.err.constData());
            auto ws = store::Workspace::open(path.toStdString());
            QVERIFY(bool(ws));
            auto counts = (*ws)->read([](store::Database& db) {
                return std::array{db.integer("SELECT sum(last - first + 1) FROM event_segment"),
                                  db.integer("SELECT sum(events) FROM rollup_hour_class"),
                                  db.integer("SELECT sum(events) FROM rollup_domain"),
                                  db.integer("SELECT events FROM import_file")};
            });
            for (auto n : counts.value()) QCOMPARE(n, std::int64_t(events));
            QCOMPARE(differences(**ws), std::string());
            ws->reset();
            std::filesystem::remove(path.toStdString());
        }
        qInfo("%d loops, %d kills, %d of them with a part stored", loops, killed, midway);
        QVERIFY2(killed >= loops / 2, qPrintable(QString::number(killed)));
    }

    // Two programs, one workspace: the second is told, or reads only.
    void aSecondWriterIsRefused() {
        CliProgram cli;
        const QString path = cli.file(QStringLiteral("two.waypost"));
        const QString file = cli.write(QStringLiteral("events.csv"), table());
        store::WorkspaceOptions options;
        options.create = true;
        auto ws = store::Workspace::open(path.toStdString(), options);
        QVERIFY(bool(ws));
        const CliRun second = cli.run(
            {QStringLiteral("--workspace"), path, QStringLiteral("import"), file, QStringLiteral("--json")});
        QVERIFY(second.status != 0);
        QVERIFY2((second.out + second.err).contains("another") ||
                     (second.out + second.err).contains("in use"),
                 (second.out + second.err).constData());
        const CliRun reader =
            cli.run({QStringLiteral("--workspace"), path, QStringLiteral("stats"), QStringLiteral("--by"),
                     QStringLiteral("provider"), QStringLiteral("--json")});
        QCOMPARE(reader.status, 0);
        auto count =
            (*ws)->read([](store::Database& db) { return db.integer("SELECT count(*) FROM event_segment"); });
        QCOMPARE(count.value(), 0);
    }
};

QTEST_GUILESS_MAIN(TestCliKill)
#include "tst_cli_kill.moc"
