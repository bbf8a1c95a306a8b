// Time words: now, now-24h, now/d, today, yesterday, 2026-05-01, 2026-05-01T10:00Z. A word is kept as it was
// meant and becomes an instant when it is asked about, so that a saved filter follows the clock. Pure.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace waypost::filter {

// What "now" and "today" are. Without startOfDay days are those of UTC.
struct Moment {
    UtcTime now;
    std::function<UtcTime(UtcTime)> startOfDay;
    [[nodiscard]] UtcTime dayOf(UtcTime t) const;
};

struct TimePoint {
    enum class Base : std::uint8_t { Absolute, Now, Today, Yesterday };
    Base base = Base::Absolute;
    UtcTime at{};             // Absolute
    std::int64_t minusMs = 0; // Now
    char cut = 0;             // Now: s, m, h, d, w (Monday), or 0
    bool dayOnly = false;     // Absolute: a date without a time, a day of the display zone
    std::int64_t widthMs = 1; // what is meant when it stands alone: a day, a minute …

    [[nodiscard]] UtcTime start(const Moment& moment) const;
    [[nodiscard]] UtcTime end(const Moment& moment) const; // first instant behind it
};

std::optional<TimePoint> parseTimePoint(std::string_view word);
// "250ms", "90s", "15m", "24h", "7d", "2w", "0"; nothing for anything else or beyond a hundred years.
std::optional<std::int64_t> parseDuration(std::string_view word);

} // namespace waypost::filter
