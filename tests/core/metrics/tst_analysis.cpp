#include "base/random.h"
#include "metrics/acceptance.h"
#include "metrics/compare.h"
#include "metrics/shift.h"
#include "metrics/survival.h"
#include "store/database.h"
#include "store/event_waiting.h"
#include "store/event_writer.h"
#include "store/migrations.h"

#include <QtTest>

using namespace waypost;
using namespace waypost::metrics;

namespace {

constexpr std::int64_t start = 1'767'225'600'000, hour = 3'600'000;

reply::ReplyEvent attempt(int message, std::int64_t atMs, reply::Category category, std::int64_t latencyMs) {
    reply::ReplyEvent e;
    e.at = {start + atMs};
    e.source = "send";
    e.stream = "transactional";
    e.queueId = "q" + std::to_string(message);
    e.recipient = "user" + std::to_string(message) + "@one.example";
    e.provider = message % 2 ? "gmail" : "yahoo";
    e.category = category;
    bool accepted = category == reply::Category::Accepted;
    bool waits = category == reply::Category::DeferredGreylist;
    e.permanence = accepted ? reply::Permanence::None
                   : waits  ? reply::Permanence::Temporary
                            : reply::Permanence::Permanent;
    e.action = category == reply::Category::RejectedInvalidUser ? "suppress-recipient" : "";
    e.text = accepted ? "250 ok" : waits ? "450 4.7.1 greylisted" : "550 5.1.1 no such user";
    e.template_ = accepted ? "t-ok" : waits ? "t-grey" : "t-gone";
    e.latencyMs = std::int32_t(latencyMs);
    return e;
}

} // namespace

class TestAnalysis : public QObject {
    Q_OBJECT
    std::unique_ptr<store::Database> db_;

    void put(std::vector<reply::ReplyEvent> events) { store::appendEvents(*db_, events); }

  private Q_SLOTS:
    void init() {
        db_ = store::Database::inMemory();
        store::migrate(*db_);
    }

    // The remission times of Freireich et al. 1963 (6-MP arm), the textbook's example: + is censored.
    // 6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+
    void theTextbookCurveComesOut() {
        std::vector<Waited> waits;
        for (int t : {6, 6, 6, 7, 10, 13, 16, 22, 23}) waits.push_back({t, 1, true});
        for (int t : {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35}) waits.push_back({t, 1, false});
        auto c = survival(waits);
        QCOMPARE(c.messages, 21U);
        QCOMPARE(c.accepted, 9U);
        QCOMPARE(c.censored, 12U);
        const double want[] = {0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482};
        QCOMPARE(c.points.size(), 7UL);
        for (size_t i = 0; i < 7; ++i) {
            QVERIFY(std::abs(c.points[i].waiting - want[i]) < 0.0001);
            QVERIFY(c.points[i].low <= c.points[i].waiting && c.points[i].waiting <= c.points[i].high);
        }
        QCOMPARE(c.quantile(0.5), std::optional<std::int64_t>(23));
        QVERIFY(!c.quantile(0.95).has_value()); // the curve does not come that far: unknown, not 35
        QVERIFY(std::abs(*c.acceptedWithin(10) - 0.2471) < 0.0001);
        QVERIFY(!c.acceptedWithin(36).has_value());
        QVERIFY(!survival({}).acceptedWithin(1).has_value());
        auto thin = thinned(c, 3);
        QCOMPARE(thin.points.size(), 3UL);
        QCOMPARE(thin.points.front().ms, 6);
        QCOMPARE(thin.points.back().ms, 23);
    }

    void withoutCensoringTheCurveIsTheShare() {
        std::vector<Waited> waits;
        for (int i = 1; i <= 100; ++i) waits.push_back({i * 1000, 2, true});
        auto c = survival(waits);
        QCOMPARE(*c.quantile(0.5), 50'000);
        QCOMPARE(*c.quantile(0.95), 95'000);
        QCOMPARE(c.points.back().waiting, 0.0);
    }

    void chiSquareTails_data() {
        QTest::addColumn<double>("x");
        QTest::addColumn<int>("degrees");
        QTest::addColumn<double>("p");
        QTest::newRow("the 5 % point of one degree") << 3.841459 << 1 << 0.05;
        QTest::newRow("the 1 % point of four degrees") << 13.276704 << 4 << 0.01;
        QTest::newRow("the 0.1 % point of ten degrees") << 29.588298 << 10 << 0.001;
        QTest::newRow("the middle of three degrees") << 2.365974 << 3 << 0.5;
        QTest::newRow("nothing at all") << 0.0 << 3 << 1.0;
        QTest::newRow("far out") << 1000.0 << 2 << 7.12457640674e-218;
    }
    void chiSquareTails() {
        QFETCH(double, x);
        QFETCH(int, degrees);
        QFETCH(double, p);
        QVERIFY(std::abs(chiSquareTail(x, degrees) - p) <= p * 1e-5);
    }

    void shifts_data() {
        QTest::addColumn<std::vector<ShiftRow>>("rows");
        QTest::addColumn<ShiftVerdict>("verdict");
        QTest::addColumn<bool>("permuted");
        using Rows = std::vector<ShiftRow>;
        QTest::newRow("nothing on one side") << Rows{{100, 0}, {50, 0}} << ShiftVerdict::TooFew << false;
        QTest::newRow("nineteen are too few") << Rows{{100, 10}, {50, 9}} << ShiftVerdict::TooFew << false;
        QTest::newRow("the same mix") << Rows{{900, 450}, {100, 50}} << ShiftVerdict::NoEvidence << false;
        QTest::newRow("a third more refusals")
            << Rows{{900, 600}, {100, 400}} << ShiftVerdict::Shifted << false;
        QTest::newRow("half a percent of a million")
            << Rows{{900'000, 895'000}, {100'000, 105'000}} << ShiftVerdict::Slight << false;
        QTest::newRow("one refusal among thirty is chance")
            << Rows{{30, 29}, {0, 1}} << ShiftVerdict::NoEvidence << true;
        QTest::newRow("eight refusals among thirty are not")
            << Rows{{30, 22}, {0, 8}} << ShiftVerdict::Shifted << true;
        QTest::newRow("only one outcome") << Rows{{500, 500}, {0, 0}} << ShiftVerdict::NoEvidence << false;
    }
    void shifts() {
        QFETCH(std::vector<ShiftRow>, rows);
        QFETCH(ShiftVerdict, verdict);
        QFETCH(bool, permuted);
        auto test = testShift(rows);
        QCOMPARE(verdictName(test.verdict), verdictName(verdict));
        QCOMPARE(test.permuted, permuted);
        QVERIFY(test.p >= 0 && test.p <= 1 && test.effect >= 0 && test.effect <= 1);
        QVERIFY(sentenceOf(test).ends_with("."));
    }

    // What is drawn twice from one mix must not be called shifted more often than the level says.
    void equalMixesAreSeldomCalledShifted() {
        SeededRandom random(7);
        int called = 0;
        for (int run = 0; run < 500; ++run) {
            std::vector<ShiftRow> rows(6);
            auto draw = [&random]() -> size_t {
                auto n = random.below(1000);
                return n < 900 ? 0 : n < 950 ? 1 : n < 975 ? 2 : n < 990 ? 3 : n < 998 ? 4 : 5;
            };
            for (int i = 0; i < 300; ++i) {
                ++rows[draw()].before;
                ++rows[draw()].after;
            }
            auto verdict = testShift(rows).verdict;
            called += verdict == ShiftVerdict::Slight || verdict == ShiftVerdict::Shifted;
        }
        QVERIFY2(called <= 14, qPrintable(QString::number(called))); // 1 % of 500, and four deviations
    }

    void contributionsSumToOne() {
        std::vector<ShiftRow> rows{{80, 50}, {20, 30}, {0, 20}};
        auto c = contributions(rows);
        QVERIFY(std::abs(c[0].points + 0.3) < 1e-12);
        QVERIFY(std::abs(c[0].contribution - 0.5) < 1e-12);
        QVERIFY(std::abs(c[0].contribution + c[1].contribution + c[2].contribution - 1) < 1e-12);
        QCOMPARE(contributions(std::vector<ShiftRow>{{0, 0}})[0].contribution, 0.0);
    }

    void waitingMessagesAreCensoredAndNotDropped() {
        using enum reply::Category;
        std::vector<reply::ReplyEvent> events;
        for (int m = 0; m < 10; ++m) events.push_back(attempt(m, m * 1000, DeferredGreylist, 1000));
        for (int m = 0; m < 4; ++m) {
            auto e = attempt(m, hour + m * 1000, Accepted, hour + 1000);
            e.attempt = 2;
            events.push_back(e);
        }
        auto gone = attempt(4, hour, RejectedInvalidUser, hour);
        gone.attempt = 2;
        events.push_back(gone);
        put(events);
        auto waiting = store::waitingMessages(*db_, {}, {}, {start + 2 * hour});
        QCOMPARE(waiting.messages.size(), 5UL);
        QCOMPARE(waiting.untracked, 0U);
        QCOMPARE(waiting.messages.back().waitedMs, 2 * hour - 4000); // message 5 came at 5 s, less its second
        auto answer = acceptanceTimes(*db_, {});
        QCOMPARE(answer.all.curve.accepted, 4U);
        QCOMPARE(answer.all.waiting, 5U);
        QCOMPARE(answer.all.failed, 1U);
        QCOMPARE(answer.all.curve.messages, 10U); // six of them censored, none dropped
        QCOMPARE(answer.all.curve.censored, 6U);
        QCOMPARE(answer.providers.size(), 2UL);
        // As of an earlier time nothing had ended.
        QCOMPARE(store::waitingMessages(*db_, {}, {{start}, {start + hour}}, {start + hour}).messages.size(),
                 10UL);
    }

    void suppressionsCountRecipientsOnce() {
        using enum reply::Category;
        auto one = attempt(1, 0, RejectedInvalidUser, 0),
             again = attempt(1, 5 * hour, RejectedInvalidUser, 0),
             two = attempt(2, 30 * hour, RejectedInvalidUser, 0);
        put({one, again, two});
        auto days = store::newSuppressions(*db_, {}, {});
        QCOMPARE(days.size(), 2UL);
        QCOMPARE(days[0].recipients, 1U);
        QCOMPARE(days[1].recipients, 1U);
        QCOMPARE(days[1].day.ms, start + 24 * hour);
    }

    void ratesOfRetriesComplaintsAndWindows() {
        using enum reply::Category;
        std::vector<reply::ReplyEvent> events;
        for (int m = 0; m < 8; ++m) events.push_back(attempt(m, m, Accepted, m < 6 ? 1000 : hour));
        for (int m = 8; m < 12; ++m) events.push_back(attempt(m, m, DeferredGreylist, 1000));
        for (int m = 8; m < 11; ++m) {
            events.push_back(attempt(m, hour + m, m < 10 ? Accepted : RejectedInvalidUser, hour));
            events.back().attempt = 2;
        }
        auto complaint = attempt(0, 2 * hour, Other, -1);
        complaint.kind = reply::Kind::Complaint;
        events.push_back(complaint);
        put(events);
        StatsAsk ask;
        ask.windows = *parseValueWindows("transactional=5m");
        auto row = statsBy(*db_, ask).front();
        auto rate = [&row](Metric m) { return row.rates[size_t(m)]; };
        QCOMPARE(row.events, 15U);
        QCOMPARE(row.complaints, 1U);
        QCOMPARE(rate(Metric::FirstAttempt).part, 8U);
        QCOMPARE(rate(Metric::FirstAttempt).whole, 12U);
        QCOMPARE(rate(Metric::DeferralPerMessage).part, 4U);
        QCOMPARE(rate(Metric::RetrySuccess).part, 2U);
        QCOMPARE(rate(Metric::RetrySuccess).whole, 3U);
        QCOMPARE(rate(Metric::WithinWindow).part, 6U);
        QCOMPARE(rate(Metric::WithinWindow).whole, 11U);
        // yahoo (the even messages) sent the report: its five acceptances are the base, not all ten.
        QCOMPARE(rate(Metric::Complaint).part, 1U);
        QCOMPARE(rate(Metric::Complaint).whole, 5U);
        auto c = concentration(*db_, {}, {});
        QCOMPARE(c->messages, 12U);
        QVERIFY(std::abs(c->index - 0.5) < 1e-12);
    }

    void windowsAreRead() {
        auto w = parseValueWindows("transactional=5m *=2d");
        QCOMPARE(w->of("transactional"), 300'000);
        QCOMPARE(w->of("marketing"), 2 * 86'400'000);
        QCOMPARE(parseValueWindows("a=1h")->of("b"), -1);
        for (const char* bad : {"5m", "a=5", "a=-5m", "a=5 m", "a=99999999999999h", "a=m"})
            QVERIFY2(!parseValueWindows(bad).has_value(), bad);
        QVERIFY(parseValueWindows(standardWindows).has_value());
    }

    void comparisonNamesTheTemplateThatCarriesTheShift() {
        using enum reply::Category;
        std::vector<reply::ReplyEvent> events;
        for (int m = 0; m < 400; ++m) {
            bool late = m >= 200;
            bool refused = late ? m % 4 == 0 : m % 40 == 0;
            events.push_back(
                attempt(m, (late ? 24 * hour : 0) + m, refused ? RejectedInvalidUser : Accepted, 10));
        }
        put(events);
        auto c = compare(*db_, {{{start}, {start + hour}}, {{start + 24 * hour}, {start + 25 * hour}}, {}});
        QCOMPARE(c.before.events, 200U);
        QCOMPARE(c.after.events, 200U);
        QCOMPARE(verdictName(c.outcomes.verdict), verdictName(ShiftVerdict::Shifted));
        QCOMPARE(c.templates.front().events.after + c.templates.front().events.before > 0, true);
        std::uint64_t before = 0, after = 0;
        double sum = 0;
        for (const auto& t : c.templates) {
            before += t.events.before;
            after += t.events.after;
            sum += t.share.contribution;
        }
        QCOMPARE(before, 200U);
        QCOMPARE(after, 200U);
        QVERIFY(std::abs(sum - 1) < 1e-9);
        QCOMPARE(c.categoryRows.size(), 2UL);
    }
};

QTEST_APPLESS_MAIN(TestAnalysis)
#include "tst_analysis.moc"
