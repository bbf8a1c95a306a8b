// The command line against the lab that `lab run` starts, and against peers that do not behave.
#include "cli_program.h"
#include "net/loop.h"
#include "support/script_server.h"

#include <QJsonArray>

#include <csignal>

using namespace waypost;
using namespace waypost::test;
// Latin-1 words of a command line.
using S = QString;

namespace {

QStringList words(const QString& line) {
    return line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

const QByteArray message = "From: news@acme.test\r\nSubject: Spring\r\n\r\nHello.\r\n";

} // namespace

class TestCliLab : public QObject {
    Q_OBJECT

    CliProgram cli_;
    QProcess lab_;
    QJsonObject ports_;
    QString nameserver_, route_;

    static QJsonObject startLab(QProcess& lab) {
        lab.start(CliProgram::binary(), {S::fromLatin1("lab"), S::fromLatin1("run")});
        while (!lab.canReadLine())
            if (!lab.waitForReadyRead(20'000)) return {};
        return QJsonDocument::fromJson(lab.readLine()).object();
    }
    CliRun send(const QString& more) const {
        return cli_.run(words(S::fromLatin1("send --from news@acme.test --route %1 --nameserver %2 %3")
                                  .arg(route_, nameserver_, more)));
    }
    CliRun sendTo(std::vector<Step> script, const QString& more) const {
        net::Loop loop;
        loop.startThread();
        ScriptServer server(loop, std::move(script));
        return cli_.run(words(S::fromLatin1("send --from a@acme.test --to b@acme.test --route %1 %2")
                                  .arg(QString::fromStdString(server.endpoint().toString()), more)));
    }

  private Q_SLOTS:
    void initTestCase() {
        cli_.prepare(lab_);
        ports_ = startLab(lab_);
        nameserver_ = ports_[S::fromLatin1("dns")].toString();
        QVERIFY(!nameserver_.isEmpty());
        // The sender's SPF names 127.77.1.0/28.
        route_ = S::fromLatin1("mx:%1 --source 127.77.1.5").arg(ports_[S::fromLatin1("smtp_port")].toInt());
        (void)cli_.write(S::fromLatin1("m.eml"), message);
        (void)cli_.write(S::fromLatin1("nofrom.eml"), "Subject: Spring\r\n\r\nHello.\r\n");
    }

    void theLabPrintsItsPortsAndEndsOnRequest_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
    }
    void theLabPrintsItsPortsAndEndsOnRequest() {
        QFETCH(int, signal);
        QProcess lab;
        cli_.prepare(lab);
        const QJsonObject ports = startLab(lab);
        QCOMPARE(ports[S::fromLatin1("schema")].toString(), S::fromLatin1("waypost-lab"));
        for (const char* field : {"dns", "smtp_port", "imap", "imap_host", "ca_pem", "receivers", "seeds"})
            QVERIFY2(ports.contains(QLatin1String(field)), field);
        QCOMPARE(ports[S::fromLatin1("receivers")].toArray().size(), 6);
        QCOMPARE(::kill(pid_t(lab.processId()), signal), 0);
        QVERIFY(lab.waitForFinished(10'000));
        QCOMPARE(lab.exitStatus(), QProcess::NormalExit);
        QCOMPARE(lab.exitCode(), 0);
        QCOMPARE(lab.readAllStandardOutput(), QByteArray()); // one line and no more
    }

    void aDomainIsInspected() {
        const CliRun r = cli_.run(words(
            S::fromLatin1("domain inspect acme.test --selector s2024 --json --nameserver ") + nameserver_));
        QCOMPARE(r.status, 0);
        QCOMPARE(r.objects().size(), 1);
        const QJsonObject o = r.objects().front();
        for (const char* field : {"domain", "findings", "spf", "dkim", "dmarc", "mx", "mta_sts", "tls_rpt",
                                  "bimi", "dane", "ptr"})
            QVERIFY2(o.contains(QLatin1String(field)), field);
        QCOMPARE(o[S::fromLatin1("domain")].toString(), S::fromLatin1("acme.test"));
        QVERIFY(o[S::fromLatin1("findings")].toArray().size() > 5);
        bool weakKey = false;
        for (const QJsonValue& v : o[S::fromLatin1("findings")].toArray()) {
            const QJsonObject f = v.toObject();
            for (const char* field : {"id", "severity", "subject", "evidence"})
                QVERIFY2(f.contains(QLatin1String(field)), field);
            QVERIFY(f[S::fromLatin1("evidence")].isArray());
            weakKey = weakKey || f[S::fromLatin1("id")].toString().startsWith(QLatin1String("dkim-"));
        }
        QVERIFY(weakKey);
    }

    void aBadNameStandsInItsPlaceAndASilentZoneIsNotAbsence() {
        QStringList line =
            words(S::fromLatin1("domain inspect acme.test BAD silent.test --json --nameserver"));
        line.replaceInStrings(S::fromLatin1("BAD"), S::fromLatin1("bad name"));
        const CliRun r = cli_.run(line << nameserver_);
        QCOMPARE(r.status, 2);
        const QList<QJsonObject> o = r.objects();
        QCOMPARE(o.size(), 3);
        QCOMPARE(o[0][S::fromLatin1("domain")].toString(), S::fromLatin1("acme.test"));
        QCOMPARE(o[1][S::fromLatin1("domain")].toString(), S::fromLatin1("bad name"));
        QCOMPARE(errorCode(o[1]), S::fromLatin1("invalid-argument"));
        QCOMPARE(o[2][S::fromLatin1("domain")].toString(), S::fromLatin1("silent.test"));
        QVERIFY(!o[2].contains(S::fromLatin1("error")));
    }

    void aSilentZoneCouldNotBeLookedAt() {
        const CliRun r =
            cli_.run(words(S::fromLatin1("domain inspect silent.test --json --nameserver ") + nameserver_));
        QCOMPARE(r.status, 4);
        QStringList ids;
        for (const QJsonValue& v : r.objects().front()[S::fromLatin1("findings")].toArray())
            ids << v.toObject()[S::fromLatin1("id")].toString();
        QVERIFY(ids.contains(S::fromLatin1("could-not-look")));
        QVERIFY(!ids.contains(S::fromLatin1("spf-none")) && !ids.contains(S::fromLatin1("dmarc-none")));
    }

    // Many lines, some of them no domains: every line has its result, in order.
    void aBatchKeepsItsOrder_data() {
        QTest::addColumn<QString>("more");
        QTest::newRow("from standard input") << S::fromLatin1("-");
        QTest::newRow("from standard input, by option") << S::fromLatin1("--batch -");
        QTest::newRow("from a file") << S::fromLatin1("--batch names.txt");
        QTest::newRow("after a name on the command line") << S::fromLatin1("first.acme.test --batch -");
        QTest::newRow("kept in a workspace") << S::fromLatin1("--batch - --workspace batch.waypost");
    }
    void aBatchKeepsItsOrder() {
        QFETCH(QString, more);
        QByteArray lines = "shop.acme.test\r\n\n  acme.test  \nno domain\n" + QByteArray(70'000, 'x') + "\n";
        QStringList expected{S::fromLatin1("shop.acme.test"), S::fromLatin1("acme.test"),
                             S::fromLatin1("no domain"), QString(4096, QLatin1Char('x'))};
        for (int i = 0; i < 300; ++i) {
            expected << S::fromLatin1("n%1.acme.test").arg(i);
            lines += expected.back().toLatin1() + '\n';
        }
        lines.chop(1); // the last line has no end
        (void)cli_.write(S::fromLatin1("names.txt"), lines);
        if (more.startsWith(S::fromLatin1("first"))) expected.push_front(S::fromLatin1("first.acme.test"));
        const CliRun r = cli_.run(
            words(S::fromLatin1("domain inspect --json --nameserver %1 %2").arg(nameserver_, more)), lines);
        QCOMPARE(r.status, 2);
        QStringList got;
        for (const QJsonObject& o : r.objects()) got << o[S::fromLatin1("domain")].toString();
        QCOMPARE(got, expected);
        const qsizetype bad = expected.indexOf(S::fromLatin1("no domain"));
        QCOMPARE(errorCode(r.objects()[bad]), S::fromLatin1("invalid-argument"));
        QCOMPARE(errorCode(r.objects()[bad + 1]), S::fromLatin1("invalid-argument"));
    }

    void sendingEndsWithTheStatusOfTheReplies_data() {
        QTest::addColumn<QString>("more");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const char* more, int status, const char* says) {
            QTest::newRow(name) << S::fromLatin1(more) << status << QByteArray(says);
        };
        row("accepted", "--to seed1@bigmail.test --message m.eml", 0, "accepted at body by mx.bigmail.test");
        row("an unknown recipient", "--to nobody@bigmail.test --message m.eml", 1, "rejected at rcpt");
        row("nobody listens", "--to seed1@dead.test --message m.eml", 4, "refused");
        row("accepted and refused, in order",
            "--to seed1@bigmail.test --to nobody@bigmail.test --message m.eml", 1, "rejected at rcpt");
        row("could not look beats refused", "--to seed1@dead.test --to nobody@bigmail.test --message m.eml",
            4, "rejected at rcpt");
        row("a probe stops before DATA", "--to seed1@bigmail.test --probe --transcript", 0,
            "accepted at rcpt");
        row("a message without From", "--to seed1@bigmail.test --message nofrom.eml", 2, "no From header");
        row("a message that is missing", "--to seed1@bigmail.test --message none.eml", 2, "none.eml");
    }
    void sendingEndsWithTheStatusOfTheReplies() {
        QFETCH(QString, more);
        QFETCH(int, status);
        QFETCH(QByteArray, says);
        const CliRun r = send(more);
        QVERIFY2((r.out + r.err).contains(says), r.out + r.err);
        QCOMPARE(r.status, status);
        if (more.contains(QLatin1String("--probe"))) QVERIFY(!r.out.contains("C: DATA"));
    }

    void aBadRecipientStandsInItsPlace() {
        const CliRun r = send(S::fromLatin1("--to nobody@bigmail.test --to nowhere --to seed1@bigmail.test "
                                            "--message m.eml --json"));
        QCOMPARE(r.status, 2);
        const QList<QJsonObject> o = r.objects();
        QCOMPARE(o.size(), 3);
        QCOMPARE(o[0][S::fromLatin1("code")].toInt(), 550);
        QCOMPARE(errorCode(o[1]), S::fromLatin1("invalid-argument"));
        QCOMPARE(o[1][S::fromLatin1("recipient")].toString(), S::fromLatin1("nowhere"));
        QCOMPARE(o[2][S::fromLatin1("outcome")].toString(), S::fromLatin1("accepted"));
    }

    void controlBytesOfAPeerDoNotReachTheTerminal_data() {
        QTest::addColumn<QString>("more");
        QTest::newRow("as text") << "--message m.eml";
        QTest::newRow("as JSON") << "--message m.eml --json";
        QTest::newRow("in the transcript") << "--message m.eml --transcript";
        QTest::newRow("in the transcript as JSON") << "--message m.eml --transcript --json";
    }
    void controlBytesOfAPeerDoNotReachTheTerminal() {
        QFETCH(QString, more);
        const CliRun r = sendTo({test::send("220 here \x1b]0;title\x07\r\n"), expect("EHLO"),
                                 test::send("250 here \x1b[2J\r\n"), expect("MAIL"),
                                 test::send("550 5.7.1 \x1b[31mred\x07 \xc2\x9b"
                                            "2J \xff end\r\n"),
                                 expect("QUIT"), test::send("221 bye\r\n"), test::close()},
                                more);
        QCOMPARE(r.status, 1);
        QVERIFY(r.out.contains("red"));
        QVERIFY2(isHarmless(r.out) && isHarmless(r.err), r.out.toPercentEncoding());
    }

    void aPeerThatHangsUpLeavesNoReply() {
        const CliRun r = sendTo({test::close()}, S::fromLatin1("--message m.eml --json"));
        QCOMPARE(r.status, 4);
        QVERIFY(r.objects().front()[S::fromLatin1("code")].isNull());
    }

    void aPlacementRunIsShownAgain() {
        const CliRun r = cli_.run(
            words(S::fromLatin1("placement run --lab --route lab --message m.eml --rate 50 --json")));
        QCOMPARE(r.status, 0);
        int seeds = 0;
        QHash<QString, QJsonObject> providers;
        for (const QJsonObject& o : r.objects()) {
            seeds += o.contains(S::fromLatin1("seed")) ? 1 : 0;
            if (!o.contains(S::fromLatin1("seed"))) providers[o[S::fromLatin1("provider")].toString()] = o;
        }
        QCOMPARE(seeds, 20);
        const QJsonObject gmail = providers[S::fromLatin1("gmail")];
        QCOMPARE(gmail[S::fromLatin1("inbox")].toInt(), 5);
        QCOMPARE(gmail[S::fromLatin1("spam")].toInt(), 1);
        const QJsonObject rate = gmail[S::fromLatin1("inbox_rate")].toObject();
        QCOMPARE(rate[S::fromLatin1("whole")].toInt(), 6);
        QVERIFY(rate[S::fromLatin1("low")].toDouble() < 5.0 / 6 &&
                rate[S::fromLatin1("high")].toDouble() > 5.0 / 6);
        // Nothing was judged there: unknown, not nothing.
        QVERIFY(providers[S::fromLatin1("dead")][S::fromLatin1("inbox_rate")].isNull());
        const QString id = r.objects().front()[S::fromLatin1("run")].toString();
        const CliRun again = cli_.run({S::fromLatin1("--json"), S::fromLatin1("placement"),
                                       S::fromLatin1("show"), S::fromLatin1("--lab"), id});
        QCOMPARE(again.status, 0);
        QCOMPARE(again.out, r.out);
        const CliRun table = cli_.run(words(S::fromLatin1("placement show --lab ") + id));
        QCOMPARE(table.status, 0);
        QVERIFY2(table.out.contains("83 % of 6"), table.out);
    }

    void aRunThatDoesNotExistIsRefused() {
        const CliRun r = cli_.run(
            words(S::fromLatin1("placement show --lab --json 0193a1b2-0000-7000-8000-000000000000")));
        QCOMPARE(r.status, 2);
        QCOMPARE(errorCode(r.objects().front()), S::fromLatin1("not-found"));
    }

    void cleanupTestCase() {
        lab_.terminate();
        QVERIFY(lab_.waitForFinished(10'000));
        QCOMPARE(lab_.exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestCliLab)
#include "tst_cli_lab.moc"
