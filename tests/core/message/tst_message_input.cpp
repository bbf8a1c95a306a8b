// What is taken as a message, and what is refused with a sentence.
#include "message/input.h"

using namespace waypost;
using namespace waypost::message;

class TestMessageInput : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void wrongInputIsRefused_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, QByteArray input, ErrorCode code, const char* words) {
            QTest::newRow(name) << std::move(input) << int(code) << QString::fromUtf8(words);
        };
        row("nothing", "", ErrorCode::InvalidArgument, "nothing in it");
        row("white space alone", " \r\n\t\n", ErrorCode::InvalidArgument, "nothing in it");
        row("an Outlook message", QByteArray("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8), ErrorCode::Unsupported,
            ".msg");
        row("an Outlook message behind an empty line, though a field follows",
            QByteArray("\n\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\nSubject: a\n\nb\n", 24), ErrorCode::Unsupported,
            ".msg");
        row("a zip archive", QByteArray("PK\x03\x04zip", 7), ErrorCode::Unsupported, "zip");
        row("a gzip file", QByteArray("\x1F\x8B\x08", 3), ErrorCode::Unsupported, "gzip");
        row("octets without meaning", QByteArray(300, '\0'), ErrorCode::Unsupported, "Tried:");
        row("a header with a zero octet", QByteArray("From: a\0b@c.test\n\nx", 19), ErrorCode::Unsupported,
            "Tried:");
        row("a letter without header", "Dear all,\n\nhello: there\n", ErrorCode::Unsupported, "Tried:");
        row("a page", "\n <html><body>From: x</body>", ErrorCode::Unsupported, "HTML");
        row("two messages", "From a\nFrom: a@b.test\n\nx\n\nFrom b\nFrom: c@d.test\n\ny",
            ErrorCode::Unsupported, "2 messages");
        row("more than the cap", QByteArray(64 * 1024 * 1024 + 1, 'x'), ErrorCode::TooLarge, "64 MB");
    }
    void wrongInputIsRefused() {
        QFETCH(QByteArray, input);
        QFETCH(int, code);
        QFETCH(QString, words);
        auto taken = messageInput(input.toStdString());
        QVERIFY(!taken);
        QCOMPARE(int(taken.error().code), code);
        QVERIFY2(QString::fromStdString(taken.error().text).contains(words), taken.error().text.c_str());
    }

    void oneMessageOfAnMboxAndEmptyLinesInFrontAreTaken() {
        auto mbox = messageInput(
            "From a@b.test Fri Nov 20 09:00:00 2026\nFrom: a@b.test\nSubject: one\n\nFrom here\n");
        QVERIFY(mbox);
        QCOMPARE(mbox->title, std::string("one"));
        QVERIFY(!mbox->headersOnly);
        auto pasted = messageInput("\n\n\nFrom: a@b.test\nSubject: =?utf-8?b?w6Q=?=\n");
        QVERIFY(pasted);
        QCOMPARE(pasted->bytes, std::string("From: a@b.test\nSubject: =?utf-8?b?w6Q=?=\n"));
        QCOMPARE(pasted->title, std::string("ä"));
        QVERIFY(pasted->headersOnly);
    }
};

QTEST_APPLESS_MAIN(TestMessageInput)
#include "tst_message_input.moc"
