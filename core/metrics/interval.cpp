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
    return {std::max(0.0, (middle - spread) / scale), std::min(1.0, (middle + spread) / scale)};
}

} // namespace waypost::metrics
