#include "mail/date.h"

#include "base/text.h"

namespace waypost::mail {

namespace {

// Comments become spaces.
std::string withoutComments(std::string_view in) {
    std::string out;
    int depth = 0;
    for (size_t i = 0; i < in.size() && i < 1000; ++i) {
        if (in[i] == '\\' && depth > 0) {
            ++i;
        } else if (in[i] == '(') {
            ++depth;
        } else if (in[i] == ')' && depth > 0) {
            if (--depth == 0) out += ' ';
        } else if (depth == 0) {
            out += in[i] == ',' ? ' ' : in[i];
        }
    }
    return out;
}

std::optional<int> monthOf(std::string_view w) {
    static constexpr std::string_view names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                                 "jul", "aug", "sep", "oct", "nov", "dec"};
    if (w.size() < 3) return std::nullopt;
    for (int i = 0; i < 12; ++i)
        if (text::iequals(w.substr(0, 3), names[i])) return i + 1;
    return std::nullopt;
}

std::optional<int> yearOf(std::string_view w) {
    auto n = text::parseUnsigned(w);
    if (!n || *n > 9999) return std::nullopt;
    if (w.size() == 2) return int(*n) + (*n < 50 ? 2000 : 1900); // RFC 5322 4.3
    if (w.size() == 3) return int(*n) + 1900;
    return w.size() == 4 && *n >= 1900 ? std::optional(int(*n)) : std::nullopt;
}

// "15:28", "15:28:45", "15:28:45.123"
bool readTime(std::string_view w, CivilTime& c) {
    if (size_t dot = w.find('.'); dot != std::string_view::npos) w = w.substr(0, dot);
    auto pieces = text::split(w, ':');
    if (pieces.size() < 2 || pieces.size() > 3) return false;
    int values[3] = {0, 0, 0};
    for (size_t i = 0; i < pieces.size(); ++i) {
        auto n = text::parseUnsigned(pieces[i]);
        if (!n || pieces[i].size() > 2) return false;
        values[i] = int(*n);
    }
    c.hour = values[0];
    c.minute = values[1];
    c.second = std::min(values[2], 59); // a leap second counts as the one before
    return c.hour < 24 && c.minute < 60 && values[2] <= 60;
}

std::optional<int> zoneMinutes(std::string_view w) {
    if (w.size() == 6 && w[3] == ':') {
        std::string joined = std::string(w.substr(0, 3)) + std::string(w.substr(4));
        return zoneMinutes(joined);
    }
    if (w.size() == 5 && (w[0] == '+' || w[0] == '-')) {
        auto n = text::parseUnsigned(w.substr(1));
        if (!n || *n % 100 > 59 || *n > 2359) return std::nullopt;
        const int minutes = int(*n / 100 * 60 + *n % 100);
        return w[0] == '-' ? -minutes : minutes;
    }
    struct Named {
        std::string_view name;
        int minutes;
    };
    static constexpr Named zones[] = {{"UT", 0},     {"GMT", 0},    {"UTC", 0},    {"EST", -300},
                                      {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
                                      {"MDT", -360}, {"PST", -480}, {"PDT", -420}};
    for (const Named& z : zones)
        if (text::iequals(z.name, w)) return z.minutes;
    // Military letters were defined wrongly once and mean -0000 (RFC 5322 4.3).
    if (w.size() == 1 && text::isAlpha(w[0]) && text::lower(w[0]) != 'j') return 0;
    return std::nullopt;
}

bool plausible(const CivilTime& c) {
    using namespace std::chrono;
    return (year(c.year) / month(unsigned(c.month)) / day(unsigned(c.day))).ok();
}

} // namespace

std::optional<UtcTime> parseMailDate(std::string_view in) {
    const std::string plain = withoutComments(in);
    auto w = text::words(plain);
    size_t i = 0;
    if (i < w.size() && text::isAlpha(w[i].front()) && !monthOf(w[i])) ++i; // the weekday is not checked
    if (w.size() < i + 5) return std::nullopt;
    CivilTime c;
    // "4 Apr 2006 15:28:45 +0100", or asctime's "Apr 4 15:28:45 2006 +0100"
    const bool monthFirst = monthOf(w[i]).has_value();
    auto month = monthOf(w[monthFirst ? i : i + 1]);
    auto day = text::parseUnsigned(w[monthFirst ? i + 1 : i]);
    auto year = yearOf(w[monthFirst ? i + 3 : i + 2]);
    auto zone = zoneMinutes(w[i + 4]);
    if (!month || !day || *day > 31 || !year || !zone) return std::nullopt;
    c.year = *year;
    c.month = *month;
    c.day = int(*day);
    if (!readTime(w[monthFirst ? i + 2 : i + 3], c) || !plausible(c)) return std::nullopt;
    return UtcTime{fromCivil(c).ms - std::int64_t(*zone) * 60'000};
}

} // namespace waypost::mail
