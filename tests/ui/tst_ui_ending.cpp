// The window program and the signals that end it: the real program, its path comes with the environment.
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;

class TstUiEnding : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aSignalIsAClose_data() {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM ends as the close button does") << SIGTERM;
        QTest::newRow("SIGINT ends as the close button does") << SIGINT;
        QTest::newRow("SIGHUP ends as the close button does") << SIGHUP;
    }
    void aSignalIsAClose() {
        QFETCH(int, number);
        const QTemporaryDir folder;
        QProcess program;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        environment.insert(u"WAYPOST_TIMING"_s, u"1"_s);
        for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"})
            environment.insert(QString::fromLatin1(name), folder.path());
        program.setProcessEnvironment(environment);
        const QString workspace = folder.filePath(u"w.waypost"_s);
        program.start(qEnvironmentVariable("WAYPOST"), {u"--workspace"_s, workspace});
        QVERIFY(program.waitForStarted());
        QByteArray said;
        QElapsedTimer since;
        since.start();
        while (!said.contains("first paint") && since.elapsed() < 30'000) {
            program.waitForReadyRead(1000);
            said += program.readAllStandardError();
        }
        QVERIFY2(said.contains("first paint"), said.constData());
        QVERIFY(kill(static_cast<pid_t>(program.processId()), number) == 0);
        QVERIFY(program.waitForFinished());
        QCOMPARE(program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.exitCode(), 0);
        // The engine has closed the workspace: no journal is left beside it, and the layout was saved.
        QVERIFY(QFile::exists(workspace));
        QVERIFY(!QFile::exists(workspace + u"-wal"_s));
        QVERIFY(!QDir(folder.filePath(u"waypost/layout"_s)).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TstUiEnding)
#include "tst_ui_ending.moc"
