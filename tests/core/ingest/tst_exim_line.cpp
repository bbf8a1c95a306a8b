#include "ingest/exim_line.h"

#include <QTest>

using namespace waypost;
using namespace waypost::ingest;

namespace {

QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}

const std::string oldId = "1b56Bg-0004ft-Fe ";
const std::string newId = "1qkZ2h-00000003xAz-3rDB ";

} // namespace

class TestEximLine : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyFieldOfADelivery() {
        const std::string body =
            newId + "=> b@two.example <alias@one.example> F=<s@app.example> P=<s@app.example> R=dnslookup "
                    "T=remote_smtp S=2210 H=mx.two.example [192.0.2.9]:25* I=[198.51.100.7]:41022 "
                    "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes DN=\"C=XX, CN=mx\" A=plain:user PRDR K "
                    "C=\"250 2.0.0 \\\"Ok\\\" id=9F2\" QT=1m3s DT=0.250s";
        const auto l = readEximLine(body);
        QCOMPARE(l.kind, EximKind::Delivered);
        QCOMPARE(q(l.id), q(newId).trimmed());
        QCOMPARE(q(l.address), QString("b@two.example"));
        QCOMPARE(q(l.original), QString("alias@one.example"));
        QCOMPARE(q(l.sender), QString("s@app.example"));
        QCOMPARE(q(l.router), QString("dnslookup"));
        QCOMPARE(q(l.transport), QString("remote_smtp"));
        QCOMPARE(q(l.host), QString("mx.two.example"));
        QCOMPARE(q(l.ip), QString("192.0.2.9"));
        QCOMPARE(q(l.localIp), QString("198.51.100.7"));
        QCOMPARE(q(l.tls), QString("TLS1.3"));
        QCOMPARE(l.size, 2210);
        QCOMPARE(l.queueMs, 63'000);
        QCOMPARE(l.deliveryMs, 250);
        const auto said = readEximReply(l);
        QCOMPARE(said.code, 250);
        QCOMPARE(q(said.enhanced), QString("2.0.0"));
        std::string text;
        unescapeExim(said.text, true, text);
        QCOMPARE(q(text), QString("250 2.0.0 \"Ok\" id=9F2"));
    }

    void arrivals_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("sender");
        QTest::addColumn<QString>("messageId");
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("recipients");
        auto row = [](const char* name, const char* body, const char* sender, const char* id, int size,
                      int n) { QTest::newRow(name) << q(oldId) + body << sender << id << size << n; };
        row("from another host",
            "<= s@app.example H=mail.app.example (helo) [192.0.2.1]:39926 P=esmtps S=3455 id=m1@app.example",
            "s@app.example", "m1@app.example", 3455, -1);
        row("with its recipients",
            "<= s@app.example H=(helo) [192.0.2.1] P=esmtp S=10 id=m1@x T=\"for you\" for a@b c@d",
            "s@app.example", "m1@x", 10, 2);
        row("a bounce has no sender", "<= <> R=1b56Bg-0004ft-Fd U=exim P=local S=1200", "", "", 1200, -1);
        row("a quoted sender", "<= \"spaced user\"@app.example U=spaced user P=local S=5",
            "\"spaced user\"@app.example", "", 5, -1);
    }
    void arrivals() {
        QFETCH(QString, body);
        const std::string bytes = body.toStdString();
        const auto l = readEximLine(bytes);
        QCOMPARE(l.kind, EximKind::Arrival);
        QTEST(q(l.address), "sender");
        QTEST(q(l.messageId), "messageId");
        QTEST(int(l.size), "size");
        QTEST(int(l.recipients), "recipients");
    }

    void failures_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("stage");
        QTest::addColumn<bool>("attempted");
        using reply::Stage;
        auto row = [](const char* name, const char* body, const char* address, const char* text, int code,
                      const char* host, Stage stage, bool attempted = true) {
            QTest::newRow(name) << q(oldId) + body << address << text << code << host << int(stage)
                                << attempted;
        };
        row("a refusal of the remote",
            "** c@two.example R=dnslookup T=remote_smtp H=mx.two.example [192.0.2.9]: SMTP error from remote "
            "mail "
            "server after RCPT TO:<c@two.example>: 550 5.1.1 no such user",
            "c@two.example", "550 5.1.1 no such user", 550, "mx.two.example", Stage::Rcpt);
        row("the older form with the host inside",
            "** c@two.example R=dnslookup T=remote_smtp: SMTP error from remote mail server after MAIL "
            "FROM:<s@app.example> SIZE=1222: host mx.two.example [192.0.2.9]: 552 too big",
            "c@two.example", "552 too big", 552, "mx.two.example", Stage::Mail);
        row("a colon and a reply inside the recipient",
            "** \"a: 250 ok> b\"@two.example R=r T=t H=mx [192.0.2.9]: SMTP error from remote mail server "
            "after "
            "end of data: 554 no",
            "\"a: 250 ok> b\"@two.example", "554 no", 554, "mx", Stage::Body);
        row("no route", "** d@x.example : Unrouteable address", "d@x.example", "Unrouteable address", 0, "",
            Stage::Unknown);
        row("the retry time is over", "** d@x.example <e@y.example>: retry timeout exceeded", "d@x.example",
            "retry timeout exceeded", 0, "", Stage::Unknown, false);
        row("a time behind the text", "** d@x.example R=r : Unrouteable DT=0.02s", "d@x.example",
            "Unrouteable", 0, "", Stage::Unknown);
        row("a pipe with arguments",
            "** |/bin/echo \"a <b> : c\" <u@x.example> R=r1 T=t2 : return message generated",
            "|/bin/echo \"a <b> : c\"", "return message generated", 0, "", Stage::Unknown);
        row("a deferral of the remote",
            "== c@two.example R=dnslookup T=remote_smtp defer (-44) H=mx.two.example [192.0.2.9]: SMTP error "
            "from "
            "remote mail server after RCPT TO:<c@two.example>: 451 4.7.1 greylisted",
            "c@two.example", "451 4.7.1 greylisted", 451, "mx.two.example", Stage::Rcpt);
        row("a greeting that defers",
            "== c@two.example R=d T=r defer (0) H=mx [192.0.2.9]:25 DT=1s: SMTP error from remote mail "
            "server after "
            "initial connection: 421 busy",
            "c@two.example", "421 busy", 421, "mx", Stage::Connect);
        row("nobody listens", "== c@two.example R=dnslookup T=remote_smtp defer (111): Connection refused",
            "c@two.example", "Connection refused", 0, "", Stage::Connect);
        row("an error of the system, then the host",
            "== c@two.example R=d T=r defer (110): Connection timed out H=mx.two.example [192.0.2.9]",
            "c@two.example", "Connection timed out", 0, "mx.two.example", Stage::Connect);
        row("not tried yet", "== c@two.example routing defer (-52): retry time not reached", "c@two.example",
            "retry time not reached", 0, "", Stage::Unknown, false);
        row("no host may be tried yet",
            "== c@two.example R=d T=r defer (-54): retry time not reached for any host for 'two.example'",
            "c@two.example", "retry time not reached for any host for 'two.example'", 0, "", Stage::Unknown,
            false);
        row("fields in the remote's words are words",
            "** c@two.example R=d T=r H=mx [192.0.2.9]: SMTP error from remote mail server after DATA: 550 "
            "R=x H=y [1] "
            "=> a@b C=\"250 ok\"",
            "c@two.example", "550 R=x H=y [1] => a@b C=\"250 ok\"", 550, "mx", Stage::Data);
    }
    void failures() {
        QFETCH(QString, body);
        const std::string bytes = body.toStdString();
        const auto l = readEximLine(bytes);
        QVERIFY(l.kind == EximKind::Failed || l.kind == EximKind::Deferred);
        const auto said = readEximReply(l);
        QTEST(q(l.address), "address");
        QTEST(q(said.text), "text");
        QTEST(int(said.code), "code");
        QTEST(q(l.host.empty() ? said.host : l.host), "host");
        QTEST(int(said.stage), "stage");
        QTEST(said.attempted, "attempted");
    }

    void kinds_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<int>("kind");
        auto row = [](const char* name, const QString& body, EximKind kind) {
            QTest::newRow(name) << body << int(kind);
        };
        const QString id = q(oldId);
        row("a deferral that breaks off inside its number", id + "== a@b R=r T=t defer (111 4.7.0 later",
            EximKind::Deferred);
        row("a further address of one delivery", id + "-> a@b R=r T=t", EximKind::Delivered);
        row("cutthrough", id + ">> a@b R=r T=t", EximKind::Delivered);
        row("suppressed by -N is no delivery", id + "*> a@b R=r T=t", EximKind::Other);
        row("the end", id + "Completed", EximKind::Completed);
        row("the end with its time", id + "Completed QT=3s", EximKind::Completed);
        row("a delivery of nothing", id + "=> ", EximKind::Malformed);
        row("a delivery that breaks off", id + "=>", EximKind::Other);
        row("a refused recipient", "H=(x) [192.0.2.1] F=<a@b> rejected RCPT <c@d>: relay not permitted",
            EximKind::Refusal);
        row("a daemon's start", "exim 4.97 daemon started: pid=1, -q30m, listening", EximKind::Other);
        row("an id of another length", "1b56Bg-0004ft-F => a@b", EximKind::Other);
    }
    void kinds() {
        QFETCH(QString, body);
        const std::string bytes = body.toStdString();
        QTEST(int(readEximLine(bytes).kind), "kind");
    }

    void stamps_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("at");
        QTest::newRow("plain") << "2026-11-01 03:02:01 x" << "2026-11-01T01:02:01Z";
        QTest::newRow("with milliseconds") << "2026-11-01 03:02:01.250 x" << "2026-11-01T01:02:01.250Z";
        QTest::newRow("with its zone") << "2026-11-01 03:02:01 -0130 x" << "2026-11-01T04:32:01Z";
        QTest::newRow("with zone and pid") << "2026-11-01 03:02:01 +0000 [123] x" << "2026-11-01T03:02:01Z";
        QTest::newRow("with a pid") << "2026-11-01 03:02:01 [123] x" << "2026-11-01T01:02:01Z";
        QTest::newRow("through syslog")
            << "2026-11-01T03:02:01+00:00 mx exim[9]: 2026-11-01 05:02:01 x" << "2026-11-01T03:02:01Z";
        QTest::newRow("through syslog without its own")
            << "2026-11-01T03:02:01+00:00 mx exim4[9]: x" << "2026-11-01T03:02:01Z";
    }
    void stamps() {
        QFETCH(QString, line);
        QFETCH(QString, at);
        EximHead heads(UtcTime{1'800'000'000'000}, {false, 120});
        UtcTime time;
        std::string_view body;
        const std::string bytes = line.toStdString();
        QVERIFY(heads.read(bytes, time, body));
        QCOMPARE(q(body), QString("x"));
        QCOMPARE(time.ms, parseUtc(at.toStdString())->ms);
    }

    void durations() {
        QCOMPARE(eximDuration("5s"), 5000);
        QCOMPARE(eximDuration("0.023s"), 23);
        QCOMPARE(eximDuration("2d3h"), 183'600'000);
        QCOMPARE(eximDuration(""), -1);
        QCOMPARE(eximDuration("5"), -1);
        QCOMPARE(eximDuration("s"), -1);
    }
};

QTEST_APPLESS_MAIN(TestEximLine)
#include "tst_exim_line.moc"
