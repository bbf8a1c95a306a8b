#include "base/text.h"

using namespace waypost;

class TestText : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void printable_data() {
        QTest::addColumn<QByteArray>("in");
        QTest::addColumn<QByteArray>("out");
        QTest::newRow("plain text stays") << QByteArray("550 5.1.1 no") << QByteArray("550 5.1.1 no");
        QTest::newRow("an escape sequence is shown, not sent")
            << QByteArray("a\x1b[2Jb") << QByteArray("a\\x1b[2Jb");
        QTest::newRow("valid UTF-8 stays") << QByteArray("b\xc3\xbc") << QByteArray("b\xc3\xbc");
        QTest::newRow("broken UTF-8 is shown as octets") << QByteArray("\xc3(") << QByteArray("\\xc3(");
        QTest::newRow("an overlong slash is not a slash")
            << QByteArray("\xc0\xaf") << QByteArray("\\xc0\\xaf");
        QTest::newRow("a right-to-left override is shown") << QByteArray("a\xe2\x80\xae"
                                                                         "b")
                                                           << QByteArray("a\\u{202e}b");
        QTest::newRow("a C1 control is shown") << QByteArray("\xc2\x9b") << QByteArray("\\x9b");
        QTest::newRow("a NUL is shown") << QByteArray("a\0b", 3) << QByteArray("a\\x00b");
    }
    void printable() {
        QFETCH(QByteArray, in);
        QFETCH(QByteArray, out);
        QCOMPARE(QByteArray::fromStdString(text::printable(in.toStdString())), out);
    }

    void base64RoundTrip() {
        std::string bytes;
        for (int i = 0; i < 300; ++i) {
            auto back = text::base64Decode(text::base64Encode(bytes));
            QVERIFY(back.has_value());
            QCOMPARE(*back, bytes);
            bytes += char(i * 7);
        }
    }

    void base64Refusals_data() {
        QTest::addColumn<QString>("in");
        QTest::newRow("a character outside the alphabet") << "QUJD!A==";
        QTest::newRow("one character alone") << "Q";
        QTest::newRow("text after padding") << "QQ==QQ==";
        QTest::newRow("too much padding") << "QUI===";
    }
    void base64Refusals() {
        QFETCH(QString, in);
        QVERIFY(!text::base64Decode(in.toStdString()).has_value());
    }

    void numbers() {
        QCOMPARE(text::parseUnsigned("18446744073709551615"), std::optional<std::uint64_t>(UINT64_MAX));
        QVERIFY(!text::parseUnsigned("18446744073709551616"));
        QVERIFY(!text::parseUnsigned("-1"));
        QVERIFY(!text::parseUnsigned(""));
    }

    void sha256OfTheEmptyString() {
        QCOMPARE(text::sha256Hex(""),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }
};

QTEST_APPLESS_MAIN(TestText)
#include "tst_text.moc"
