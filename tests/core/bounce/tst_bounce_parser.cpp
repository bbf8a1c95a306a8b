// One mail, one report: kinds, recipients, what became of them, and where it stands in the mail.
#include "support.h"

using namespace waypost;
using namespace waypost::bounce;

namespace {

std::string textOf(const Recipient& r) {
    return r.address + " " + std::string(actionName(r.action)) + " " + r.status + " " +
           std::string(reply::categoryName(r.category)) + " " +
           std::string(reply::permanenceName(r.permanence));
}

struct Row {
    const char* name;
    std::string mail;
    Kind kind;
    std::vector<std::string> recipients; // textOf()
};

const std::string message = "Reporting-MTA: dns; mail.example.net\n\n";

std::vector<Row> rows() {
    return {
        {"a failed recipient",
         dsn(message + "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n"
                       "Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 <a@example.org>: "
                       "User unknown\n"),
         Kind::Dsn,
         {"a@example.org failed 5.1.1 rejected-invalid-user permanent"}},
        {"folded fields, and a fold that lost its white space",
         dsn(message + "Final-Recipient: rfc822;\n a@example.org\nAction: failed\nStatus: "
                       "5.2.2\nDiagnostic-Code: smtp;\n"
                       " 552 5.2.2 The mailbox\nis full\n"),
         Kind::Dsn,
         {"a@example.org failed 5.2.2 deferred-mailbox permanent"}},
        {"several recipients with their own ends",
         dsn(message + "Final-Recipient: rfc822; a@example.org\nAction: relayed\nStatus: 2.0.0\n\n"
                       "Final-Recipient: rfc822; b@example.org\nAction: delayed\nStatus: 4.4.1\n"
                       "Diagnostic-Code: smtp; 451 4.4.1 connection timed out\n\n"
                       "Final-Recipient: rfc822; c@example.org\nAction: expanded\nStatus: 2.0.0\n"),
         Kind::Dsn,
         {"a@example.org relayed 2.0.0 accepted ",
          "b@example.org delayed 4.4.1 deferred-infrastructure temporary",
          "c@example.org expanded 2.0.0 accepted "}},
        {"groups that run into each other",
         dsn("Reporting-MTA: dns; mail.example.net\nFinal-Recipient: rfc822; a@example.org\nAction: failed\n"
             "Status: 5.1.1\nFinal-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.1.1\n"),
         Kind::Dsn,
         {"a@example.org failed 5.1.1 rejected-invalid-user permanent",
          "b@example.org failed 5.1.1 rejected-invalid-user permanent"}},
        {"an empty line inside a group",
         dsn(message + "Original-Recipient: rfc822; a@example.org\nFinal-Recipient: rfc822; a@example.org\n\n"
                       "Action: failed\nStatus: 5.1.1\n"),
         Kind::Dsn,
         {"a@example.org failed 5.1.1 rejected-invalid-user permanent"}},
        {"an address with UTF-8 and with escapes of RFC 6533",
         dsn(message + "Final-Recipient: utf-8; \\x{5B57}@example.org\nAction: failed\nStatus: 5.1.1\n",
             "Sorry.\n", "message/global-delivery-status"),
         Kind::Dsn,
         {"字@example.org failed 5.1.1 rejected-invalid-user permanent"}},
        {"a bounce of a bounce speaks of the outer one",
         dsn(message + "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n") +
             "\n--c\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; x@example.org\n",
         Kind::Dsn,
         {"a@example.org failed 5.1.1 rejected-invalid-user permanent"}},
        {"no status part and no address in the words: the header of the returned message",
         dsn("", "It could not be delivered.\n"),
         Kind::Dsn,
         {"shown@example.org failed  unclassified temporary"}},
        {"status fields in the text",
         "From: MAILER-DAEMON@example.net\nSubject: Delivery Status Notification (Failure)\n\nTechnical "
         "report:\n\n"
         "Reporting-MTA: dns; a.example.net\n\nAction: failed\nFinal-Recipient: rfc822; a@example.org\n"
         "Diagnostic-Code: smtp; 550 5.1.1 User unknown\nStatus: 5.1.1\n",
         Kind::Dsn,
         {"a@example.org failed 5.1.1 rejected-invalid-user permanent"}},
        {"an abuse report",
         "From: fbl@example.org\nSubject: FW: Hello\nContent-Type: multipart/report; "
         "report-type=feedback-report; "
         "boundary=b\n\n--b\nContent-Type: text/plain\n\nA complaint.\n--b\nContent-Type: "
         "message/feedback-report\n\n"
         "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <a@example.org>\n"
         "Original-Rcpt-To: b@example.org\n--b\nContent-Type: message/rfc822\n\nSubject: "
         "Hello\n\nBody\n--b--\n",
         Kind::Arf,
         {"a@example.org   unclassified ", "b@example.org   unclassified "}},
        {"a thin report of JMRP",
         "From: <staff@hotmail.com>\nSubject: complaint about message from 192.0.2.1\nContent-Type: "
         "multipart/mixed; "
         "boundary=b\n\n--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: a@example.org\nTo: "
         "list@example.net"
         "\nSubject: Hello\n\nBody\n--b--\n",
         Kind::Arf,
         {"a@example.org   unclassified "}},
        {"an answer by Auto-Submitted",
         "From: a@example.org\nReturn-Path: <>\nSubject: Hello\nAuto-Submitted: auto-replied (vacation)\n\nI "
         "am away.\n"
         "b@example.org\n",
         Kind::AutoReply,
         {"a@example.org   unclassified "}},
        {"an answer by its subject",
         "From: a@example.org\nSubject: =?utf-8?Q?R=C3=A9ponse_automatique?= : Bonjour\n\nJe suis absent.\n",
         Kind::AutoReply,
         {"a@example.org   unclassified "}},
        {"a challenge",
         "From: a@example.org\nSubject: Please confirm your message\n\nClick.\n",
         Kind::AutoReply,
         {"a@example.org   unclassified "}},
        {"a letter that talks about a bounce",
         "From: a@example.org\nSubject: lunch\n\nYour mail to b@example.org bounced "
         "yesterday: 550 5.1.1 user unknown.\n",
         Kind::NotABounce,
         {}},
        {"a newsletter",
         "From: News <news@example.org>\nList-Id: <n.example.org>\nSubject: Our prices\n\nBuy.\n",
         Kind::NotABounce,
         {}},
        {"nothing at all", "", Kind::NotABounce, {}},
    };
}

} // namespace

class TestBounceParser : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void mails_data() {
        QTest::addColumn<int>("row");
        int i = 0;
        for (const Row& r : rows()) QTest::newRow(r.name) << i++;
    }

    void mails() {
        QFETCH(int, row);
        const Row r = rows()[size_t(row)];
        const Report report = productParser().parse(r.mail);
        QCOMPARE(kindName(report.kind), kindName(r.kind));
        QCOMPARE(report.recipients.size(), r.recipients.size());
        for (size_t i = 0; i < r.recipients.size(); ++i)
            QCOMPARE(QString::fromStdString(textOf(report.recipients[i])),
                     QString::fromStdString(r.recipients[i]));
    }

    void evidencePointsToTheBytes_data() {
        QTest::addColumn<QByteArray>("mail");
        const std::string status = message + "Final-Recipient: rfc822; a@example.org\nAction: failed\n"
                                             "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n";
        QTest::newRow("status part, LF") << QByteArray::fromStdString(dsn(status));
        QTest::newRow("status part, CRLF") << QByteArray::fromStdString(dsn(status)).replace("\n", "\r\n");
        const QByteArray qmail(
            "From: MAILER-DAEMON@example.net\nSubject: failure notice\n\nHi. This is the qmail-send "
            "program at example.net.\n\n<a@example.org>:\nRemote host said: 550 5.1.1 User unknown\n\n"
            "--- Below this line is a copy of the message.\n");
        QTest::newRow("text, LF") << qmail;
        QTest::newRow("text, CRLF") << QByteArray(qmail).replace("\n", "\r\n");
    }

    void evidencePointsToTheBytes() {
        QFETCH(QByteArray, mail);
        const Report report = productParser().parse(mail.toStdString());
        QCOMPARE(report.recipients.size(), size_t(1));
        const Recipient& r = report.recipients[0];
        QVERIFY(r.addressAt.exact);
        QCOMPARE(mail.mid(qsizetype(r.addressAt.span.offset), qsizetype(r.addressAt.span.length)),
                 "a@example.org");
        QCOMPARE(mail.mid(qsizetype(r.diagnosticAt.span.offset), qsizetype(r.diagnosticAt.span.length)),
                 "550 5.1.1 User unknown");
    }

    void encodedWordsAreFoundByTheirPart() {
        const std::string words = "<a@example.org>: 550 5.1.1 User unknown\n";
        std::string base64 = "PGFAZXhhbXBsZS5vcmc+OiA1NTAgNS4xLjEgVXNlciB1bmtub3duCg==\n";
        const Report report =
            productParser().parse("From: MAILER-DAEMON@example.net\nSubject: failure notice\n"
                                  "Content-Transfer-Encoding: base64\n\n" +
                                  base64);
        QCOMPARE(report.recipients.size(), size_t(1));
        QCOMPARE(report.recipients[0].address, std::string("a@example.org"));
        QVERIFY(!report.recipients[0].addressAt.exact);
        QVERIFY(report.recipients[0].addressAt.span.length > 0);
    }

    void originalRecipientIsRecovered() {
        const std::string status =
            message + "Original-Recipient: rfc822; ours@example.org\n"
                      "Final-Recipient: rfc822; theirs@example.org\nAction: failed\nStatus: 5.1.1\n";
        QCOMPARE(productParser().parse(dsn(status)).recipients.at(0).original,
                 std::string("ours@example.org"));
        const Report verp =
            productParser().parse("From: MAILER-DAEMON@example.net\nTo: "
                                  "bounces+ours=example.org@me.example.net\nSubject: failure notice\n\n"
                                  "<theirs@example.com>:\n550 5.1.1 User unknown\n");
        QCOMPARE(verp.recipients.at(0).original, std::string("ours@example.org"));
    }

    void variableReturnPaths_data() {
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("recipient");
        QTest::newRow("plus") << "bounces+user=example.org@our.example" << "user@example.org";
        QTest::newRow("minus") << "news-12-user=example.org@our.example" << "12-user@example.org";
        QTest::newRow("none") << "user@our.example" << "";
        QTest::newRow("no host behind the sign") << "a+b=c@our.example" << "";
        QTest::newRow("a rewritten sender") << "SRS0=ab=cd=example.org=user@our.example" << "";
    }

    void variableReturnPaths() {
        QFETCH(QString, address);
        QFETCH(QString, recipient);
        QCOMPARE(QString::fromStdString(verpRecipient(address.toStdString())), recipient);
    }
};

QTEST_APPLESS_MAIN(TestBounceParser)
#include "tst_bounce_parser.moc"
