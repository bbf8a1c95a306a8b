// Time to acceptance as a survival curve (Kaplan and Meier 1958): the share of messages that still wait after
// t. Messages that are still queued, and those that ended without acceptance, leave the curve at the time
// they were last known to wait: they are censored, not dropped, so a full queue cannot make times look short.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace waypost::metrics {

struct Waited {
    std::int64_t ms = 0; // since arrival in the queue
    std::uint64_t messages = 1;
    bool accepted = false; // false: still waiting, or ended otherwise, at this time
};

struct SurvivalPoint {
    std::int64_t ms = 0;
    double waiting = 1;       // share not accepted after ms
    double low = 1, high = 1; // 95 % band (Greenwood, on the log-log scale)
    std::uint64_t atRisk = 0, accepted = 0;
};

struct SurvivalCurve {
    std::vector<SurvivalPoint> points; // one for each time at which a message was accepted, ascending
    std::uint64_t messages = 0, accepted = 0, censored = 0;
    std::int64_t longestMs = 0; // the longest wait seen; the curve says nothing beyond it
    // Time by which the q-th part was accepted; nothing: the curve does not come that far.
    [[nodiscard]] std::optional<std::int64_t> quantile(double q) const;
    // Share accepted within ms; nothing: no message, or none was watched that long.
    [[nodiscard]] std::optional<double> acceptedWithin(std::int64_t ms) const;
};

SurvivalCurve survival(std::vector<Waited> waits);
// The same curve with at most `limit` points, for drawing: its first and last are kept.
SurvivalCurve thinned(const SurvivalCurve& curve, size_t limit);

} // namespace waypost::metrics
