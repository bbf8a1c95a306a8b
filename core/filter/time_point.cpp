#include "filter/time_point.h"

#include "base/text.h"

#include <algorithm>

namespace waypost::filter {

namespace {

constexpr std::int64_t secondMs = 1000, minuteMs = 60 * secondMs, hourMs = 60 * minuteMs, dayMs = 24 * hourMs;
constexpr std::int64_t longestMs = 36'525 * dayMs; // a hundred years

std::int64_t unitMs(std::string_view unit) {
    if (unit == "ms") return 1;
    if (unit == "s" || unit == "sec") return secondMs;
    if (unit == "m" || unit == "min") return minuteMs;
    if (unit == "h") return hourMs;
    if (unit == "d") return dayMs;
    if (unit == "w") return 7 * dayMs;
    return 0;
}

std::int64_t floorTo(std::int64_t ms, std::int64_t step) {
    return (ms / step - (ms % step < 0 ? 1 : 0)) * step;
}

UtcTime cutTo(UtcTime t, char unit, const Moment& moment) {
    switch (unit) {
    case 's': return {floorTo(t.ms, secondMs)};
    case 'm': return {floorTo(t.ms, minuteMs)};
    case 'h': return {floorTo(t.ms, hourMs)};
    case 'd': return moment.dayOf(t);
    case 'w': {
        UtcTime day = moment.dayOf(t);
        // 1970-01-01 was a Thursday; half a day keeps a changed clock from moving the weekday.
        std::int64_t weekday = ((floorTo(day.ms + dayMs / 2, dayMs) / dayMs) % 7 + 7 + 3) % 7;
        return moment.dayOf({day.ms - weekday * dayMs + dayMs / 2});
    }
    default: return t;
    }
}

std::optional<TimePoint> parseNow(std::string_view word) {
    TimePoint out{.base = TimePoint::Base::Now};
    word.remove_prefix(3);
    if (word.starts_with('-')) {
        const size_t end = std::min(word.find('/'), word.size());
        auto span = parseDuration(word.substr(1, end - 1));
        if (!span) return std::nullopt;
        out.minusMs = *span;
        word.remove_prefix(end);
    }
    if (word.empty()) return out;
    if (word.size() != 2 || word[0] != '/' || !std::string_view("smhdw").contains(word[1]))
        return std::nullopt;
    out.cut = word[1];
    return out;
}

// How much a written time leaves open.
std::int64_t widthOf(std::string_view word) {
    const size_t at = word.find_first_of("Tt");
    if (at == std::string_view::npos) return dayMs;
    std::string_view time = word.substr(at + 1);
    const auto zone = time.find_first_of("Zz+-");
    time = time.substr(0, zone);
    if (time.contains('.')) return 1;
    return std::count(time.begin(), time.end(), ':') >= 2 ? secondMs : minuteMs;
}

} // namespace

UtcTime Moment::dayOf(UtcTime t) const {
    return startOfDay ? startOfDay(t) : UtcTime{floorTo(t.ms, dayMs)};
}

UtcTime TimePoint::start(const Moment& moment) const {
    switch (base) {
    // The middle of the UTC day lies in the same day of every inhabited zone but two.
    case Base::Absolute: return dayOnly ? moment.dayOf({at.ms + dayMs / 2}) : at;
    case Base::Now: return cutTo({moment.now.ms - minusMs}, cut, moment);
    case Base::Today: return moment.dayOf(moment.now);
    case Base::Yesterday: return moment.dayOf({moment.dayOf(moment.now).ms - dayMs / 2});
    }
    return at;
}

UtcTime TimePoint::end(const Moment& moment) const {
    if (base == Base::Now) return {start(moment).ms + widthMs};
    const bool day = base != Base::Absolute || dayOnly;
    const UtcTime from = start(moment);
    return day ? moment.dayOf({from.ms + dayMs + dayMs / 2}) : UtcTime{from.ms + widthMs};
}

std::optional<TimePoint> parseTimePoint(std::string_view word) {
    if (word == "today") return TimePoint{.base = TimePoint::Base::Today};
    if (word == "yesterday") return TimePoint{.base = TimePoint::Base::Yesterday};
    if (word.starts_with("now")) return parseNow(word);
    constexpr size_t longest = 40;
    if (word.size() > longest) return std::nullopt;
    auto at = parseUtc(word);
    if (!at) at = parseUtc(std::string(word) + "Z"); // a time without a zone is UTC
    if (!at) return std::nullopt;
    const std::int64_t width = widthOf(word);
    return TimePoint{
        .base = TimePoint::Base::Absolute, .at = *at, .dayOnly = width == dayMs, .widthMs = width};
}

std::optional<std::int64_t> parseDuration(std::string_view word) {
    size_t digits = 0, point = std::string_view::npos;
    while (digits < word.size() && (text::isDigit(word[digits]) || word[digits] == '.')) {
        if (word[digits] == '.') {
            if (point != std::string_view::npos) return std::nullopt;
            point = digits;
        }
        ++digits;
    }
    const std::int64_t unit = word == "0" ? 1 : unitMs(word.substr(digits));
    auto whole = text::parseUnsigned(word.substr(0, std::min(digits, point)));
    if (unit == 0 || !whole || *whole > std::uint64_t(longestMs / unit)) return std::nullopt;
    std::int64_t ms = std::int64_t(*whole) * unit;
    if (point == std::string_view::npos) return ms;
    std::string_view fraction = word.substr(point + 1, digits - point - 1);
    auto part = text::parseUnsigned(fraction);
    constexpr size_t mostDigits = 6;
    if (!part || fraction.size() > mostDigits) return std::nullopt;
    std::int64_t scale = 1;
    for (size_t i = 0; i < fraction.size(); ++i) scale *= 10;
    return ms + std::int64_t(*part) * unit / scale;
}

} // namespace waypost::filter
