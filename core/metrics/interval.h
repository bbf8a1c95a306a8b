// Wilson score interval of a proportion (95 %): what a rate from few events may really be. Pure.
#pragma once

#include <cstdint>

namespace waypost::metrics {

struct Interval {
    double low = 0, high = 1;
};
// hits <= total; total 0 gives [0, 1]: nothing is known.
Interval wilson(std::uint64_t hits, std::uint64_t total);

// Below this many a rate is shown with its interval.
inline constexpr std::uint64_t smallSample = 200;

} // namespace waypost::metrics
