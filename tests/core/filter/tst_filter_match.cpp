// What a term lets through.
#include "filter/match.h"
#include "filter/parser.h"

using namespace waypost;
using namespace waypost::filter;

namespace {
constexpr std::int64_t hour = 3'600'000, day = 24 * hour;
}

class TstFilterMatch : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void texts_data() {
        QTest::addColumn<QString>("term");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("matches");
        auto row = [](const char* name, const char* term, const char* text, bool matches) {
            QTest::newRow(name) << term << text << matches;
        };
        row("a name is equal without regard to case", "provider:GMail", "gmail", true);
        row("a name is not contained", "provider:gma", "gmail", false);
        row("a wildcard", "rcpt_domain:*.example.com", "mail.Example.com", true);
        row("a wildcard is the whole", "rcpt_domain:*.example", "mail.example.com", false);
        row("wildcards at both ends", "mx:*google*", "aspmx.l.google.com", true);
        row("a star alone is any value", "stream:*", "news", true);
        row("a star alone is no missing value", "stream:*", "", false);
        row("one of a set", "provider:{yahoo,gmail}", "gmail", true);
        row("none of a set", "provider!={yahoo,gmail}", "gmail", false);
        row("unequal", "provider!=yahoo", "gmail", true);
        row("unequal to a missing one", "provider!=yahoo", "", true);
        row("the missing value", "stream:\"\"", "", true);
        row("the missing value is no value", "stream:\"\"", "news", false);
        row("a quoted star is a star", "stream:\"*\"", "news", false);
        row("equal does not know wildcards", "stream=*", "news", false);
        row("text is contained", "text:\"Mailbox FULL\"", "452 4.2.2 mailbox full, sorry", true);
        row("text equal is the whole", "text=\"mailbox full\"", "452 mailbox full", false);
        row("a regular expression", "text~\"rate.?limit\"", "421 Rate-Limit exceeded", true);
        row("a regular expression on a name", "mx~\"^mx[0-9]+\\.\"", "mx12.example.org", true);
        row("a word of an address", "rcpt:ann", "joann@example.org", true);
        row("a whole address", "rcpt:ann@example.org", "joann@example.org", false);
        row("the whole address in another case", "rcpt:ann@example.org", "Ann@Example.org", true);
        row("a message id in brackets", "message_id:<a@b>", "a@b", true);
        row("a queue id", "queue_id:4XyZ", "4xyz", true);
        row("inside a network", "ip:203.0.113.0/24", "203.0.113.77", true);
        row("outside of it", "ip:203.0.113.0/24", "203.0.114.1", false);
        row("a network written with a host", "ip:203.0.113.9/24", "203.0.113.1", true);
        row("an IPv6 network", "ip:2001:db8::/32", "2001:db8:1::5", true);
        row("IPv4 is not IPv6", "ip:::/0", "203.0.113.1", false);
        row("a range of addresses", "ip:203.0.113.5..203.0.113.9", "203.0.113.9", true);
        row("a range is ordered by number", "ip:203.0.113.5..203.0.113.10", "203.0.113.9", true);
        row("one address", "ip:203.0.113.5", "203.0.113.50", false);
        row("an address with a wildcard", "ip:203.0.113.*", "203.0.113.5", true);
        row("what is no address is in no network", "ip:0.0.0.0/0", "unix-socket", false);
        row("a category by wildcard", "category:deferred-*", "deferred-greylist", true);
    }
    void texts() {
        QFETCH(QString, term);
        QFETCH(QString, text);
        QFETCH(bool, matches);
        auto node = parse(term.toStdString());
        QVERIFY2(node.has_value(), node ? "" : node.error().sentence.c_str());
        QCOMPARE(TermMatcher(node->term).matches(text.toStdString()), matches);
    }

    void codes_data() {
        QTest::addColumn<QString>("term");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("enhanced");
        QTest::addColumn<bool>("matches");
        QTest::newRow("a code") << "code:421" << 421 << "4.7.0" << true;
        QTest::newRow("a code is the whole code") << "code:42" << 421 << "" << false;
        QTest::newRow("a class") << "code:4xx" << 421 << "" << true;
        QTest::newRow("an enhanced code") << "code:5.1.1" << 550 << "5.1.1" << true;
        QTest::newRow("its wildcard") << "code:4.7.*" << 421 << "4.7.28" << true;
        QTest::newRow("its wildcard is exact before the star") << "code:4.7.*" << 421 << "4.70.1" << false;
        QTest::newRow("a range") << "code:400..499" << 451 << "" << true;
        QTest::newRow("above") << "code>=500" << 451 << "" << false;
        QTest::newRow("no reply is below nothing") << "code<500" << 0 << "" << false;
        QTest::newRow("no reply") << "code:none" << 0 << "" << true;
        QTest::newRow("unequal") << "code!=421" << 550 << "" << true;
        QTest::newRow("unequal range") << "code!=400..499" << 451 << "" << false;
        QTest::newRow("a set of both") << "code:{421,5.7.*}" << 550 << "5.7.1" << true;
        QTest::newRow("a regular expression") << "code~\"^5\\.7\\.\"" << 550 << "5.7.1" << true;
    }
    void codes() {
        QFETCH(QString, term);
        QFETCH(int, code);
        QFETCH(QString, enhanced);
        QFETCH(bool, matches);
        auto node = parse(term.toStdString());
        QVERIFY2(node.has_value(), node ? "" : node.error().sentence.c_str());
        QCOMPARE(TermMatcher(node->term).matchesCode(code, enhanced.toStdString()), matches);
    }

    void numbers_data() {
        QTest::addColumn<QString>("term");
        QTest::addColumn<qlonglong>("in");
        QTest::addColumn<qlonglong>("out");
        auto row = [](const char* name, const char* term, std::int64_t in, std::int64_t out) {
            QTest::newRow(name) << term << qlonglong(in) << qlonglong(out);
        };
        row("more than 15 minutes", "delay>15m", 900'001LL, 900'000LL);
        row("at most", "delay<=250ms", 250LL, 251LL);
        row("a decimal", "delay<1.5s", 1'499LL, 1'500LL);
        row("a range has both ends", "delay:1s..5s", 5'000LL, 5'001LL);
        row("an open range", "size:1MB..", 1'000'000LL, 999'999LL);
        row("binary sizes", "size=1KiB", 1024LL, 1000LL);
        row("a set", "attempt:{1,3}", 3LL, 2LL);
        row("unequal", "attempt!=2", 3LL, 2LL);
        // now is 2026-05-03T12:00Z
        const std::int64_t now = fromCivil({2026, 5, 3, 12}).ms, may1 = fromCivil({2026, 5, 1}).ms;
        row("younger than a day", "age<24h", now - day + 1, now - day);
        row("older than a week", "age>7d", now - 7 * day - 1, now - 7 * day);
        row("since a day", "since:2026-05-01", may1, may1 - 1);
        row("until a day", "until:2026-05-01", may1 - 1, may1);
        row("since..now", "since:2026-05-01..now", now - 1, now);
        row("on a day", "at:2026-05-01", may1 + day - 1, may1 + day);
        row("today", "at:today", may1 + 2 * day, may1 + 2 * day - 1);
        row("yesterday", "at:yesterday", may1 + 2 * day - 1, may1 + 2 * day);
        row("a minute", "at:2026-05-01T10:00Z", may1 + 10 * hour + 59'999, may1 + 10 * hour + 60'000);
        row("a time without a zone is UTC", "at>=2026-05-01T10:00", may1 + 10 * hour, may1 + 10 * hour - 1);
        row("start of the day", "since:now/d", may1 + 2 * day, may1 + 2 * day - 1);
        row("start of the week, a Monday", "since:now/w", fromCivil({2026, 4, 27}).ms,
            fromCivil({2026, 4, 27}).ms - 1);
        row("start of yesterday's hour", "since:now-25h/h", now - 25 * hour, now - 25 * hour - 1);
    }
    void numbers() {
        QFETCH(QString, term);
        QFETCH(qlonglong, in);
        QFETCH(qlonglong, out);
        auto node = parse(term.toStdString());
        QVERIFY2(node.has_value(), node ? "" : node.error().sentence.c_str());
        Moment moment{fromCivil({2026, 5, 3, 12}), {}};
        auto all = intervalsOf(node->term, moment);
        auto has = [&](std::int64_t n) {
            return std::any_of(all.begin(), all.end(), [n](const Interval& i) { return i.has(n); });
        };
        QVERIFY(has(in));
        QVERIFY(!has(out));
    }

    // Days of a zone that is two hours ahead.
    void daysAreThoseOfTheDisplayZone() {
        Moment moment{fromCivil({2026, 5, 2, 23}),
                      [](UtcTime t) { return UtcTime{(t.ms + 2 * hour) / day * day - 2 * hour}; }};
        auto today = intervalsOf(parse("at:today")->term, moment);
        QCOMPARE(today.size(), size_t(1));
        QCOMPARE(today[0].low, fromCivil({2026, 5, 2, 22}).ms); // it is the third of May there
        auto first = intervalsOf(parse("since:2026-05-01")->term, moment);
        QCOMPARE(first[0].low, fromCivil({2026, 4, 30, 22}).ms);
    }

    void instantsMeanTheSame_data() {
        QTest::addColumn<QString>("term");
        for (const char* t :
             {"at:today", "at:yesterday", "since:now/d", "until:2026-05-01", "at:2026-05-01T10:00Z",
              "since:2026-05-01..now", "at:..today", "at<today", "at!=2026-05-01", "at>=now-2h", "age<24h"})
            QTest::newRow(t) << t;
    }
    void instantsMeanTheSame() {
        QFETCH(QString, term);
        Moment moment{fromCivil({2026, 5, 2, 23}),
                      [](UtcTime t) { return UtcTime{(t.ms + 2 * hour) / day * day - 2 * hour}; }};
        auto node = parse(term.toStdString());
        const std::string fixed = print(withInstants(*node, moment));
        auto again = parse(fixed);
        QVERIFY2(again.has_value(), fixed.c_str());
        const auto a = intervalsOf(node->term, moment), b = intervalsOf(again->term, {moment.now, {}});
        QCOMPARE(a.size(), b.size());
        for (size_t i = 0; i < a.size(); ++i) {
            QVERIFY2(a[i].low == b[i].low, fixed.c_str());
            QVERIFY2(a[i].high == b[i].high, fixed.c_str());
        }
    }

    void missingNumbersAreAskedForByName() {
        QVERIFY(takesMissing(parse("size:unknown")->term));
        QVERIFY(!takesMissing(parse("size>5")->term));
        QVERIFY(!takesMissing(parse("size!=unknown")->term));
    }

    void aPatternThatBlowsUpElsewhereIsLinear() {
        auto node = parse("text~\"(a+)+$\"");
        QVERIFY(node.has_value());
        QElapsedTimer t;
        t.start();
        QVERIFY(!TermMatcher(node->term).matches(std::string(100'000, 'a') + "b"));
        QVERIFY2(t.elapsed() < 2000, qPrintable(QString::number(t.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TstFilterMatch)
#include "tst_filter_match.moc"
