#include "common/when.h"

#include "base/text.h"

#include <optional>
#include <string>

namespace waypost::app {

namespace {

constexpr std::int64_t daySeconds = 86'400;

// "24h", "15m", "7d", "2w", "90s"
std::optional<Millis> parseSpan(std::string_view in) {
    if (in.size() < 2) return std::nullopt;
    const char unit = in.back();
    auto count = text::parseUnsigned(in.substr(0, in.size() - 1));
    if (!count || *count > 100'000'000) return std::nullopt;
    std::int64_t seconds = 0;
    if (unit == 's')
        seconds = 1;
    else if (unit == 'm')
        seconds = 60;
    else if (unit == 'h')
        seconds = 3600;
    else if (unit == 'd')
        seconds = daySeconds;
    else if (unit == 'w')
        seconds = 7 * daySeconds;
    else
        return std::nullopt;
    return Millis(std::int64_t(*count) * seconds * 1000);
}

UtcTime startOfDay(UtcTime t) {
    CivilTime c = toCivil(t);
    return fromCivil({c.year, c.month, c.day});
}

} // namespace

Result<UtcTime> parseWhen(std::string_view in, UtcTime now) {
    if (in == "now") return now;
    if (in == "today") return startOfDay(now);
    if (in == "yesterday") return startOfDay(now) - Millis(daySeconds * 1000);
    if (in.starts_with("now-"))
        if (auto span = parseSpan(in.substr(4))) return now - *span;
    if (in.starts_with("now+"))
        if (auto span = parseSpan(in.substr(4))) return now + *span;
    if (auto t = parseUtc(in)) return *t;
    return fail(ErrorCode::InvalidArgument, "time",
                "\"" + std::string(in) +
                    "\" is no time; give now, now-24h, today, yesterday, 2026-05-01 or 2026-05-01T10:00Z.");
}

} // namespace waypost::app
