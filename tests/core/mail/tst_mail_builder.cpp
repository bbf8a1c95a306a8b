#include "mail/builder.h"
#include "mail/encoded_word.h"
#include "mail/mime.h"
#include "mail/raw.h"

using namespace waypost;
using namespace waypost::mail;

// Only checked text becomes a header: a plain string does not compile.
static_assert(!std::is_convertible_v<std::string, HeaderText>);
static_assert(!std::is_constructible_v<HeaderText, std::string>);
static_assert(!std::is_constructible_v<HeaderName, std::string>);
static_assert(!std::is_constructible_v<MessageId, std::string>);

namespace {
QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}
HeaderText text(std::string_view s) {
    auto t = HeaderText::make(s);
    if (!t) throw std::runtime_error(t.error().describe());
    return *t;
}
HeaderName name(std::string_view s) {
    return *HeaderName::make(s);
}
MailAddress address(std::string_view s) {
    return *MailAddress::parse(s);
}
const UtcTime now{1'767'225'600'000};

// Nothing is longer than the standard allows and no line end is bare.
void checkLines(const std::string& raw) {
    size_t from = 0;
    while (from < raw.size()) {
        size_t lf = raw.find('\n', from);
        QVERIFY(lf != std::string::npos && lf > 0 && raw[lf - 1] == '\r');
        std::string_view line = std::string_view(raw).substr(from, lf - 1 - from);
        QVERIFY2(line.size() <= 998, qPrintable(QString::number(line.size())));
        QVERIFY(line.find('\r') == std::string_view::npos);
        from = lf + 1;
    }
}

std::string randomText(SeededRandom& random) {
    static constexpr std::string_view pieces[] = {"a",
                                                  "word",
                                                  " ",
                                                  "  ",
                                                  "ü",
                                                  "日本",
                                                  "😀",
                                                  "=?",
                                                  "?=",
                                                  "\"",
                                                  "\\",
                                                  "(",
                                                  ",",
                                                  ":",
                                                  "<",
                                                  "@",
                                                  "_",
                                                  "=",
                                                  "longlonglonglong"};
    std::string out;
    for (auto n = random.below(60); n > 0; --n) out += pieces[random.below(std::size(pieces))];
    return out;
}
} // namespace

class TestMailBuilder : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aMessageIsExact() {
        SeededRandom random(1);
        auto raw = MessageBuilder()
                       .from({address("ann@example.org"), text("Ann Lee")})
                       .to({address("bo@example.net"), {}})
                       .subject(text("Hello"))
                       .messageId(*MessageId::make("x1@example.org"))
                       .text("one\ntwo\r\n")
                       .build(now, random);
        QVERIFY(raw.has_value());
        QCOMPARE(q(*raw), QString("Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                                  "From: \"Ann Lee\" <ann@example.org>\r\n"
                                  "To: bo@example.net\r\n"
                                  "Subject: Hello\r\n"
                                  "Message-ID: <x1@example.org>\r\n"
                                  "MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Transfer-Encoding: 7bit\r\n"
                                  "\r\n"
                                  "one\r\ntwo\r\n"));
    }

    void injectionIsRefused_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("CRLF and a header") << QByteArray("x\r\nBcc: v@example.org");
        QTest::newRow("bare LF") << QByteArray("x\ny");
        QTest::newRow("bare CR") << QByteArray("x\ry");
        QTest::newRow("NUL") << QByteArray("x\0y", 3);
        QTest::newRow("escape") << QByteArray("\x1b[31m");
        QTest::newRow("tab") << QByteArray("a\tb");
        QTest::newRow("broken UTF-8") << QByteArray("\xc3");
        QTest::newRow("too long") << QByteArray(16 * 1024 + 1, 'a');
    }
    void injectionIsRefused() {
        QFETCH(QByteArray, value);
        auto t = HeaderText::make(value.toStdString());
        QVERIFY(!t);
        QVERIFY(t.error().text.ends_with("."));
        QVERIFY(!HeaderName::make(value.toStdString()));
        QVERIFY(!MessageId::make("<a@b" + value.toStdString() + ">"));
    }

    void builtHeadersComeBack() {
        SeededRandom random(42);
        for (int round = 0; round < 2000; ++round) {
            const HeaderText subject = text(randomText(random));
            const HeaderText from = text(randomText(random));
            const HeaderText extra = text(randomText(random));
            std::vector<NamedAddress> to;
            for (auto n = random.below(6); n > 0; --n)
                to.push_back({address("a@b.example"), text(randomText(random))});
            MessageBuilder builder;
            builder.from({address("\"x y\"@grüße.example"), from}).subject(subject);
            for (const auto& a : to) builder.to(a);
            builder.header(name("X-Extra"), extra).text("hi");
            auto raw = builder.build(now, random);
            QVERIFY(raw.has_value());
            checkLines(*raw);
            auto block = HeaderBlock::parse(*raw);
            QVERIFY(!block.badLine());
            QStringList names;
            for (const auto& f : block.fields()) names << q(block.name(f));
            QStringList wanted{"Date", "From"};
            if (!to.empty()) wanted << "To";
            wanted << QStringList{"Subject",      "Message-ID",   "X-Extra",
                                  "MIME-Version", "Content-Type", "Content-Transfer-Encoding"};
            QCOMPARE(names, wanted);
            QCOMPARE(q(decodeHeader(*block.value("Subject"))), q(subject.utf8()));
            QCOMPARE(q(decodeHeader(*block.value("X-Extra"))), q(extra.utf8()));
            auto author = parseAddressList(*block.value("From"));
            QCOMPARE(author.mailboxes.size(), size_t(1));
            QCOMPARE(q(author.mailboxes[0].name), q(from.utf8()));
            QCOMPARE(q(author.mailboxes[0].address.wire()), QString("\"x y\"@xn--gre-6ka8l.example"));
            auto list = parseAddressList(block.value("To").value_or(""));
            QCOMPARE(list.mailboxes.size(), to.size());
            for (size_t i = 0; i < to.size(); ++i) QCOMPARE(q(list.mailboxes[i].name), q(to[i].name.utf8()));
        }
    }

    void linesFoldAt78() {
        std::string value;
        for (int i = 0; i < 60; ++i) value += "word" + std::to_string(i) + " ";
        std::string raw = renderHeader(name("X-Long"), text(value));
        for (const QString& line : q(raw).split("\r\n")) QVERIFY2(line.size() <= 78, qPrintable(line));
        QVERIFY(raw.find("\r\n ") != std::string::npos);
    }

    void aWordAboveTheHardLimitIsEncoded() {
        std::string raw = renderHeader(name("X-Long"), text(std::string(5000, 'a')));
        checkLines(raw);
        QCOMPARE(decodeHeader(*HeaderBlock::parse(raw).value("X-Long")), std::string(5000, 'a'));
    }

    void bodiesChooseTheirEncoding_data() {
        QTest::addColumn<QString>("in");
        QTest::addColumn<bool>("allow8bit");
        QTest::addColumn<QString>("encoding");
        QTest::newRow("ASCII") << "hello\nworld" << true << "7bit";
        QTest::newRow("UTF-8") << "grüße\r\n.\r\n" << true << "8bit";
        QTest::newRow("UTF-8 without 8BITMIME")
            << "grüße \r\nFrom x\r\n.\r\nend" << false << "quoted-printable";
        QTest::newRow("a line of 1200 bytes") << QString(1200, 'a') + " " << true << "quoted-printable";
        QTest::newRow("mixed line ends") << "a\rb\nc\r\nd" << true << "7bit";
        QTest::newRow("empty") << "" << true << "7bit";
    }
    void bodiesChooseTheirEncoding() {
        QFETCH(QString, in);
        QFETCH(bool, allow8bit);
        QFETCH(QString, encoding);
        SeededRandom random(1);
        auto raw = MessageBuilder()
                       .from({address("a@b.example"), {}})
                       .text(in.toStdString())
                       .allow8bit(allow8bit)
                       .build(now, random);
        checkLines(*raw);
        auto tree = MimeTree::parse(*raw);
        QCOMPARE(q(*tree.root().headers.value("Content-Transfer-Encoding")), encoding);
        std::string want = normalizeCrlf(in.toStdString()).bytes;
        if (!want.empty() && !want.ends_with("\r\n")) want += "\r\n";
        QCOMPARE(q(tree.text(tree.root()).utf8), q(want));
    }

    void alternativesAreTwoParts() {
        SeededRandom random(1);
        auto raw =
            MessageBuilder().from({address("a@b.example"), {}}).text("x").html("<b>ü</b>").build(now, random);
        auto tree = MimeTree::parse(*raw);
        QCOMPARE(tree.parts().size(), size_t(3));
        QVERIFY(tree.root().closed);
        QCOMPARE(q(tree.text(tree.parts()[1]).utf8), QString("x\r\n"));
        QCOMPARE(q(tree.text(tree.parts()[2]).utf8), QString("<b>ü</b>\r\n"));
    }

    void errorsHaveASentence() {
        SeededRandom random(1);
        QCOMPARE(q(MessageBuilder().text("x").build(now, random).error().text),
                 QString("The message has no From address."));
        auto reserved = MessageBuilder()
                            .from({address("a@b.example"), {}})
                            .header(name("date"), text("x"))
                            .build(now, random);
        QVERIFY(!reserved);
        QVERIFY(!MessageBuilder().from({address("a@b.example"), {}}).text("\xff").build(now, random));
        QVERIFY(!MessageBuilder().from({MailAddress(), {}}).build(now, random));
    }

    void messageIdsDiffer() {
        SeededRandom random(1);
        auto a = MessageId::generate(address("a@b.example"), now, random);
        auto b = MessageId::generate(address("a@b.example"), now, random);
        QVERIFY(a.text() != b.text());
        QVERIFY(a.text().ends_with("@b.example>"));
        QVERIFY(MessageId::make(a.text()).has_value());
    }

    void lineEndsAreNormalisedAndCounted() {
        auto n = normalizeCrlf("a\rb\nc\r\nd\r\r\n\n");
        QCOMPARE(q(n.bytes), QString("a\r\nb\r\nc\r\nd\r\n\r\n\r\n"));
        QCOMPARE(n.bareCr, size_t(2));
        QCOMPARE(n.bareLf, size_t(2));
    }

    void headersGoOnTop() {
        QCOMPARE(q(addHeader("A: 1\r\n\r\nx", name("X-T"), text("v"))), QString("X-T: v\r\nA: 1\r\n\r\nx"));
        QCOMPARE(q(addHeader("From a b\r\nA: 1\r\n\r\nx", name("X-T"), text("v"))),
                 QString("From a b\r\nX-T: v\r\nA: 1\r\n\r\nx"));
        QCOMPARE(q(replaceHeader("B: 2\r\nx-t: old\r\n fold\r\nA: 1\r\nX-T: old2\r\n\r\nx-t: body",
                                 name("X-T"), text("v"))),
                 QString("X-T: v\r\nB: 2\r\nA: 1\r\n\r\nx-t: body"));
    }
};

QTEST_APPLESS_MAIN(TestMailBuilder)
#include "tst_mail_builder.moc"
