#include "base/random.h"
#include "base/text.h"
#include "smtp/auth.h"
#include "smtp/capabilities.h"
#include "smtp/parser.h"
#include "smtp/wire.h"

using namespace waypost;
using namespace waypost::smtp;

namespace {
QString q(std::string_view s) {
    return QString::fromUtf8(s.data(), qsizetype(s.size()));
}
// "250 2.0.0: ok | 550 …", or the fault.
QString all(ReplyParser& parser) {
    QStringList out;
    while (auto r = parser.next()) {
        QString one =
            QString::number(r->code) + " " + q(r->enhanced) + ": " + q(r->text()).replace('\n', '/');
        if (r->bareLf) one += " [bare LF]";
        if (r->missingSpace) one += " [no space]";
        out << one;
    }
    if (!parser.error().empty()) out << q(parser.error());
    return out.join(" | ");
}
} // namespace

class TestSmtpReply : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void replies_data() {
        QTest::addColumn<QByteArray>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("one line") << QByteArray("250 2.0.0 ok\r\n") << "250 2.0.0: 2.0.0 ok";
        QTest::newRow("several lines") << QByteArray("550-5.1.1 no\r\n550-such\r\n550 5.1.1 user\r\n")
                                       << "550 5.1.1: 5.1.1 no/such/5.1.1 user";
        QTest::newRow("two replies at once") << QByteArray("250 a\r\n354 b\r\n") << "250 : a | 354 : b";
        QTest::newRow("code alone") << QByteArray("250\r\n") << "250 : ";
        QTest::newRow("a mismatch of classes is kept")
            << QByteArray("421 5.7.32 later\r\n") << "421 5.7.32: 5.7.32 later";
        QTest::newRow("an address is no enhanced code")
            << QByteArray("250 2.0.0.1 x\r\n") << "250 : 2.0.0.1 x";
        QTest::newRow("bare LF") << QByteArray("250 ok\n") << "250 : ok [bare LF]";
        QTest::newRow("missing space") << QByteArray("250ok\r\n") << "250 : ok [no space]";
        QTest::newRow("mixed codes") << QByteArray("250-a\r\n550 b\r\n")
                                     << "The server mixed the codes 250 and 550 in one reply.";
        QTest::newRow("four digits") << QByteArray("2500 a\r\n")
                                     << "The server sent a line that is no SMTP reply: \"2500 a\".";
        QTest::newRow("a 1yz code") << QByteArray("150 a\r\n")
                                    << "The server sent a line that is no SMTP reply: \"150 a\".";
        QTest::newRow("a 6yz code") << QByteArray("600 a\r\n")
                                    << "The server sent a line that is no SMTP reply: \"600 a\".";
        QTest::newRow("an HTTP server")
            << QByteArray("HTTP/1.1 400 Bad\r\n")
            << "The server sent a line that is no SMTP reply: \"HTTP/1.1 400 Bad\".";
        QTest::newRow("an empty line")
            << QByteArray("\r\n") << "The server sent a line that is no SMTP reply: \"\".";
        QTest::newRow("a good reply before a fault")
            << QByteArray("250 a\r\nxx\r\n")
            << "250 : a | The server sent a line that is no SMTP reply: \"xx\".";
        QTest::newRow("escape bytes are shown, not obeyed")
            << QByteArray("\x1b[2J\r\n") << "The server sent a line that is no SMTP reply: \"\\x1b[2J\".";
    }
    void replies() {
        QFETCH(QByteArray, in);
        QFETCH(QString, out);
        ReplyParser whole;
        whole.feed(in.toStdString());
        QCOMPARE(all(whole), out);
        // One byte at a time gives the same.
        ReplyParser pieces;
        for (char c : in) pieces.feed({&c, 1});
        QCOMPARE(all(pieces), out);
    }

    void rawBytesStay() {
        const std::string in("250-a\0b\xff\x1b\r\n250 c\rd\r\n", 20);
        ReplyParser p;
        p.feed(in);
        auto r = p.next();
        QVERIFY(r.has_value());
        QCOMPARE(r->raw, in);
        QCOMPARE(r->lines[0], std::string("a\0b\xff\x1b", 5));
        QVERIFY(p.idle());
    }

    void aLongLineIsCutAndCounted() {
        ReplyParser p;
        p.feed("250 " + std::string(10'000, 'x') + "\r\n");
        auto r = p.next();
        QVERIFY(r.has_value());
        QCOMPARE(r->lines[0].size(), ReplyParser::maxLine - 4);
        QCOMPARE(r->discarded,
                 std::uint64_t(10'004 + 1 - ReplyParser::maxLine)); // the CR is beyond the cap too
    }

    void anEndlessLineStopsAtTheCap() {
        ReplyParser p;
        const std::string block(16'384, 'x');
        p.feed("250 ");
        for (int i = 0; i < 640; ++i) p.feed(block); // 10 MB
        QCOMPARE(all(p), QString("The server's reply is longer than 65536 bytes."));
        QVERIFY(p.unfinished().size() <= ReplyParser::maxReply);
    }
    void anEndlessReplyStopsAtTheCap() {
        ReplyParser p;
        for (int i = 0; i < 129; ++i) p.feed("250-x\r\n");
        QCOMPARE(all(p), QString("The server's reply has more than 128 lines."));
    }
    void aFloodOfRepliesStops() {
        ReplyParser p;
        for (int i = 0; i < 1025; ++i) p.feed("250 x\r\n");
        QVERIFY(!p.error().empty());
    }

    void capabilities() {
        ReplyParser p;
        p.feed("250-mx.example Hello\r\n250-PIPELINING\r\n250-SIZE "
               "52428800\r\n250-8bitmime\r\n250-STARTTLS\r\n250-AUTH "
               "PLAIN login\r\n250-AUTH=LOGIN "
               "CRAM-MD5\r\n250-DSN\r\n250-CHUNKING\r\n250-SMTPUTF8\r\n250-REQUIRETLS\r\n250-"
               "X-ODD \x1b[1m\r\n250 ENHANCEDSTATUSCODES\r\n");
        auto c = parseCapabilities(*p.next());
        QVERIFY(c.pipelining && c.eightBitMime && c.startTls && c.dsn && c.chunking && c.smtpUtf8 &&
                c.requireTls && c.enhancedStatusCodes);
        QCOMPARE(*c.size, std::uint64_t(52428800));
        QCOMPARE(c.auth, (std::vector<std::string>{"PLAIN", "LOGIN", "CRAM-MD5"}));
        QCOMPARE(c.keywords[10], std::string("X-ODD \\x1b[1m"));
    }
    void sizeWithoutANumberIsNoLimit() {
        ReplyParser p;
        p.feed("250-mx\r\n250 SIZE\r\n250 mx\r\n");
        QCOMPARE(parseCapabilities(*p.next()).size, std::optional<std::uint64_t>(0));
        QCOMPARE(parseCapabilities(*p.next()).size, std::optional<std::uint64_t>());
    }

    // RFC 2195 section 2.
    void cramMd5Example() {
        Credentials c{"tim", Secret("tanstaaftanstaaf"), false, AuthMechanism::CramMd5};
        AuthExchange a(AuthMechanism::CramMd5, c);
        QCOMPARE(a.initial(), std::string("AUTH CRAM-MD5"));
        auto answer = a.answer("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+");
        QCOMPARE(*answer, std::string("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"));
        QVERIFY(!a.answer("eA=="));
    }
    // RFC 4954 section 4.1 and RFC 4616 section 4.
    void plainExample() {
        Credentials c{"tim", Secret("tanstaaftanstaaf"), false, {}};
        AuthExchange a(AuthMechanism::Plain, c);
        QCOMPARE(a.initial(), std::string("AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"));
        QCOMPARE(a.initialMasked(), std::string("AUTH PLAIN <masked>"));
        QVERIFY(!a.answer(""));
    }
    void loginAnswersInOrder() {
        Credentials c{"ann", Secret("pw"), false, {}};
        AuthExchange a(AuthMechanism::Login, c);
        QCOMPARE(a.initial(), std::string("AUTH LOGIN"));
        QCOMPARE(*a.answer("VXNlcm5hbWU6"), text::base64Encode("ann"));
        QCOMPARE(*a.answer("UGFzc3dvcmQ6"), text::base64Encode("pw"));
        QVERIFY(!a.answer("QWdhaW46"));
    }
    void xoauth2Example() {
        Credentials c{
            "someuser@example.com", Secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"), true, {}};
        AuthExchange a(AuthMechanism::XOAuth2, c);
        QCOMPARE(
            a.initial(),
            std::string(
                "AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjN"
                "SbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="));
        auto answer = a.answer("eyJzdGF0dXMiOiI0MDEifQ==");
        QCOMPARE(*answer, std::string());
        QCOMPARE(a.serverExplanation(), std::string("{\"status\":\"401\"}"));
    }
    void theMechanismIsChosen() {
        Credentials password{"a", Secret("b"), false, {}};
        QCOMPARE(chooseMechanism(password, {"CRAM-MD5", "LOGIN", "PLAIN"}),
                 std::optional(AuthMechanism::Plain));
        QCOMPARE(chooseMechanism(password, {"CRAM-MD5"}), std::optional(AuthMechanism::CramMd5));
        QCOMPARE(chooseMechanism(password, {"XOAUTH2", "GSSAPI"}), std::optional<AuthMechanism>());
        Credentials token{"a", Secret("b"), true, {}};
        QCOMPARE(chooseMechanism(token, {"PLAIN"}), std::optional<AuthMechanism>());
    }

    void dotEncoding_data() {
        QTest::addColumn<QByteArray>("in");
        QTest::addColumn<QByteArray>("out");
        QTest::newRow("empty") << QByteArray("") << QByteArray(".\r\n");
        QTest::newRow("no line end") << QByteArray("a") << QByteArray("a\r\n.\r\n");
        QTest::newRow("dots at line starts")
            << QByteArray(".\r\n..a\r\nb.\r\n") << QByteArray("..\r\n...a\r\nb.\r\n.\r\n");
        QTest::newRow("LF dot LF") << QByteArray("a\n.\nMAIL FROM:<x>\n")
                                   << QByteArray("a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n");
        QTest::newRow("LF dot CR LF") << QByteArray("a\n.\r\nb") << QByteArray("a\r\n..\r\nb\r\n.\r\n");
        QTest::newRow("CR dot CR") << QByteArray("a\r.\rb") << QByteArray("a\r\n..\r\nb\r\n.\r\n");
        QTest::newRow("CR CR LF") << QByteArray("a\r\r\nb") << QByteArray("a\r\n\r\nb\r\n.\r\n");
        QTest::newRow("ends with CR") << QByteArray("a\r") << QByteArray("a\r\n.\r\n");
    }
    void dotEncoding() {
        QFETCH(QByteArray, in);
        QFETCH(QByteArray, out);
        for (qsizetype step : {1, 2, 3, 1000}) {
            DotEncoder e;
            std::string got;
            for (qsizetype i = 0; i < in.size(); i += step) e.feed(in.mid(i, step).toStdString(), got);
            e.finish(got);
            QCOMPARE(QByteArray::fromStdString(got), out);
        }
    }
    // Whatever the message, the wire has one end of data and no bare CR or LF, and undoing it gives the
    // message.
    void nothingCanBeSmuggled() {
        SeededRandom random(7);
        static constexpr char alphabet[] = {'\r', '\n', '.', 'a', '\0', '\x85'};
        for (int round = 0; round < 20'000; ++round) {
            std::string in;
            for (auto n = random.below(24); n > 0; --n) in += alphabet[random.below(sizeof alphabet)];
            DotEncoder e;
            std::string out = "\r\n"; // the end of the DATA command
            const size_t cut = random.below(in.size() + 1);
            e.feed(std::string_view(in).substr(0, cut), out);
            e.feed(std::string_view(in).substr(cut), out);
            e.finish(out);
            QCOMPARE(out.find("\r\n.\r\n"), out.size() - 5);
            std::string undone;
            for (size_t i = 2; i + 3 < out.size();) {
                const size_t end = out.find("\r\n", i);
                std::string_view line = std::string_view(out).substr(i, end - i);
                QVERIFY(line.find_first_of("\r\n") == std::string_view::npos);
                if (line.starts_with('.')) line.remove_prefix(1);
                undone += std::string(line) + "\r\n";
                i = end + 2;
            }
            QCOMPARE(undone.size(), size_t(messageFacts(in).size));
        }
    }

    void commands() {
        auto from = *mail::MailAddress::parse("a@b.example");
        MailParameters p;
        QCOMPARE(mailCommand(mail::MailAddress(), p), std::string("MAIL FROM:<>\r\n"));
        p.size = 123;
        p.eightBitMime = p.smtpUtf8 = true;
        p.ret = ReturnContent::Headers;
        p.envid = "a+b=c d\r\n";
        QCOMPARE(mailCommand(from, p),
                 std::string("MAIL FROM:<a@b.example> SIZE=123 BODY=8BITMIME SMTPUTF8 RET=HDRS "
                             "ENVID=a+2Bb+3Dc+20d+0D+0A\r\n"));
        QCOMPARE(rcptCommand(from, {true, true, false, false}, ""),
                 std::string("RCPT TO:<a@b.example> NOTIFY=NEVER\r\n"));
        QCOMPARE(rcptCommand(from, {false, true, true, true}, "x+y@z.example"),
                 std::string(
                     "RCPT TO:<a@b.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;x+2By@z.example\r\n"));
    }
    void heloNames() {
        for (const char* good : {"mx.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]", "host"})
            QVERIFY(isHelloName(good));
        for (const char* bad : {"", "a b", "a\r\nMAIL", "a;b", "ü"}) QVERIFY(!isHelloName(bad));
    }
};

QTEST_APPLESS_MAIN(TestSmtpReply)
#include "tst_smtp_reply.moc"
