// Mails made to hurt: each stays within its caps, in bounded time.
#include "support.h"

#include <QElapsedTimer>

using namespace waypost;
using namespace waypost::bounce;

namespace {

std::string times(size_t n, const std::string& what) {
    std::string out;
    out.reserve(n * what.size());
    for (size_t i = 0; i < n; ++i) out += what;
    return out;
}

std::string nested(size_t levels) {
    std::string out = "From: MAILER-DAEMON@example.net\nSubject: failure notice\n";
    for (size_t i = 0; i < levels; ++i) {
        const std::string b = "b" + std::to_string(i);
        out += "Content-Type: multipart/report; boundary=" + b + "\n\n--" + b + "\n";
    }
    return out + "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@example.org\n";
}

} // namespace

class TestBounceHostile : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void mails_data() {
        QTest::addColumn<QByteArray>("mail");
        const auto row = [](const char* name, const std::string& mail) {
            QTest::newRow(name) << QByteArray::fromStdString(mail);
        };
        const std::string head = "From: MAILER-DAEMON@example.net\nSubject: failure notice\n";
        row("twenty thousand levels of MIME", nested(20'000));
        row("twenty thousand encapsulated messages", times(20'000, "Content-Type: message/rfc822\n\n"));
        row("a hundred thousand header fields", head + times(100'000, "X: y\n") + "\nx\n");
        row("a header field of eight megabytes", head + "X: " + times(8'000'000, "a") + "\n\nx\n");
        row("a line of a hundred megabytes", head + "\n" + times(100'000'000, "a"));
        row("a text of NULs", head + "\n" + std::string(1'000'000, '\0'));
        row("a hundred thousand groups", dsn(times(100'000, "Final-Recipient: rfc822; a@example.org\n\n")));
        row("a group of a hundred thousand fields",
            dsn("Final-Recipient: rfc822; a@example.org\n" + times(100'000, "X-Y: z\n")));
        row("a field with a million folds", dsn("Diagnostic-Code: smtp;\n" + times(1'000'000, " x\n")));
        row("a hundred thousand addresses in the words",
            head + "\nThis is the qmail-send program\n" + times(100'000, "<a@example.org>:\nx\n"));
        row("different addresses without end", [&] {
            std::string text = head + "\nThis is the qmail-send program\n";
            for (int i = 0; i < 50'000; ++i) text += "<a" + std::to_string(i) + "@example.org>:\n550 no\n";
            return text;
        }());
        row("an address as long as a mail", head + "\n<" + times(2'000'000, "a") + "@example.org>: 550 no\n");
        row("at signs alone", head + "\n" + times(1'000'000, "@"));
        row("markup without end", head + "Content-Type: text/html\n\n" + times(1'000'000, "<"));
        row("failed recipients without end",
            head + "X-Failed-Recipients: " + times(10'000, "a@example.org, ") + "\n\nx\n");
        row("JSON in JSON", head + "\n{\"notificationType\":" + times(100'000, "{\"a\":"));
        row("broken UTF-8", head + "\n<a@example.org>: \xff\xfe\xc3 550 no\n");
    }

    void mails() {
        QFETCH(QByteArray, mail);
        QElapsedTimer timer;
        timer.start();
        const Report report = productParser().parse(mail.toStdString());
        QVERIFY(report.recipients.size() <= Report::maxRecipients);
        for (const Recipient& r : report.recipients) {
            QVERIFY(r.diagnostic.size() <= 16 * 1024);
            QVERIFY(r.addressAt.span.end() <= size_t(mail.size()));
            QVERIFY(r.diagnosticAt.span.end() <= size_t(mail.size()));
        }
        QVERIFY2(timer.elapsed() < 10'000, "bounded time, with room for sanitizers");
    }
};

QTEST_APPLESS_MAIN(TestBounceHostile)
#include "tst_bounce_hostile.moc"
