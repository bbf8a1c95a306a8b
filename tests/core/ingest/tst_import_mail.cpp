// Mails become events of their kind: once each, whatever file they come in.
#include "bounce/parser.h"
#include "ingest/evidence.h"
#include "store/event_queries.h"
#include "support.h"

#include <QTest>

using namespace waypost;
using namespace waypost::ingest;
namespace fs = std::filesystem;

namespace {

const std::string bounceMail =
    "From: MAILER-DAEMON@mail.example.net\nTo: me@example.net\nSubject: Undelivered Mail\nMessage-ID: "
    "<b1@example.net>\n"
    "Date: Mon, 2 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/report; "
    "report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: "
    "message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\nFinal-Recipient: rfc822; "
    "a@example.org\n"
    "Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1 User "
    "unknown\n\n"
    "Final-Recipient: rfc822; d@example.org\nAction: delayed\nStatus: 4.4.1\n\n"
    "Final-Recipient: rfc822; ok@example.org\nAction: relayed\nStatus: 2.0.0\n\n"
    "--b\nContent-Type: message/rfc822\n\nMessage-ID: <m1@example.net>\nFrom: me@example.net\nTo: "
    "a@example.org\n"
    "Subject: Hello\n\nBody\n--b--\n";
const std::string complaintMail =
    "From: fbl@example.org\nTo: me@example.net\nSubject: FW: Hello\nMessage-ID: <c1@example.org>\nDate: Mon, "
    "2 Nov 2026 "
    "10:01:00 +0000\nContent-Type: multipart/report; report-type=feedback-report; "
    "boundary=b\n\n--b\nContent-Type: "
    "message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: c@example.org\n--b\n"
    "Content-Type: message/rfc822\n\nMessage-ID: <m2@example.net>\nSubject: Hello\n\nBody\n--b--\n";
const std::string answerMail =
    "From: away@example.org\nTo: me@example.net\nSubject: Out of office\nMessage-ID: "
    "<o1@example.org>\nDate: Mon, 2 Nov 2026 10:02:00 +0000\nAuto-Submitted: auto-replied\n\nAway.\n";
const std::string letter =
    "From: friend@example.org\nTo: me@example.net\nSubject: lunch\nMessage-ID: <l1@example.org>\n"
    "Date: Mon, 2 Nov 2026 10:03:00 +0000\n\nLunch?\n";
const std::string separator = "From x@example.org Mon Nov  2 10:00:00 2026\n";

} // namespace

class TestImportMail : public QObject {
    Q_OBJECT

    std::shared_ptr<const reply::Classifier> classifier_ =
        *reply::Classifier::load(waypost::test::resources() / "rules");
    std::shared_ptr<const bounce::Parser> parser_ =
        *bounce::Parser::load(waypost::test::resources(), {classifier_.get(), nullptr});
    std::unique_ptr<store::Workspace> ws_;
    fs::path dir_;

    ImportResult import(const fs::path& file) {
        ImportOptions o = ingest::test::options();
        o.decoder.classifier = classifier_.get();
        o.decoder.bounces = parser_.get();
        o.lastLineWait = Millis{0};
        return importFiles({file}, writeTo(*ws_), o).at(0);
    }
    std::int64_t ofKind(reply::Kind kind) {
        return ingest::test::number(
            *ws_, "SELECT coalesce(sum(events), 0) FROM rollup_hour_class WHERE class / 256 = " +
                      std::to_string(int(kind)));
    }

  private Q_SLOTS:
    void init() {
        dir_ = waypost::test::temporaryFolder();
        ws_ = ingest::test::openWorkspace(dir_ / "w.waypost");
        QVERIFY(ws_);
    }
    void cleanup() { ws_.reset(); }

    void anMboxBecomesEventsOfTheirKinds() {
        ingest::test::put(dir_ / "mbox", separator + bounceMail + "\n" + separator + complaintMail + "\n" +
                                             separator + answerMail + "\n" + separator + letter);
        const ImportResult r = import(dir_ / "mbox");
        QVERIFY2(!r.error, r.error ? r.error->describe().c_str() : "");
        QCOMPARE(QString::fromStdString(r.format), QString("mbox"));
        QCOMPARE(r.records, 4u);
        QCOMPARE(r.events, 4u); // the bounce speaks of two that failed or wait; one was relayed
        QCOMPARE(r.skipped, 1u);
        QCOMPARE(r.rejected, 0u);
        QCOMPARE(ofKind(reply::Kind::Attempt), 0);
        QCOMPARE(ofKind(reply::Kind::AsyncBounce), 2);
        QCOMPARE(ofKind(reply::Kind::Complaint), 1);
        QCOMPARE(ofKind(reply::Kind::AutoReply), 1);
        QCOMPARE(ingest::test::differences(*ws_), std::string());
    }

    void theSameMailInAnotherFileBringsNothing() {
        ingest::test::put(dir_ / "mbox", separator + bounceMail + "\n");
        ingest::test::put(dir_ / "a.eml", bounceMail);
        QCOMPARE(import(dir_ / "mbox").events, 2u);
        const ImportResult again = import(dir_ / "a.eml");
        QCOMPARE(QString::fromStdString(again.format), QString("mail"));
        QCOMPARE(again.events, 0u);
        QCOMPARE(again.duplicates, 2u);
        QCOMPARE(import(dir_ / "mbox").events, 0u);
        QCOMPARE(ingest::test::storedEvents(*ws_), 2);
    }

    void aLetterIsNoEventAndNoError() {
        ingest::test::put(dir_ / "a.eml", letter);
        const ImportResult r = import(dir_ / "a.eml");
        QVERIFY(!r.error);
        QCOMPARE(r.events, 0u);
        QCOMPARE(r.skipped, 1u);
        QCOMPARE(r.rejected, 0u);
    }

    void withoutAParserMailsAreNotTaken() {
        ingest::test::put(dir_ / "a.eml", letter);
        const auto r = importFiles({dir_ / "a.eml"}, writeTo(*ws_), ingest::test::options()).at(0);
        QVERIFY(r.error.has_value());
    }
};

QTEST_APPLESS_MAIN(TestImportMail)
#include "tst_import_mail.moc"
