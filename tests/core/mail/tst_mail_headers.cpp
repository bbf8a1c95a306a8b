#include "mail/date.h"
#include "mail/encoded_word.h"
#include "mail/headers.h"

using namespace waypost;
using namespace waypost::mail;

namespace {
QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}
} // namespace

class TestMailHeaders : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void spansGiveTheExactBytes() {
        const std::string raw = "Subject: one\r\n two\r\nX-Empty:\r\nTo : a@b.example\r\n\r\nbody";
        auto block = HeaderBlock::parse(raw);
        QCOMPARE(block.fields().size(), size_t(3));
        const HeaderField& subject = block.fields()[0];
        QCOMPARE(subject.whole, (Span{0, 20}));
        QCOMPARE(q(block.rawValue(subject)), QString(" one\r\n two"));
        QCOMPARE(q(block.unfolded(subject)), QString("one two"));
        QCOMPARE(q(block.unfolded(block.fields()[1])), QString());
        QCOMPARE(q(block.name(block.fields()[2])), QString("To"));
        QCOMPARE(raw.substr(block.bodyOffset()), std::string("body"));
        // The fields put together are the header, byte for byte.
        std::string joined;
        for (const HeaderField& f : block.fields()) joined += block.view(f.whole);
        QCOMPARE(joined + "\r\nbody", raw);
    }

    void lookupsIgnoreCaseAndKeepOrder() {
        auto block = HeaderBlock::parse("A: 1\nb: 2\na: 3\n\n");
        QCOMPARE(q(*block.value("a")), QString("1"));
        QCOMPARE(block.topDown("A").size(), size_t(2));
        QCOMPARE(q(block.unfolded(*block.bottomUp("A").front())), QString("3"));
        QVERIFY(!block.value("c"));
        QVERIFY(block.first("c") == nullptr);
    }

    void aBadLineIsReportedAndSkipped() {
        auto block = HeaderBlock::parse("A: 1\nno colon here\n folded\nB: 2\n\nx");
        QVERIFY(block.badLine().has_value());
        QCOMPARE(block.badLine()->line, size_t(2));
        QCOMPARE(block.badLine()->offset, size_t(5));
        QCOMPARE(block.fields().size(), size_t(2));
        QCOMPARE(q(*block.value("B")), QString("2"));
    }

    void anMboxSeparatorIsNoField() {
        auto block = HeaderBlock::parse("From a@b.example Tue Apr  4 15:28:45 2006\nA: 1\n\n");
        QVERIFY(block.mboxSeparator());
        QVERIFY(!block.badLine());
        QCOMPARE(block.fields().size(), size_t(1));
    }

    void withoutAnEmptyLineAllIsHeader() {
        auto block = HeaderBlock::parse("A: 1\nB: 2");
        QVERIFY(!block.hasEmptyLine());
        QCOMPARE(block.bodyOffset(), size_t(9));
        QCOMPARE(q(*block.value("B")), QString("2"));
    }

    void aMillionFieldsStopAtTheCapAndTheBodyIsFound() {
        std::string raw;
        for (int i = 0; i < 1'000'000; ++i) raw += "X: 1\r\n";
        raw += "\r\nbody";
        QElapsedTimer timer;
        timer.start();
        auto block = HeaderBlock::parse(std::make_shared<const std::string>(raw));
        QVERIFY2(timer.elapsed() < 1000, "one million fields took more than a second");
        QCOMPARE(block.fields().size(), HeaderBlock::maxFields);
        QVERIFY(block.stopReason().find("5000") != std::string::npos);
        QCOMPARE(raw.substr(block.bodyOffset()), std::string("body"));
    }

    void aHugeFieldIsKeptAndMarked() {
        std::string raw = "X: " + std::string(200'000, 'a') + "\nY: 2\n\n";
        auto block = HeaderBlock::parse(raw);
        QVERIFY(block.fields()[0].oversize);
        QCOMPARE(block.unfolded(block.fields()[0]).size(),
                 HeaderBlock::maxField - 1); // the leading space is trimmed
        QVERIFY(!block.fields()[1].oversize);
        QCOMPARE(q(*block.value("Y")), QString("2"));
    }

    void aHeaderAboveOneMegabyteStops() {
        std::string raw;
        for (int i = 0; i < 30; ++i) raw += "X: " + std::string(50'000, 'a') + "\n";
        raw += "\nbody";
        auto block = HeaderBlock::parse(raw);
        QVERIFY(block.stopReason().find("1048576") != std::string::npos);
        QVERIFY(block.fields().size() < 23);
        QCOMPARE(raw.substr(block.bodyOffset()), std::string("body"));
    }

    void encodedWordsDecode_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("plain text stays") << "hello = ?" << "hello = ?";
        QTest::newRow("Q with underscore") << "=?iso-8859-1?Q?caf=E9_x?=" << "café x";
        QTest::newRow("B") << "=?utf-8?B?Z3LDvMOf?=" << "grüß";
        QTest::newRow("space between two words vanishes") << "=?utf-8?Q?a?= =?utf-8?Q?b?=" << "ab";
        QTest::newRow("space to plain text stays") << "=?utf-8?Q?a?= b =?utf-8?Q?c?= d" << "a b c d";
        QTest::newRow("a character split over two words")
            << "=?utf-8?B?w7w=?= =?utf-8?Q?=C3?= =?utf-8?Q?=BC?=" << "üü";
        QTest::newRow("an unknown kind stays") << "=?utf-8?X?abc?=" << "=?utf-8?X?abc?=";
        QTest::newRow("an open word stays") << "=?utf-8?Q?abc" << "=?utf-8?Q?abc";
        QTest::newRow("unknown charset reads as UTF-8") << "=?x-none?Q?abc?=" << "abc";
        QTest::newRow("Japanese") << "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=" << "日本";
        QTest::newRow("language suffix") << "=?US-ASCII*EN?Q?Keith_Moore?=" << "Keith Moore";
        QTest::newRow("broken base64 gives what is there") << "=?utf-8?B?YWJj!ZA?=" << "abcd";
    }
    void encodedWordsDecode() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        QCOMPARE(q(decodeHeader(in.toStdString())), out);
    }

    void rawEightBitBecomesValidUtf8() {
        QCOMPARE(q(decodeHeader("a\xff"
                                "b")),
                 QString("a\xef\xbf\xbd"
                         "b"));
    }

    void encodingSplitsNoCharacterAndNoWordIsLong() {
        std::string text;
        for (int i = 0; i < 60; ++i) text += "ü€😀 ";
        for (size_t used : {0U, 20U, 60U}) {
            std::string words = encodeWords(text, used);
            QCOMPARE(q(decodeHeader(words)), q(text));
            for (const QString& w : q(words).split(' ')) QVERIFY2(w.size() <= 75, qPrintable(w));
        }
    }

    void decodingTimeIsLinear() {
        auto timeOf = [](size_t n) {
            std::string in;
            while (in.size() < n) in += "=?utf-8?Q?=?=?x?";
            QElapsedTimer t;
            t.start();
            (void)decodeHeader(in);
            return t.nsecsElapsed();
        };
        timeOf(100'000);
        auto small = timeOf(200'000);
        auto large = timeOf(1'600'000);
        QVERIFY2(large < 40 * small,
                 qPrintable(QString("8 x the input took %1 x the time").arg(large / small)));
    }

    void datesParse_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("the usual form") << "Tue, 04 Apr 2006 15:28:45 +0100" << "2006-04-04T14:28:45Z";
        QTest::newRow("without weekday and seconds") << "4 Apr 2006 15:28 -0500" << "2006-04-04T20:28:00Z";
        QTest::newRow("two-digit year") << "8 Mar 04 12:23:56 -0000" << "2004-03-08T12:23:56Z";
        QTest::newRow("two-digit year of the last century")
            << "8 Mar 94 12:23:56 GMT" << "1994-03-08T12:23:56Z";
        QTest::newRow("named zone") << "Fri, 21 Nov 1997 09:55:06 EST" << "1997-11-21T14:55:06Z";
        QTest::newRow("military zone counts as zero") << "21 Nov 97 09:55:06 B" << "1997-11-21T09:55:06Z";
        QTest::newRow("comments") << "Thu, 13 Feb 1969 23:32 -0330 (Newfoundland (Time))"
                                  << "1969-02-14T03:02:00Z";
        QTest::newRow("asctime order with a zone")
            << "Tue Apr 4 15:28:45 2006 +0100" << "2006-04-04T14:28:45Z";
        QTest::newRow("zone with colon") << "4 Apr 2006 15:28:45 +01:00" << "2006-04-04T14:28:45Z";
        QTest::newRow("leap second") << "31 Dec 2016 23:59:60 +0000" << "2016-12-31T23:59:59Z";
        QTest::newRow("no zone is unknown") << "4 Apr 2006 15:28:45" << "";
        QTest::newRow("February has no 30th") << "30 Feb 2006 15:28:45 +0000" << "";
        QTest::newRow("an hour of 24") << "4 Apr 2006 24:00:00 +0000" << "";
        QTest::newRow("empty") << "" << "";
        QTest::newRow("words") << "yesterday at noon or so" << "";
    }
    void datesParse() {
        QFETCH(QString, in);
        QFETCH(QString, out);
        auto t = parseMailDate(in.toStdString());
        QCOMPARE(t ? q(formatUtc(*t)) : QString(), out);
    }
    void formattedDatesComeBack() {
        const UtcTime t{1'767'225'600'000};
        QCOMPARE(parseMailDate(formatMailDate(t))->ms, t.ms);
    }
};

QTEST_APPLESS_MAIN(TestMailHeaders)
#include "tst_mail_headers.moc"
