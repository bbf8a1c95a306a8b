#include "metrics/survival.h"

#include <algorithm>
#include <cmath>

namespace waypost::metrics {

namespace {

struct Band {
    double low, high;
};
// log(-log S) keeps the band within [0, 1].
Band band(double s, double greenwood) {
    if (s >= 1) return {1, 1};
    if (s <= 0) return {0, 0};
    constexpr double z = 1.959963984540054;
    double spread = z * std::sqrt(greenwood) / std::abs(std::log(s));
    return {std::pow(s, std::exp(spread)), std::pow(s, std::exp(-spread))};
}

} // namespace

SurvivalCurve survival(std::vector<Waited> waits) {
    SurvivalCurve out;
    // At equal times acceptances come first: who is censored then was still at risk.
    std::sort(waits.begin(), waits.end(), [](const Waited& a, const Waited& b) {
        return a.ms != b.ms ? a.ms < b.ms : a.accepted > b.accepted;
    });
    for (const auto& w : waits) {
        out.messages += w.messages;
        (w.accepted ? out.accepted : out.censored) += w.messages;
        if (w.messages > 0) out.longestMs = std::max(out.longestMs, w.ms);
    }
    std::uint64_t atRisk = out.messages;
    double s = 1, greenwood = 0;
    for (size_t i = 0; i < waits.size();) {
        std::int64_t ms = waits[i].ms;
        std::uint64_t accepted = 0, gone = 0;
        for (; i < waits.size() && waits[i].ms == ms; ++i) {
            gone += waits[i].messages;
            if (waits[i].accepted) accepted += waits[i].messages;
        }
        if (accepted > 0) {
            double n = double(atRisk), d = double(accepted);
            s = accepted == atRisk ? 0 : s * (1 - d / n);
            if (accepted != atRisk) greenwood += d / (n * (n - d));
            auto b = band(s, greenwood);
            out.points.push_back({ms, s, b.low, b.high, atRisk, accepted});
        }
        atRisk -= gone;
    }
    return out;
}

std::optional<std::int64_t> SurvivalCurve::quantile(double q) const {
    for (const auto& p : points) {
        if (1 - p.waiting >= q - 1e-12) return p.ms;
    }
    return std::nullopt;
}

std::optional<double> SurvivalCurve::acceptedWithin(std::int64_t ms) const {
    if (messages == 0) return std::nullopt;
    double waiting = 1;
    for (const auto& p : points) {
        if (p.ms > ms) return 1 - waiting;
        waiting = p.waiting;
    }
    // Past the last acceptance the curve is known only as far as somebody was watched.
    if (ms > longestMs && waiting > 0) return std::nullopt;
    return 1 - waiting;
}

SurvivalCurve thinned(const SurvivalCurve& curve, size_t limit) {
    SurvivalCurve out = curve;
    if (limit < 2 || curve.points.size() <= limit) return out;
    out.points.clear();
    double step = double(curve.points.size() - 1) / double(limit - 1);
    for (size_t i = 0; i < limit; ++i)
        out.points.push_back(curve.points[size_t(std::lround(double(i) * step))]);
    return out;
}

} // namespace waypost::metrics
