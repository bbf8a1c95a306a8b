#include "../ingest/support.h"
#include "metrics/stats.h"

using namespace waypost;
using namespace waypost::metrics;
namespace fs = std::filesystem;

namespace {

std::string delivery(const char* time, const char* id, const char* to, const char* delay, const char* end) {
    return std::string("Nov  1 ") + time + " mx1 postfix/smtp[4]: " + id + ": to=<" + to + ">, relay=mx." +
           "one.example[192.0.2.9]:25, " + "delay=" + delay + ", delays=0/0/0/0, " + end + "\n";
}

} // namespace

class TestMetrics : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void wilsonInterval() {
        auto i = wilson(8, 10);
        QVERIFY(std::abs(i.low - 0.4902) < 0.0001);
        QVERIFY(std::abs(i.high - 0.9433) < 0.0001);
        QCOMPARE(wilson(0, 0).low, 0.0);
        QCOMPARE(wilson(0, 0).high, 1.0);
    }
    // Compared with ==: a rate of nothing must not read 3.6e-17 in JSON.
    void wilsonIsExactAtItsEnds() {
        for (std::uint64_t total = 1; total <= 2000; ++total) {
            QVERIFY2(wilson(0, total).low == 0.0, qPrintable(QString::number(total)));
            QVERIFY2(wilson(total, total).high == 1.0, qPrintable(QString::number(total)));
            QVERIFY2(wilson(0, total).high > 0.0 && wilson(total, total).low < 1.0,
                     qPrintable(QString::number(total)));
        }
        QVERIFY(wilson(1, 2000).low > 0.0);
        QVERIFY(wilson(1999, 2000).high < 1.0);
    }

    void everyMetricIsDefined() {
        QCOMPARE(definitions().size(), size_t(metricCount));
        for (int i = 0; i < metricCount; ++i) {
            const auto& d = definition(Metric(i));
            QCOMPARE(int(d.metric), i);
            QVERIFY(!d.formula.empty() && !d.denominator.empty() && !d.pitfall.empty());
        }
    }

    void keys() {
        QCOMPARE(parseKeys("provider, category")->size(), 2u);
        QVERIFY(parseKeys("")->empty());
        QVERIFY(parseKeys("colour").error().text.find("colour") != std::string::npos);
        QVERIFY(!parseKeys("provider,provider").has_value());
    }

    void sketchQuantiles() {
        store::LatencySketch s;
        for (int i = 1; i <= 1000; ++i) s.add(i * 10);
        QVERIFY(std::abs(double(*s.quantile(0.5)) - 5000) < 5000 * 0.032);
        QVERIFY(std::abs(double(*s.quantile(0.95)) - 9500) < 9500 * 0.032);
        store::LatencySketch back;
        QVERIFY(back.mergeEncoded(s.encode()));
        QVERIFY(back == s);
        QVERIFY(!back.mergeEncoded("\xff"));
    }

    // Whole hours come from the roll-ups and the edges from the events: any range is exact.
    void anyRangeIsExact() {
        fs::path dir = test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        std::string log;
        for (int m = 0; m < 240; ++m) {
            char time[16], id[16];
            std::snprintf(time, sizeof time, "%02d:%02d:30", 8 + m / 60, m % 60);
            std::snprintf(id, sizeof id, "AAAABB%04X", unsigned(m));
            log += delivery(
                time, id, m % 3 == 0 ? "a@one.example" : "b@two.example", "0.5",
                m % 4 == 0 ? "dsn=4.0.0, status=deferred (host mx.one.example[192.0.2.9] said: 450 later)"
                           : "dsn=2.0.0, status=sent (250 ok)");
        }
        ingest::test::put(dir / "mail.log", log);
        auto r = ingest::importFiles({dir / "mail.log"}, ingest::writeTo(*ws), ingest::test::options());
        QCOMPARE(r[0].events, 240u);
        auto year = toCivil(SystemClock().now()).year;
        // The log may be of last year: the file is new and November may lie ahead.
        auto stored = ws->read([](store::Database& db) { return store::storedRange(db); });
        QVERIFY(stored.has_value() && stored->has_value());
        UtcTime start{(*stored)->since.ms - 30'000}; // 08:00:00
        QVERIFY(toCivil(start).year == year || toCivil(start).year == year - 1);
        for (int from = 0; from < 240; from += 37) {
            for (int until = from; until <= 240; until += 29) {
                StatsAsk ask;
                ask.range = {start + Millis(from * 60'000), start + Millis(until * 60'000)};
                auto rows = ws->read([&](store::Database& db) { return statsBy(db, ask); });
                QVERIFY(rows.has_value());
                QCOMPARE(rows->at(0).events, std::uint64_t(until - from));
            }
        }
    }

    void ratesHaveDenominators() {
        fs::path dir = test::temporaryFolder();
        auto ws = ingest::test::openWorkspace(dir / "w.waypost");
        const char* later = "dsn=4.0.0, status=deferred (host mx.one.example[192.0.2.9] said: 450 later)";
        std::string log =
            delivery("08:00:00", "AAAABB0001", "a@one.example", "1", "dsn=2.0.0, status=sent (250 ok)") +
            delivery("08:00:01", "AAAABB0002", "b@one.example", "1", later) +
            delivery("08:10:01", "AAAABB0002", "b@one.example", "601", later) +
            delivery("08:20:01", "AAAABB0002", "b@one.example", "1201", "dsn=2.0.0, status=sent (250 ok)");
        ingest::test::put(dir / "mail.log", log);
        ingest::importFiles({dir / "mail.log"}, ingest::writeTo(*ws), ingest::test::options());
        auto whole = ws->read([](store::Database& db) { return statsBy(db, {}); });
        const auto& row = whole->at(0);
        QCOMPARE(row.events, 4u);
        QCOMPARE(row.messages, 2u);
        QCOMPARE(row.rates[size_t(Metric::Acceptance)].part, 2u);
        QCOMPARE(row.rates[size_t(Metric::Acceptance)].whole, 2u);
        QCOMPARE(row.rates[size_t(Metric::DeferralPerAttempt)].part, 2u);
        QCOMPARE(row.rates[size_t(Metric::DeferralPerAttempt)].whole, 4u);
        QVERIFY(row.rates[size_t(Metric::Acceptance)].interval().has_value());
        auto by = *parseKeys("outcome,category");
        auto split = ws->read([&](store::Database& db) { return statsBy(db, {by, {}, {}}); });
        QCOMPARE(split->size(), 2u);
        QCOMPARE(split->at(0).events, 2u);
        for (const auto& part : *split) QCOMPARE(part.messages, part.keys[0] == "accepted" ? 2u : 1u);
        auto o = toJson(split->at(0), by).as_object();
        QVERIFY(o.contains("outcome") && o.contains("category") && o.contains("p50_ms") &&
                o.contains("acceptance_rate"));
        QVERIFY(toTable(*split, by).starts_with("outcome"));
        auto none = ws->read([](store::Database& db) {
            store::EventFilter filter;
            filter.domains = {"nobody.example"};
            return statsBy(db, {{}, {}, filter});
        });
        QCOMPARE(none->at(0).events, 0u);
        QVERIFY(!none->at(0).rates[0].value().has_value());
    }
};

QTEST_APPLESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
