// How long until messages were accepted, for each provider: the survival curve over accepted, failed and
// waiting messages, and the share that came within what a stream's mail is worth waiting for. Thread rule:
// that of the Database. Failure: StorageError.
#pragma once

#include "base/result.h"
#include "metrics/survival.h"
#include "store/event_cells.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::metrics {

struct AcceptanceAsk {
    store::EventRange range;
    store::EventFilter filter; // outcome, category and template are left aside
    size_t maxPoints = 200;    // of each curve
    size_t maxProviders = 12;
};
struct AcceptanceTimes {
    std::string provider; // empty: unknown
    SurvivalCurve curve;
    // What was censored: ended without acceptance, and still queued at `asOf`.
    std::uint64_t failed = 0, waiting = 0;
};
struct AcceptanceAnswer {
    UtcTime asOf; // end of the range, or the last stored event
    AcceptanceTimes all;
    std::vector<AcceptanceTimes> providers; // most accepted first
    // Deferrals that name no message, so that nobody knows whether they still wait.
    std::uint64_t untracked = 0;
    bool complete = true; // false: more messages wait than are followed
};
AcceptanceAnswer acceptanceTimes(store::Database& db, const AcceptanceAsk& ask);

// "transactional=5m marketing=24h *=8h": until when a message is worth its delivery. `*` stands for the other
// streams; without it they have no window.
struct ValueWindows {
    std::map<std::string, std::int64_t, std::less<>> ms;
    std::int64_t otherMs = -1; // -1: none
    [[nodiscard]] std::int64_t of(std::string_view stream) const;
};
Result<ValueWindows> parseValueWindows(std::string_view text);
inline constexpr std::string_view standardWindows =
    "transactional=5m lifecycle=4h marketing=24h seed=30m *=24h";

} // namespace waypost::metrics
