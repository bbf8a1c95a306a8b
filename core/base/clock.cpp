#include "base/clock.h"

#include <fmt/format.h>

#include <array>

namespace waypost {

UtcTime SystemClock::now() const {
    auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<Millis>(since).count()};
}

Millis SystemClock::monotonic() const {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

CivilTime toCivil(UtcTime t) {
    using namespace std::chrono;
    auto point = sys_time<milliseconds>(Millis(t.ms));
    auto day = floor<days>(point);
    year_month_day ymd(day);
    hh_mm_ss<seconds> time(floor<seconds>(point - day));
    return {int(ymd.year()),           int(unsigned(ymd.month())),  int(unsigned(ymd.day())),
            int(time.hours().count()), int(time.minutes().count()), int(time.seconds().count())};
}

UtcTime fromCivil(const CivilTime& c) {
    using namespace std::chrono;
    sys_days day = year(c.year) / month(unsigned(c.month)) / std::chrono::day(unsigned(c.day));
    auto point = day + hours(c.hour) + minutes(c.minute) + seconds(c.second);
    return {duration_cast<Millis>(point.time_since_epoch()).count()};
}

std::string formatUtc(UtcTime t) {
    CivilTime c = toCivil(t);
    auto fraction = ((t.ms % 1000) + 1000) % 1000;
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute,
                            c.second);
    if (fraction != 0) text += fmt::format(".{:03}", fraction);
    return text + "Z";
}

std::string formatMailDate(UtcTime t) {
    static constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    using namespace std::chrono;
    CivilTime c = toCivil(t);
    weekday w(floor<days>(sys_time<milliseconds>(Millis(t.ms))));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", weekdays[w.c_encoding()], c.day,
                       months[size_t(c.month - 1)], c.year, c.hour, c.minute, c.second);
}

namespace {

// Reads exactly `width` digits and moves on.
bool digits(std::string_view& in, size_t width, int& out) {
    if (in.size() < width) return false;
    out = 0;
    for (size_t i = 0; i < width; ++i) {
        if (in[i] < '0' || in[i] > '9') return false;
        out = out * 10 + (in[i] - '0');
    }
    in.remove_prefix(width);
    return true;
}

bool take(std::string_view& in, char c) {
    if (in.empty() || in.front() != c) return false;
    in.remove_prefix(1);
    return true;
}

bool plausible(const CivilTime& c) {
    using namespace std::chrono;
    year_month_day ymd = year(c.year) / month(unsigned(c.month)) / day(unsigned(c.day));
    return ymd.ok() && c.hour < 24 && c.minute < 60 && c.second < 61;
}

// "Z", "+02:00" or "-0500"; the offset in minutes.
std::optional<int> parseOffset(std::string_view in) {
    if (in == "Z" || in == "z") return 0;
    bool minus = !in.empty() && in.front() == '-';
    if (!minus && (in.empty() || in.front() != '+')) return std::nullopt;
    in.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!digits(in, 2, hours)) return std::nullopt;
    take(in, ':');
    if (!digits(in, 2, minutes) || !in.empty() || hours > 23 || minutes > 59) return std::nullopt;
    int total = hours * 60 + minutes;
    return minus ? -total : total;
}

} // namespace

std::optional<UtcTime> parseUtc(std::string_view in) {
    CivilTime c;
    if (!digits(in, 4, c.year) || !take(in, '-') || !digits(in, 2, c.month) || !take(in, '-') ||
        !digits(in, 2, c.day))
        return std::nullopt;
    if (in.empty()) return plausible(c) ? std::optional(fromCivil(c)) : std::nullopt;
    if (!take(in, 'T') && !take(in, 't') && !take(in, ' ')) return std::nullopt;
    if (!digits(in, 2, c.hour) || !take(in, ':') || !digits(in, 2, c.minute)) return std::nullopt;
    if (take(in, ':') && !digits(in, 2, c.second)) return std::nullopt;
    int millis = 0;
    if (take(in, '.')) {
        int scale = 100;
        while (!in.empty() && in.front() >= '0' && in.front() <= '9') {
            millis += (in.front() - '0') * scale;
            scale /= 10;
            in.remove_prefix(1);
        }
    }
    auto offset = parseOffset(in);
    if (!offset || !plausible(c)) return std::nullopt;
    return UtcTime{fromCivil(c).ms + millis - std::int64_t(*offset) * 60'000};
}

} // namespace waypost
