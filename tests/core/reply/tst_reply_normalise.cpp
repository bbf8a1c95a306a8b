#include "reply/flatten.h"
#include "reply/normalise.h"

#include <random>

using namespace waypost::reply;

class TestReplyNormalise : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void normalise_data() {
        QTest::addColumn<QByteArray>("in");
        QTest::addColumn<QByteArray>("out");
        auto row = [](const char* name, const char* in, const char* out) {
            QTest::newRow(name) << QByteArray(in) << QByteArray(out);
        };
        row("an address in angle brackets is one placeholder", "550 5.1.1 <user@example.com>: User unknown",
            "550 5.1.1 <addr>: User unknown");
        row("a bare address", "550 unknown user bob@example.com", "550 unknown user <addr>");
        row("an IPv4 address in brackets", "554 [192.0.2.1] blocked", "554 [<ip>] blocked");
        row("an IPv6 address", "554 2001:db8::1 blocked", "554 <ip> blocked");
        row("a URL keeps the full stop after it", "550 see https://example.com/a?b=c.", "550 see <url>.");
        row("a host with its address", "550 mx1.example.com[192.0.2.1] says no", "550 <host>[<ip>] says no");
        row("the repeated codes of a multi-line reply go", "550-5.1.1 that you tried\n550 5.1.1 to reach",
            "550 5.1.1 that you tried to reach");
        row("a multi-line reply without enhanced codes", "554-No SMTP service\n554 see below",
            "554 No SMTP service see below");
        row("provider tokens stay", "421 4.7.0 [TSS04] OFR006_102 (S77719) AS16012609 IB508",
            "421 4.7.0 [TSS04] OFR006_102 (S77719) AS16012609 IB508");
        row("a queue id goes", "250 2.0.0 Ok: queued as 4F2A11C03E", "250 2.0.0 Ok: queued as <id>");
        row("a queue id with one digit goes", "250 2.0.0 Ok: queued as FF7BBFDEDCE",
            "250 2.0.0 Ok: queued as <id>");
        row("a queue id without a digit goes", "250 2.0.0 Ok: queued as FFABBFDEDCE",
            "250 2.0.0 Ok: queued as <id>");
        row("a queue id with a full stop goes", "250 FF7BBFDEDCE: accepted.", "250 <id>: accepted.");
        row("seven capitals of A-F are a word", "250 EFFACED 5 ACCEDED", "250 EFFACED 5 ACCEDED");
        row("small letters of a-f are a word", "250 fabaceae", "250 fabaceae");
        row("capitals beyond F are a word", "250 ACCEPTED FF7BBFDEDCG", "250 ACCEPTED FF7BBFDEDCG");
        row("an Exim id after an equals sign goes", "250 OK id=1abCdE-000123-AB", "250 OK id=<id>");
        row("seconds vary, the unit stays", "451 try again in 297 seconds", "451 try again in <num> seconds");
        row("a long number goes", "550 case 123456", "550 case <num>");
        row("a date and time become one placeholder", "550 at Thu, 29 Apr 2015 23:34:45 +0000 refused",
            "550 at <time> refused");
        row("an ISO time goes", "550 at 2026-11-21T10:22:33.123Z", "550 at <time>");
        row("a quoted name goes", "550 mailbox \"john.doe\" not found", "550 mailbox \"<id>\" not found");
        row("what Postfix adds around a reply goes",
            "host mx.example.com[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command)",
            "550 5.1.1 no");
        row("an Exchange word is not a host", "550 RESOLVER.ADR.RecipNotFound",
            "550 RESOLVER.ADR.RecipNotFound");
        row("an RFC number stays", "550 see RFC 5321", "550 see RFC 5321");
        row("white space collapses", "  550\t a \r\n b ", "550 a b");
        row("nothing stays nothing", "", "");
    }
    void normalise() {
        QFETCH(QByteArray, in);
        QFETCH(QByteArray, out);
        QCOMPARE(QByteArray::fromStdString(waypost::reply::normalise(in.toStdString())), out);
    }

    void keyIgnoresCaseAndDetails() {
        auto key = [](const char* s) { return templateKey(waypost::reply::normalise(s)); };
        QCOMPARE(key("550 5.1.1 <a@example.com>: User Unknown"),
                 key("550 5.1.1 <b@example.net>: user unknown"));
        QVERIFY(key("550 5.1.1 User unknown") != key("550 5.2.2 Mailbox full"));
        QCOMPARE(key("550 5.1.1 x").size(), size_t(16));
    }

    // Random sentences of the pieces replies are made of.
    void isIdempotent() {
        const std::vector<std::string> pieces{
            "550",        "550-",     "550-5.1.1", "5.1.1",       "host",    "said:",
            "<",          ">",        "a@b",       "@",           "http://", "x.example",
            "1.2.3.4",    "::1",      "fe80::1:",  ":",           "12:30",   "29",
            "Apr",        "Thu,",     "2015",      "\"q\"",       "\"",      "(in reply to",
            "command)",   "abc12345", "AS1234567", "seconds",     "297",     "=",
            "/",          ".",        "-",         "<addr>",      "<time>",  "\xc3",
            "\xc3\xbc",   "\n",       " ",         " ",           " ",       "+0000",
            "2026-11-21", "#",        "://",       "FF7BBFDEDCE", "FACEFEED"};
        std::mt19937 random(20261121);
        for (int i = 0; i < 20'000; ++i) {
            std::string in;
            for (int n = int(random() % 24); n >= 0; --n) in += pieces[random() % pieces.size()];
            const std::string once = waypost::reply::normalise(in);
            const std::string twice = waypost::reply::normalise(once);
            if (once != twice) QCOMPARE(QByteArray::fromStdString(twice), QByteArray::fromStdString(once));
        }
    }

    void longInputIsCappedAndLinear() {
        std::string in;
        while (in.size() < 1'000'000) in += "550-a@b.example 1.2.3.4 \"q\" ";
        QElapsedTimer timer;
        timer.start();
        const std::string out = waypost::reply::normalise(in);
        QVERIFY(out.size() <= maxReplyBytes);
        QVERIFY(timer.elapsed() < 1000);
        QCOMPARE(waypost::reply::normalise(out), out);
    }

    void offsetsLeadBackToTheReply() {
        const std::string in = "550-5.1.1 that you\r\n550 5.1.1 tried";
        const FlatText flat = flatten(in);
        QCOMPARE(flat.text, std::string("550 5.1.1 that you tried"));
        QCOMPARE(flat.offsets.size(), flat.text.size());
        const size_t at = flat.text.find("tried");
        QCOMPARE(in.substr(flat.offsets[at], 5), std::string("tried"));
    }

    void codes_data() {
        QTest::addColumn<QByteArray>("in");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("enhanced");
        QTest::newRow("at the start") << QByteArray("550 5.1.1 no") << 550 << QByteArray("5.1.1");
        QTest::newRow("in qmail's brackets")
            << QByteArray("553 sorry (#5.7.1)") << 553 << QByteArray("5.7.1");
        QTest::newRow("an address is no code") << QByteArray("550 from 4.16.55.1 no") << 550 << QByteArray();
        QTest::newRow("after said") << QByteArray("host a[192.0.2.1] said: 452 4.2.2 full") << 452
                                    << QByteArray("4.2.2");
        QTest::newRow("in an Exim sentence")
            << QByteArray(
                   "SMTP error from remote mail server after RCPT TO:<u@example.com>: host mx.example.com "
                   "[192.0.2.1]: 550 no such user")
            << 550 << QByteArray();
        QTest::newRow("a diagnostic code of a report")
            << QByteArray("smtp; 550 5.1.1 no") << 550 << QByteArray("5.1.1");
        QTest::newRow("no reply at all")
            << QByteArray("connect to mx.example.com: Connection refused") << 0 << QByteArray();
    }
    void codes() {
        QFETCH(QByteArray, in);
        QFETCH(int, code);
        QFETCH(QByteArray, enhanced);
        const std::string s = in.toStdString();
        const ReplyCodes c = readCodes(s);
        QCOMPARE(c.code, code);
        QCOMPARE(QByteArray(c.enhanced.data(), qsizetype(c.enhanced.size())), enhanced);
    }
};

QTEST_APPLESS_MAIN(TestReplyNormalise)
#include "tst_reply_normalise.moc"
