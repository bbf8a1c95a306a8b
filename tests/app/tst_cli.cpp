// The command line without a network: refusals, imports, statistics, replies, streams, help.
#include "cli_program.h"

#include <QJsonArray>

using namespace waypost::test;
// Latin-1 words of a command line.
using S = QString;

namespace {

QString mailLog() {
    return QString::fromStdString((resources() / "lab" / "mail.log").string());
}

QStringList words(const QString& line) {
    return line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

class TestCli : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void refusesWithASentence_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const char* line, int status, const char* says) {
            QTest::newRow(name) << S::fromLatin1(line) << status << QByteArray(says);
        };
        row("an unknown command is named", "frobnicate", 2, "no command \"frobnicate\"");
        row("an unknown verb is named", "lab walk", 2, "no command \"walk\"");
        row("no command at all", "", 2, "subcommand is required");
        row("a group without its verb", "placement", 2, "subcommand is required");
        row("an unknown option is named", "paths --colour", 2, "no option \"--colour\"");
        row("a missing argument is named", "import", 2, "FILE is required");
        row("an unknown key of stats", "stats --by provider,moon", 2, "\"moon\" is nothing to group by");
        row("the same key twice", "stats --by day,day", 2, "named twice");
        row("five keys", "stats --by provider,category,outcome,domain,day", 2, "At most 4 keys");
        row("an unknown filter field", "stats --filter moon:full", 2, "\"moon\" is no field");
        row("an unknown category in a filter", "stats --filter category:odd", 2, "\"odd\" is no category");
        row("a filter without a value", "stats --filter provider:", 2, "value is expected");
        row("a time that is none", "stats --since soon", 2, "\"soon\" is no time");
        row("a range that ends before it begins", "stats --since 2026-05-02 --until 2026-05-01", 2,
            "ends before it begins");
        row("statistics of no workspace", "stats", 2, "no workspace");
        row("a scenario that does not exist", "lab run --scenario calm", 2, "calm");
        row("a name server that is none", "domain inspect a.test --nameserver here", 2, "\"here\"");
        row("nothing to inspect", "domain inspect", 2, "NAME is required");
        row("a batch that is not there", "domain inspect --batch absent.txt", 2, "absent.txt");
        row("replies from a file", "reply classify replies.txt", 2, "standard input");
        row("a file that is missing", "import none.log", 2, "none.log");
        row("a run without seeds", "placement run --route mx --message m.eml", 2, "--seeds");
        row("a message neither given nor probed", "send --from a@b.test --to c@d.test --route mx", 2,
            "--message");
        row("a route without a host", "send --from a@b.test --to c@d.test --route :25 --probe", 2, "no host");
        row("a route without a port", "send --from a@b.test --to c@d.test --route mx:0 --probe", 2, "port");
        row("a TLS mode that is none", "send --from a@b.test --to c@d.test --route mx --probe --tls maybe", 2,
            "\"maybe\"");
        row("a sender that is no address", "send --from a --to c@d.test --route mx --probe", 2, "\"a\"");
        row("a user without a password file",
            "send --from a@b.test --to c@d.test --route mx --probe --user u", 5, "never an option");
    }
    void refusesWithASentence() {
        QFETCH(QString, line);
        QFETCH(int, status);
        QFETCH(QByteArray, says);
        CliProgram cli;
        const CliRun r = cli.run(words(line));
        QCOMPARE(r.status, status);
        QVERIFY2(r.err.contains(says), r.err);
        QCOMPARE(r.out, QByteArray());
    }

    void aPasswordIsNeverAnOptionAndNeverRepeated() {
        CliProgram cli;
        const QStringList base =
            words(S::fromLatin1("send --from a@b.test --to c@d.test --route mx --probe"));
        for (const QStringList& more : {QStringList{S::fromLatin1("--password"), S::fromLatin1("hunter2")},
                                        QStringList{S::fromLatin1("--password=hunter2")}}) {
            const CliRun r = cli.run(base + more);
            QCOMPARE(r.status, 2);
            QVERIFY2(r.err.contains("no option \"--password\""), r.err);
            QVERIFY(!r.err.contains("hunter2") && !r.out.contains("hunter2"));
        }
    }

    void jsonStandsBeforeOrAfterTheVerb_data() {
        QTest::addColumn<QString>("line");
        QTest::newRow("before the command") << "--json paths";
        QTest::newRow("after the command") << "paths --json";
    }
    void jsonStandsBeforeOrAfterTheVerb() {
        QFETCH(QString, line);
        CliProgram cli;
        const CliRun r = cli.run(words(line));
        QCOMPARE(r.status, 0);
        QCOMPARE(r.objects().size(), 1);
        QCOMPARE(r.objects().front()[S::fromLatin1("workspace")].toString(),
                 cli.file(S::fromLatin1(".local/share/waypost/default.waypost")));
    }

    void anImportAgainAddsNothing() {
        CliProgram cli;
        const QStringList line{S::fromLatin1("import"), mailLog(), S::fromLatin1("--json")};
        const CliRun first = cli.run(line);
        QCOMPARE(first.status, 0);
        QCOMPARE(first.objects().size(), 1);
        const QJsonObject a = first.objects().front();
        for (const char* field : {"file", "format", "records", "events", "duplicates", "rejected", "seconds"})
            QVERIFY2(a.contains(QLatin1String(field)), field);
        QCOMPARE(a[S::fromLatin1("format")].toString(), S::fromLatin1("postfix"));
        QCOMPARE(a[S::fromLatin1("events")].toInt(), 12);
        QCOMPARE(a[S::fromLatin1("duplicates")].toInt(), 0);
        const CliRun second = cli.run(line);
        QCOMPARE(second.status, 0);
        QCOMPARE(second.objects().front()[S::fromLatin1("events")].toInt(), 0);
        QCOMPARE(second.objects().front()[S::fromLatin1("duplicates")].toInt(), 12);
        const QFile workspace(cli.file(S::fromLatin1(".local/share/waypost/default.waypost")));
        QVERIFY(workspace.exists());
        QCOMPARE(workspace.permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteOther),
                 QFile::Permissions());
    }

    void refusedFilesStandInTheirPlace_data() {
        QTest::addColumn<QString>("files");
        QTest::addColumn<QString>("codes"); // a dot for a file that went in
        QTest::addColumn<int>("status");
        QTest::newRow("missing among good ones: partial") << "LOG none.log LOG" << ". io ." << 3;
        QTest::newRow("of no known format among good ones: partial")
            << "words.txt LOG" << "unsupported ." << 3;
        QTest::newRow("all refused: refused input") << "none.log words.txt" << "io unsupported" << 2;
    }
    void refusedFilesStandInTheirPlace() {
        QFETCH(QString, files);
        QFETCH(QString, codes);
        QFETCH(int, status);
        CliProgram cli;
        (void)cli.write(S::fromLatin1("words.txt"), "Dear all,\nthis is no log.\n");
        QStringList names = words(files);
        names.replaceInStrings(S::fromLatin1("LOG"), mailLog());
        const CliRun r = cli.run(QStringList{S::fromLatin1("import"), S::fromLatin1("--json")} + names);
        QCOMPARE(r.status, status);
        QCOMPARE(r.err, QByteArray());
        QStringList seen;
        for (const QJsonObject& o : r.objects())
            seen << (o.contains(S::fromLatin1("error")) ? errorCode(o) : S::fromLatin1("."));
        QCOMPARE(seen.join(QLatin1Char(' ')), codes);
        for (qsizetype i = 0; i < names.size(); ++i)
            QCOMPARE(r.objects()[i][S::fromLatin1("file")].toString(), names[i]);
    }

    void aRefusedFileIsNamedOnStandardError() {
        CliProgram cli;
        (void)cli.write(S::fromLatin1("words.txt"), "Dear all,\n");
        const CliRun r = cli.run({S::fromLatin1("import"), S::fromLatin1("words.txt")});
        QCOMPARE(r.status, 2);
        QVERIFY2(r.err.contains("words.txt is of no format we know"), r.err);
        QCOMPARE(r.out, QByteArray());
    }

    void statisticsHaveTheirDenominators() {
        CliProgram cli;
        QCOMPARE(cli.run({S::fromLatin1("import"), mailLog()}).status, 0);
        const CliRun r = cli.run(words(S::fromLatin1("stats --by outcome,day --json")));
        QCOMPARE(r.status, 0);
        int events = 0;
        for (const QJsonObject& o : r.objects()) {
            for (const char* field : {"outcome", "day", "events", "messages", "p50_ms", "p95_ms"})
                QVERIFY2(o.contains(QLatin1String(field)), field);
            events += o[S::fromLatin1("events")].toInt();
            const QJsonObject rate = o[S::fromLatin1("deferral_rate")].toObject();
            QCOMPARE(rate[S::fromLatin1("whole")].toInt(), o[S::fromLatin1("events")].toInt());
            QCOMPARE(rate[S::fromLatin1("of")].toString(), S::fromLatin1("events"));
            const bool deferred = o[S::fromLatin1("outcome")].toString() == QLatin1String("deferred");
            QCOMPARE(rate[S::fromLatin1("value")].toDouble(), deferred ? 1.0 : 0.0);
            // No final event: the rate is unknown, not nothing.
            if (deferred) QVERIFY(o[S::fromLatin1("acceptance_rate")].isNull());
        }
        QCOMPARE(events, 12);
        const CliRun accepted =
            cli.run(words(S::fromLatin1("--json stats --by outcome --filter outcome:accepted")));
        QCOMPARE(accepted.objects().size(), 1);
        QCOMPARE(accepted.objects().front()[S::fromLatin1("events")].toInt(), 7);
        const CliRun none = cli.run(words(S::fromLatin1("stats --json --until 2001-01-01")));
        QCOMPARE(none.status, 0);
        QCOMPARE(none.out, QByteArray());
    }

    void repliesAreClassifiedInInputOrder() {
        CliProgram cli;
        const CliRun r = cli.run(words(S::fromLatin1("reply classify - --json")),
                                 "550 5.1.1 user unknown\n"
                                 "{\"id\":7,\"text\":\"421 4.7.28 rate limited\",\"provider\":\"gmail\"}\n"
                                 "{\"id\":\"broken\"\n"
                                 "{\"id\":\"c\",\"text\":5}\n"
                                 "250 2.0.0 OK\n"
                                 "{\"id\":\"z\",\"text\":\"554 5.7.1 blocked\",\"mx\":\"mx.example.net\"}\n");
        QCOMPARE(r.status, 3);
        QCOMPARE(r.err, QByteArray());
        const QList<QJsonObject> o = r.objects();
        QCOMPARE(o.size(), 6);
        for (int i : {0, 1, 4, 5})
            for (const char* field :
                 {"id", "category", "cause", "permanence", "action", "rule", "span", "template"})
                QVERIFY2(o[i].contains(QLatin1String(field)), field);
        QCOMPARE(o[0][S::fromLatin1("id")].toString(), S::fromLatin1("1"));
        QCOMPARE(o[0][S::fromLatin1("category")].toString(), S::fromLatin1("rejected-invalid-user"));
        QCOMPARE(o[0][S::fromLatin1("permanence")].toString(), S::fromLatin1("permanent"));
        QCOMPARE(o[1][S::fromLatin1("id")].toInt(), 7);
        QCOMPARE(o[1][S::fromLatin1("category")].toString(), S::fromLatin1("deferred-rate-limit"));
        QCOMPARE(o[1][S::fromLatin1("permanence")].toString(), S::fromLatin1("temporary"));
        QCOMPARE(errorCode(o[2]), S::fromLatin1("corrupt"));
        QCOMPARE(o[2][S::fromLatin1("id")].toString(), S::fromLatin1("3"));
        QCOMPARE(errorCode(o[3]), S::fromLatin1("invalid-argument"));
        QCOMPARE(o[4][S::fromLatin1("category")].toString(), S::fromLatin1("accepted"));
        QVERIFY(o[4][S::fromLatin1("permanence")].isNull());
        QCOMPARE(o[5][S::fromLatin1("id")].toString(), S::fromLatin1("z"));
    }

    void repliesAllRefusedIsRefusedInput() {
        CliProgram cli;
        const CliRun r = cli.run(words(S::fromLatin1("reply classify - --json")), "{bad\n{worse\n");
        QCOMPARE(r.status, 2);
        QCOMPARE(r.objects().size(), 2);
    }

    void aReplyLineAboveTheCapIsRefusedAndTheRestGoesOn() {
        CliProgram cli;
        const CliRun r =
            cli.run(words(S::fromLatin1("reply classify - --json")), QByteArray(70'000, 'x') + "\n250 OK\n");
        QCOMPARE(r.status, 3);
        QCOMPARE(errorCode(r.objects().front()), S::fromLatin1("too-large"));
        QCOMPARE(r.objects().back()[S::fromLatin1("category")].toString(), S::fromLatin1("accepted"));
    }

    void controlBytesOfAReplyDoNotReachTheTerminal_data() {
        QTest::addColumn<QString>("line");
        QTest::newRow("as text") << "reply classify -";
        QTest::newRow("as JSON") << "reply classify - --json";
    }
    void controlBytesOfAReplyDoNotReachTheTerminal() {
        QFETCH(QString, line);
        CliProgram cli;
        const CliRun r = cli.run(words(line), "550 5.7.1 \x1b[2Jgone \x07 \xc2\x9b"
                                              "31m \xff\xfe end\x7f\n");
        QCOMPARE(r.status, 0);
        QVERIFY2(isHarmless(r.out), r.out.toPercentEncoding());
        QVERIFY(r.out.contains("gone"));
    }

    void aClosedPipeEndsItQuietly() {
        CliProgram cli;
        const QString file =
            cli.write(S::fromLatin1("many"), QByteArray("550 5.1.1 user unknown\n").repeated(20'000));
        const CliRun r = cli.runProgram(
            S::fromLatin1("bash"),
            {S::fromLatin1("-c"),
             S::fromLatin1(R"("$0" reply classify - --json <"$1" | head -1; echo "${PIPESTATUS[0]}" >&2)"),
             CliProgram::binary(), file});
        QCOMPARE(r.lines().size(), 1);
        QCOMPARE(r.err, QByteArray("141\n")); // ended by SIGPIPE, without a word
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
