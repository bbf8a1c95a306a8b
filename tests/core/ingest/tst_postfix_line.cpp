#include "base/json.h"
#include "ingest/postfix_line.h"
#include "support/paths.h"

#include <fstream>

using namespace waypost;
using namespace waypost::ingest;

namespace {

QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}

} // namespace

class TestPostfixLine : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyFieldOfADelivery() {
        std::string line =
            "4XyZ1c2N3mz9rxC: to=<a@example.org>, orig_to=<b@example.net>, "
            "relay=mx.example.org[192.0.2.5]:25, conn_use=2, delay=1.4, delays=0.1/0/0.5/0.8, tls=dane, "
            "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9F2)";
        auto l = readPostfixLine("smtp", line);
        QCOMPARE(l.kind, PostfixKind::Delivery);
        QCOMPARE(q(l.queueId), QString("4XyZ1c2N3mz9rxC"));
        QCOMPARE(q(l.to), QString("a@example.org"));
        QCOMPARE(q(l.origTo), QString("b@example.net"));
        QCOMPARE(q(l.relay), QString("mx.example.org"));
        QCOMPARE(q(l.relayIp), QString("192.0.2.5"));
        QCOMPARE(l.relayPort, 25);
        QCOMPARE(l.connUse, 2);
        QCOMPARE(l.delayMs, 1400);
        QCOMPARE(l.delaysMs[0], 100);
        QCOMPARE(l.delaysMs[1], 0);
        QCOMPARE(l.delaysMs[2], 500);
        QCOMPARE(l.delaysMs[3], 800);
        QCOMPARE(q(l.tls), QString("dane"));
        QCOMPARE(q(l.dsn), QString("2.0.0"));
        QCOMPARE(q(l.status), QString("sent"));
        QCOMPARE(q(l.text), QString("250 2.0.0 Ok: queued as 9F2"));
    }

    void forgedFields_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("status");
        QString head =
            "3F1A2B3C4D: to=<a@example.org>, relay=mx[192.0.2.5]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, ";
        QTest::newRow("status=sent in the reply")
            << head + "status=bounced (host mx[192.0.2.5] said: 550 5.1.1 no, status=sent (250 ok))"
            << "a@example.org" << "bounced";
        QTest::newRow("a recipient in the reply") << head + "status=deferred (host mx[192.0.2.5] said: 450 "
                                                            "to=<x@example.net>, status=sent (250 ok) (in "
                                                            "reply to RCPT TO command))"
                                                  << "a@example.org" << "deferred";
        QTest::newRow("a status in a quoted local part")
            << "3F1A2B3C4D: to=<\"a>, dsn=2.0.0, status=sent (250 ok) \"@example.org>, relay=none, delay=1, "
               "dsn=5.4.4, status=bounced (x)"
            << "\"a>, dsn=2.0.0, status=sent (250 ok) \"@example.org" << "bounced";
        QTest::newRow("a quoted quote")
            << "3F1A2B3C4D: to=<\"a\\\"> b\"@example.org>, relay=none, delay=1, dsn=5.4.4, status=bounced (x)"
            << "\"a\\\"> b\"@example.org" << "bounced";
    }
    void forgedFields() {
        QFETCH(QString, line);
        QFETCH(QString, to);
        QFETCH(QString, status);
        std::string bytes = line.toStdString();
        auto l = readPostfixLine("smtp", bytes);
        QCOMPARE(l.kind, PostfixKind::Delivery);
        QCOMPARE(q(l.to), to);
        QCOMPARE(q(l.status), status);
    }

    void stages_data() {
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("out"); // stage|host|code|enhanced|text
        QTest::newRow("in reply to RCPT TO")
            << "bounced"
            << "host mx.example[192.0.2.1] said: 550 5.1.1 <a@b>: unknown (in reply to RCPT TO command)"
            << "rcpt|mx.example|550|5.1.1|550 5.1.1 <a@b>: unknown";
        QTest::newRow("in reply to MAIL FROM")
            << "deferred"
            << "host mx[2001:db8::1] said: 421-4.7.28 slow 421 4.7.28 down (in reply to MAIL FROM command)"
            << "mail|mx|421|4.7.28|421-4.7.28 slow 421 4.7.28 down";
        QTest::newRow("in reply to end of DATA")
            << "bounced" << "host mx[192.0.2.1] said: 554 no (in reply to end of DATA command)"
            << "body|mx|554||554 no";
        QTest::newRow("in reply to DATA")
            << "bounced" << "host mx[192.0.2.1] said: 554 5.5.1 no (in reply to DATA command)"
            << "data|mx|554|5.5.1|554 5.5.1 no";
        QTest::newRow("a forged command inside the reply")
            << "bounced"
            << "host mx[192.0.2.1] said: 550 a (in reply to DATA command) b (in reply to RCPT TO command)"
            << "rcpt|mx|550||550 a (in reply to DATA command) b";
        QTest::newRow("a refusal at the greeting")
            << "deferred" << "host mx[192.0.2.1] refused to talk to me: 450 4.3.2 try again later"
            << "connect|mx|450|4.3.2|450 4.3.2 try again later";
        QTest::newRow("a refused connection")
            << "deferred" << "connect to mx[192.0.2.1]:25: Connection refused"
            << "connect|mx|0||connect to mx[192.0.2.1]:25: Connection refused";
        QTest::newRow("a connection lost while sending RCPT TO")
            << "deferred" << "lost connection with mx[192.0.2.1] while sending RCPT TO"
            << "rcpt|mx|0||lost connection with mx[192.0.2.1] while sending RCPT TO";
        QTest::newRow("a connection lost at the greeting")
            << "deferred"
            << "conversation with mx[192.0.2.1] timed out while receiving the initial server greeting"
            << "connect|mx|0||conversation with mx[192.0.2.1] timed out while receiving the initial server "
               "greeting";
        QTest::newRow("a connection lost in the body")
            << "deferred" << "lost connection with mx[192.0.2.1] while sending message body"
            << "body|mx|0||lost connection with mx[192.0.2.1] while sending message body";
        QTest::newRow("TLS required")
            << "deferred" << "TLS is required, but was not offered by host mx[192.0.2.1]"
            << "tls||0||TLS is required, but was not offered by host mx[192.0.2.1]";
        QTest::newRow("failed authentication")
            << "deferred" << "SASL authentication failed; server mx[192.0.2.1] said: 535 5.7.8 no"
            << "auth|mx|535|5.7.8|535 5.7.8 no";
        QTest::newRow("accepted") << "sent" << "250 2.0.0 Ok" << "body||250|2.0.0|250 2.0.0 Ok";
        QTest::newRow("no such domain")
            << "bounced"
            << "Host or domain name not found. Name service error for name=x.example type=MX: Host not found"
            << "connect||0||Host or domain name not found. Name service error for name=x.example type=MX: "
               "Host not found";
        QTest::newRow("a year is no code") << "sent" << "2500 mails" << "unknown||0||2500 mails";
    }
    void stages() {
        QFETCH(QString, status);
        QFETCH(QString, text);
        QFETCH(QString, out);
        std::string t = text.toStdString(), s = status.toStdString();
        PostfixLine l;
        l.text = t;
        l.status = s;
        auto r = readPostfixReply(l);
        QCOMPARE(q(reply::stageName(r.stage)) + "|" + q(r.host) + "|" + QString::number(r.code) + "|" +
                     q(r.enhanced) + "|" + q(r.text),
                 out);
    }

    void suspendedIsNoAttempt() {
        PostfixLine l;
        l.status = "deferred";
        l.text = "delivery temporarily suspended: connect to mx[192.0.2.1]:25: Connection refused";
        auto r = readPostfixReply(l);
        QVERIFY(!r.attempted);
        QCOMPARE(q(r.text), QString("connect to mx[192.0.2.1]:25: Connection refused"));
        QCOMPARE(r.stage, reply::Stage::Connect);
    }

    void otherKinds_data() {
        QTest::addColumn<QString>("service");
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("kind");
        QTest::newRow("queue active") << "qmgr" << "3F1A2B3C4D: from=<a@b>, size=10, nrcpt=1 (queue active)"
                                      << int(PostfixKind::Active);
        QTest::newRow("expired") << "qmgr" << "3F1A2B3C4D: from=<a@b>, status=expired, returned to sender"
                                 << int(PostfixKind::Expired);
        QTest::newRow("removed") << "qmgr" << "3F1A2B3C4D: removed" << int(PostfixKind::Removed);
        QTest::newRow("message id") << "cleanup" << "3F1A2B3C4D: message-id=<x@y>"
                                    << int(PostfixKind::MessageId);
        QTest::newRow("client") << "smtpd" << "3F1A2B3C4D: client=h[192.0.2.1], sasl_method=PLAIN"
                                << int(PostfixKind::Client);
        QTest::newRow("reject")
            << "smtpd"
            << "NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 5.7.1 no; from=<a@b> to=<c@d> "
               "proto=ESMTP helo=<x>, status=sent (250 ok)"
            << int(PostfixKind::Refusal);
        QTest::newRow("a milter's reject")
            << "cleanup"
            << "3F1A2B3C4D: milter-reject: END-OF-MESSAGE from h[192.0.2.1]: 5.7.1 no; "
               "from=<a@b> to=<c@d> proto=ESMTP helo=<x>"
            << int(PostfixKind::Refusal);
        QTest::newRow("bounce") << "bounce" << "3F1A2B3C4D: sender non-delivery notification: ADD2F8052"
                                << int(PostfixKind::Bounce);
        QTest::newRow("a warning") << "smtp" << "warning: to=<a@b>, status=sent (250)"
                                   << int(PostfixKind::Other);
        QTest::newRow("a broken delivery")
            << "smtp" << "3F1A2B3C4D: to=<a@b>, relay=mx[1" << int(PostfixKind::Malformed);
        QTest::newRow("a recipient without end")
            << "smtp" << "3F1A2B3C4D: to=<a@b, relay=none" << int(PostfixKind::Malformed);
        QTest::newRow("nothing") << "smtp" << "" << int(PostfixKind::Other);
    }
    void otherKinds() {
        QFETCH(QString, service);
        QFETCH(QString, line);
        QFETCH(int, kind);
        std::string s = service.toStdString(), l = line.toStdString();
        auto r = readPostfixLine(s, l);
        QCOMPARE(int(r.kind), kind);
        QCOMPARE(r.kind == PostfixKind::Malformed, !r.reason.empty());
    }

    void refusalFields() {
        auto l = readPostfixLine("smtpd", "NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 5.7.1 no; from=<a@b> "
                                          "to=<c@d> proto=ESMTP helo=<x>");
        QCOMPARE(q(l.client), QString("h[192.0.2.1]"));
        QCOMPARE(q(l.from), QString("a@b"));
        QCOMPARE(q(l.to), QString("c@d"));
        QCOMPARE(q(l.text), QString("554 5.7.1 no"));
    }

    // Every field that both know, of every line of the public grok tests.
    void publicCorpus() {
        std::ifstream in(test::corpora() / "logs" / "postfix-grok.jsonl");
        if (!in) QSKIP("corpus logs/postfix-grok.jsonl absent");
        std::string line;
        int deliveries = 0, compared = 0;
        while (std::getline(in, line)) {
            auto parsed = json::parse(line, "postfix-grok.jsonl");
            QVERIFY(parsed.has_value());
            const auto& o = parsed->as_object();
            std::string pattern(json::text(o, "pattern")), data(json::text(o, "data"));
            std::string service = text::serviceOf(pattern);
            const auto* fields = json::child(o, "fields");
            auto l = readPostfixLine(service, data);
            compareOne(o, *fields, l, data, deliveries, compared);
            if (QTest::currentTestFailed()) return;
        }
        QVERIFY(deliveries >= 8);
        QVERIFY2(compared >= 40, qPrintable(QString::number(compared)));
    }

  private:
    struct text {
        // "^%{POSTFIX_SMTP}$" is a line of smtp.
        static std::string serviceOf(const std::string& pattern) {
            size_t from = pattern.find("POSTFIX_");
            std::string name;
            for (size_t i = from + 8; from != std::string::npos && i < pattern.size() && pattern[i] != '}';
                 ++i)
                name += char(std::tolower(pattern[i]));
            return name;
        }
    };

    void compareOne(const json::object& o, const json::object& fields, const PostfixLine& l,
                    const std::string& data, int& deliveries, int& compared) {
        auto check = [&](std::string_view key, std::string_view ours) {
            if (!fields.contains(key)) return;
            ++compared;
            if (ours != json::text(fields, key))
                QFAIL(qPrintable(q(json::text(o, "name")) + " " + q(key) + ": " + q(ours)));
        };
        if (json::text(fields, "postfix_queueid") != "NOQUEUE") check("postfix_queueid", l.queueId);
        check("postfix_message-id", l.messageId);
        check("postfix_from", l.from);
        check("postfix_bounce_queueid", l.bounceId);
        if (l.kind == PostfixKind::Delivery || l.kind == PostfixKind::Expired)
            check("postfix_status", l.status);
        if (data.find(": to=") == std::string::npos) return;
        ++deliveries;
        QCOMPARE(l.kind, PostfixKind::Delivery);
        check("postfix_smtp_response", l.text);
        check("postfix_local_response", l.text);
        check("postfix_to", l.to);
        check("postfix_dsn", l.dsn);
    }
};

QTEST_APPLESS_MAIN(TestPostfixLine)
#include "tst_postfix_line.moc"
