#include "metrics/interval.h"

#include <algorithm>
#include <cmath>

namespace waypost::metrics {

Interval wilson(std::uint64_t hits, std::uint64_t total) {
    if (total == 0) return {};
    constexpr double z = 1.959963984540054;
    double n = double(total), p = double(std::min(hits, total)) / n;
    double middle = p + z * z / (2 * n);
    double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    double scale = 1 + z * z / n;
    // At the ends the bound is exact; rounding would leave 3e-17 there.
    double low = hits == 0 ? 0.0 : std::max(0.0, (middle - spread) / scale);
    double high = hits >= total ? 1.0 : std::min(1.0, (middle + spread) / scale);
    return {low, high};
}

} // namespace waypost::metrics
