// Time as a parameter. Wall time is UTC milliseconds since 1970 everywhere (zones exist only in the UI and
// the CLI); durations and deadlines use the monotonic clock. Thread rule: implementations are callable from
// any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost {

using Millis = std::chrono::milliseconds;

// UTC milliseconds since the epoch. A strong type, so that a duration is never stored as an instant.
struct UtcTime {
    std::int64_t ms = 0;
    auto operator<=>(const UtcTime&) const = default;
    friend UtcTime operator+(UtcTime t, Millis d) { return {t.ms + d.count()}; }
    friend UtcTime operator-(UtcTime t, Millis d) { return {t.ms - d.count()}; }
    friend Millis operator-(UtcTime a, UtcTime b) { return Millis(a.ms - b.ms); }
};

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UtcTime now() const = 0;
    // Never goes backwards; only differences mean anything.
    [[nodiscard]] virtual Millis monotonic() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] UtcTime now() const override;
    [[nodiscard]] Millis monotonic() const override;
};

// "2026-05-01T10:00:00.123Z"; the milliseconds are left out when they are zero.
std::string formatUtc(UtcTime t);
// RFC 3339 with Z or an offset, also "2026-05-01" (midnight UTC) and "2026-05-01T10:00Z".
std::optional<UtcTime> parseUtc(std::string_view text);
// RFC 5322 date-time for a Date header, always "+0000".
std::string formatMailDate(UtcTime t);

struct CivilTime {
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
};
CivilTime toCivil(UtcTime t);
UtcTime fromCivil(const CivilTime& c);

} // namespace waypost
