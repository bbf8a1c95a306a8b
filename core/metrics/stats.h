// Statistics by any of the dimensions: the rows of `stats --by …`, of reports and of the comparison pages.
// Thread rule: that of the Database. Failure: unknown keys are refused by parseKeys(); StorageError from the
// store.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "metrics/acceptance.h"
#include "metrics/definitions.h"
#include "metrics/interval.h"
#include "store/event_cells.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::metrics {

enum class Key : std::uint8_t {
    Provider,
    Category,
    Outcome,
    Domain,
    Stream,
    Ip,
    Template,
    Hour,
    Day,
    Source,
    Kind
};
std::string_view keyName(Key key);
// "provider,category"; at most 4, none twice.
Result<std::vector<Key>> parseKeys(std::string_view text);

struct Rate {
    std::uint64_t part = 0, whole = 0; // whole 0: there is no rate
    [[nodiscard]] std::optional<double> value() const;
    [[nodiscard]] std::optional<Interval> interval() const; // under smallSample
};

struct StatRow {
    std::vector<std::string> keys; // in the order asked
    std::uint64_t events = 0, messages = 0;
    std::array<std::uint64_t, 5> outcomes{}; // reply::Outcome order
    // Reports on messages that were counted before: never part of `events`, unless the filter names kinds.
    std::uint64_t asyncBounces = 0, complaints = 0, autoReplies = 0;
    std::array<Rate, rateCount> rates;        // Metric order
    std::optional<std::int64_t> p50Ms, p95Ms; // of accepted events
};

struct StatsAsk {
    std::vector<Key> by;
    store::EventRange range;
    store::EventFilter filter;
    ValueWindows windows{}; // of Metric::WithinWindow
};
// Most events first. With no key, one row (also when there are no events).
std::vector<StatRow> statsBy(store::Database& db, const StatsAsk& ask);

// How much hangs on one receiver.
struct Concentration {
    std::string largest;                // provider; empty: unknown
    double largestShare = 0, index = 0; // Herfindahl index, 1 / number of receivers when all are equal
    std::uint64_t messages = 0;
};
std::optional<Concentration> concentration(store::Database& db, const store::EventRange& range,
                                           const store::EventFilter& filter);

// One row as design's field names; a rate is {"value","part","whole","low","high"}, null where there is no
// denominator.
json::value toJson(const StatRow& row, const std::vector<Key>& by);
// Aligned columns with a heading.
std::string toTable(const std::vector<StatRow>& rows, const std::vector<Key>& by);

} // namespace waypost::metrics
