// Values of the Delivery screen's analysing tabs: who had trouble when (matrix), how long delivery took
// (latency), what is different between two ranges (comparison). Counts are attempts; each share stands with
// its denominator, so that the screen can say both. Thread rule: values; copy or share as const.
#pragma once

#include "engine/delivery_values.h"

#include <string>
#include <vector>

namespace waypost::engine {

// A share with its denominator and its 95 % interval (Wilson); whole 0: nothing is known.
struct ShareView {
    std::uint64_t part = 0, whole = 0;
    double low = 0, high = 1;
};

// --- matrix: provider x time

struct MatrixQuery {
    TimeRange range;
    DeliveryFilter filter;
    int maxColumns = 72;
};
struct Matrix {
    using Counts = std::array<std::uint64_t, 5>; // reply::Outcome order
    struct Row {
        std::string provider, label;
        std::vector<Counts> cells; // one for each column
        Counts total{};
    };
    TimeRange range;
    Millis bucket{3'600'000};
    std::vector<UtcTime> columns; // starts; the first and the last may be cut by the range
    std::vector<Row> rows;        // most attempts first
    std::uint64_t events = 0;
    std::optional<TimeRange> stored;
    UtcTime asOf;
};

// --- latency: time from the first attempt to acceptance

struct LatencyQuery {
    TimeRange range;
    DeliveryFilter filter;
    int maxBuckets = 72;
};
struct Quantiles {
    std::uint64_t events = 0;                                     // accepted attempts whose time is known
    std::int64_t p5 = -1, p25 = -1, p50 = -1, p75 = -1, p95 = -1; // ms; -1: unknown
};
struct SurvivalPoint {
    std::int64_t ms = 0;                   // since the first attempt
    double waiting = 1, low = 0, high = 1; // share of messages not accepted by then, 95 %
    std::uint64_t atRisk = 0;
};
struct Survival {
    std::vector<SurvivalPoint> points;
    // Messages; those that still wait are censored: they count as long as they were seen to wait.
    std::uint64_t accepted = 0, waiting = 0, failed = 0;
    std::optional<std::int64_t> p50Ms, p95Ms; // nothing: not reached in the range
};
struct Latency {
    struct Box {
        std::string provider, label;
        Quantiles q;
    };
    struct Point {
        UtcTime start;
        Quantiles q;
    };
    TimeRange range;
    Millis bucket{3'600'000};
    std::vector<Box> boxes; // most accepted first
    std::vector<Point> points;
    Quantiles all;
    std::optional<Survival> survival; // nothing: it could not be told
    std::uint64_t events = 0;         // of the scope, whatever their outcome
    std::optional<TimeRange> stored;
    UtcTime asOf;
};

// --- comparison of two ranges

struct CompareQuery {
    TimeRange before, now;
    DeliveryFilter filter;
};
struct Comparison {
    struct Line {
        std::string key, label; // of an outcome or a category
        ShareView before, now;
        double change = 0; // share now - share before
        bool couldBeChance = true;
    };
    struct Template {
        std::string key, text, provider, category;
        std::uint64_t before = 0, now = 0;
        double change = 0; // share now - share before
    };
    TimeRange before, now;
    std::uint64_t eventsBefore = 0, eventsNow = 0;
    std::vector<Line> outcomes, categories; // outcome order; largest change first
    std::vector<Template> templates;        // what carries the shift, largest first
    // Test of the whole outcome mix; nothing where it does not apply, and why in `note`.
    std::optional<double> pValue;
    double statistic = 0, effect = 0; // chi-squared, Cramér's V
    int freedom = 0;
    std::string verdict; // one sentence
    std::string note;
    std::optional<TimeRange> stored;
    UtcTime asOf;
};

} // namespace waypost::engine
