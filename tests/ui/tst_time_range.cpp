// The range grammar and whole-unit ticks, on ordinary days and on days when the clock changes.
#include "ui/charts/time_axis.h"
#include "ui/charts/time_range.h"
#include "ui_main.h"

using namespace waypost::ui;
using namespace Qt::StringLiterals;

namespace {
qint64 utc(const QString& iso) {
    return QDateTime::fromString(iso, Qt::ISODate).toMSecsSinceEpoch();
}
const QTimeZone berlin("Europe/Berlin");
} // namespace

class TstTimeRange : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void grammar_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* name, const char* text, const char* zone, const char* from,
                            const char* to) {
            QTest::newRow(name) << QString::fromLatin1(text) << QString::fromLatin1(zone)
                                << QString::fromLatin1(from) << QString::fromLatin1(to);
        };
        // now is 2026-03-29T12:34:56Z: in Berlin the clock went forward that morning
        row("last day", "now-24h..now", "UTC", "2026-03-28T12:34:56Z", "2026-03-29T12:34:56Z");
        row("a lone start ends now", "now-90m", "UTC", "2026-03-29T11:04:56Z", "2026-03-29T12:34:56Z");
        row("a calendar day over a clock change is 23 hours", "now-1d..now", "Europe/Berlin",
            "2026-03-28T13:34:56Z", "2026-03-29T12:34:56Z");
        row("since midnight in UTC", "now/d..now", "UTC", "2026-03-29T00:00:00Z", "2026-03-29T12:34:56Z");
        row("since midnight in Berlin", "now/d..now", "Europe/Berlin", "2026-03-28T23:00:00Z",
            "2026-03-29T12:34:56Z");
        row("this hour", "now/h..now", "UTC", "2026-03-29T12:00:00Z", "2026-03-29T12:34:56Z");
        row("this week starts on Monday", "now/w..now", "UTC", "2026-03-23T00:00:00Z",
            "2026-03-29T12:34:56Z");
        row("today", "today", "UTC", "2026-03-29T00:00:00Z", "2026-03-29T12:34:56Z");
        row("yesterday is a whole day", "yesterday", "UTC", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z");
        row("one date is that day", "2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z");
        row("a time without zone is in the display zone", "2026-03-20T10:00..2026-03-20T11:00",
            "Europe/Berlin", "2026-03-20T09:00:00Z", "2026-03-20T10:00:00Z");
        row("a time with Z is UTC", "2026-03-20T10:00Z..2026-03-20T11:00Z", "Europe/Berlin",
            "2026-03-20T10:00:00Z", "2026-03-20T11:00:00Z");
        row("half relative", "2026-03-20..now", "UTC", "2026-03-20T00:00:00Z", "2026-03-29T12:34:56Z");
        row("spaces do not matter", "  now-1h ..  now ", "UTC", "2026-03-29T11:34:56Z",
            "2026-03-29T12:34:56Z");
    }
    void grammar() {
        QFETCH(QString, text);
        QFETCH(QString, zone);
        QFETCH(QString, from);
        QFETCH(QString, to);
        const RangeVerdict v = resolveRange(text, utc(u"2026-03-29T12:34:56Z"_s), QTimeZone(zone.toLatin1()));
        QVERIFY2(v.range, qPrintable(v.error));
        QCOMPARE(v.range->from, utc(from));
        QCOMPARE(v.range->to, utc(to));
    }

    void refused_data() {
        QTest::addColumn<QString>("text");
        for (const char* t :
             {"", "now-", "now-5x", "now-99999999999999999d", "now+1h", "2026-13-01", "2026-02-30", "..",
              "now..now", "now..now-1h", "1900-01-01..now", "now/y", "hello", "now-24h...now"})
            QTest::addRow("“%s”", t) << QString::fromLatin1(t);
    }
    void refused() {
        QFETCH(QString, text);
        const RangeVerdict v = resolveRange(text, utc(u"2026-03-29T12:34:56Z"_s), QTimeZone::utc());
        QVERIFY(!v.range);
        QVERIFY(v.error.endsWith(u'.') && v.error.size() > 20);
    }

    void absoluteTextComesBack() {
        const ResolvedRange r{utc(u"2026-05-01T10:00:00Z"_s), utc(u"2026-05-01T12:30:00Z"_s)};
        QCOMPARE(absoluteText(r), u"2026-05-01T10:00:00Z..2026-05-01T12:30:00Z"_s);
        QCOMPARE(*resolveRange(absoluteText(r), 0, berlin).range, r);
    }

    void stepsAndZooms() {
        const ResolvedRange r{1000'000, 1000'000 + 3600'000};
        QCOMPARE(stepped(r, -1), (ResolvedRange{1000'000 - 1800'000, 1000'000 + 1800'000}));
        QCOMPARE(zoomed(r, 2), (ResolvedRange{1000'000 - 1800'000, 1000'000 + 5400'000}));
        const ResolvedRange tiny = zoomed({0, 60'000}, 0.5);
        QCOMPARE(tiny.to - tiny.from, 60'000);
    }

    void ticksOnTheDayTheClockGoesForward() {
        const auto ticks =
            timeTicks(utc(u"2026-03-28T23:00:00Z"_s), utc(u"2026-03-29T22:00:00Z"_s), 9, berlin);
        QStringList labels;
        for (const TimeTick& t : ticks) labels << t.label;
        QCOMPARE(labels, (QStringList{u"29 Mar"_s, u"03:00"_s, u"06:00"_s, u"09:00"_s, u"12:00"_s, u"15:00"_s,
                                      u"18:00"_s, u"21:00"_s, u"30 Mar"_s}));
        QCOMPARE(ticks[1].at, utc(u"2026-03-29T01:00:00Z"_s)); // 03:00 is two hours after midnight that day
        QCOMPARE(ticks[2].at, utc(u"2026-03-29T04:00:00Z"_s));
        QVERIFY(ticks.front().major && ticks.back().major);
    }

    void hourThatDoesNotExistHasNoTick() {
        for (const TimeTick& t :
             timeTicks(utc(u"2026-03-29T00:00:00Z"_s), utc(u"2026-03-29T04:00:00Z"_s), 12, berlin))
            QVERIFY2(!t.label.startsWith(u"02:"_s), qPrintable(t.label));
    }

    void ticksOnTheDayTheClockGoesBack() {
        const auto ticks =
            timeTicks(utc(u"2026-10-24T22:00:00Z"_s), utc(u"2026-10-25T23:00:00Z"_s), 5, berlin);
        QStringList labels;
        for (const TimeTick& t : ticks) labels << t.label;
        QCOMPARE(labels, (QStringList{u"25 Oct"_s, u"06:00"_s, u"12:00"_s, u"18:00"_s, u"26 Oct"_s}));
        QCOMPARE(ticks[1].at - ticks[0].at, 7 * 3600'000LL); // 25-hour day
    }

    void ticksAreWholeUnits_data() {
        QTest::addColumn<qint64>("span");
        for (const qint64 m : {3LL, 60LL, 600LL, 1440LL, 10080LL, 43200LL, 525600LL, 5256000LL})
            QTest::addRow("%lld minutes", static_cast<long long>(m)) << m * 60'000;
    }
    void ticksAreWholeUnits() {
        QFETCH(qint64, span);
        const qint64 from = utc(u"2026-02-11T22:17:31Z"_s);
        const auto ticks = timeTicks(from, from + span, 10, QTimeZone::utc());
        QVERIFY(ticks.size() >= 2 && ticks.size() <= 11);
        for (const TimeTick& t : ticks) {
            QVERIFY(t.at >= from && t.at <= from + span);
            const QTime at = QDateTime::fromMSecsSinceEpoch(t.at, Qt::UTC).time();
            if (span > 3 * 86'400'000LL)
                QCOMPARE(at, QTime(0, 0));
            else if (span >= 3600'000LL)
                QCOMPARE(at.second(), 0);
        }
    }

    void valueAxisStartsAtZero() {
        QCOMPARE(valueTicks(100, 5), (std::vector<double>{0, 20, 40, 60, 80, 100}));
        QCOMPARE(valueTicks(7, 4), (std::vector<double>{0, 2, 4, 6}));
        QCOMPARE(shortNumber(12500), u"12.5k"_s);
        QCOMPARE(shortNumber(3000000), u"3M"_s);
        QCOMPARE(shortNumber(950), u"950"_s);
    }

    void stampShowsBothZones() {
        QCOMPARE(stampText(utc(u"2026-03-29T01:00:00Z"_s), berlin),
                 u"2026-03-29 03:00:00 CEST (2026-03-29 01:00:00Z)"_s);
        QCOMPARE(stampText(utc(u"2026-03-29T01:00:00Z"_s), QTimeZone::utc()), u"2026-03-29 01:00:00Z"_s);
    }
};

WAYPOST_UI_MAIN(TstTimeRange)
#include "tst_time_range.moc"
