#include "base/text.h"
#include "reputation/sender_formats.h"

#include <array>

namespace waypost::reputation::senderdata {

namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

int daysIn(int year, int month) {
    constexpr std::array days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[size_t(month - 1)];
}

// The runs of digits and of letters, in order.
std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    bool digits = false;
    bool inside = false;
    for (char c : text) {
        const bool d = text::isDigit(c);
        const bool word = text::isAlnum(c);
        if (word && (!inside || d != digits)) out.emplace_back();
        if (word) out.back() += text::lower(c);
        inside = word;
        digits = d;
    }
    return out;
}

int number(const std::string& word) {
    constexpr size_t longest = 8;
    if (word.empty() || word.size() > longest || !text::isDigit(word[0])) return -1;
    return int(text::parseUnsigned(word).value_or(-1));
}

struct Parts {
    int year = -1, month = -1, day = -1;
    size_t used = 3; // words
};

Parts dateParts(const std::vector<std::string>& w) {
    constexpr size_t compact = 8;
    if (!w.empty() && w[0].size() == compact && number(w[0]) > 0) {
        const int all = number(w[0]);
        return {all / 10'000, all / 100 % 100, all % 100, 1};
    }
    if (w.size() < 3) return {};
    for (size_t m = 0; m < months.size(); ++m) // "Nov 24, 2026"
        if (w[0].starts_with(months[m])) return {number(w[2]), int(m) + 1, number(w[1]), 3};
    if (w[0].size() == 4) return {number(w[0]), number(w[1]), number(w[2]), 3};
    return {number(w[2]), number(w[0]), number(w[1]), 3}; // month first, as these exports write it
}

} // namespace

std::optional<std::pair<UtcTime, UtcTime>> day(int year, int month, int dayOfMonth) {
    if (year < 2000 || year > 2200 || month < 1 || month > 12 || dayOfMonth < 1 ||
        dayOfMonth > daysIn(year, month))
        return std::nullopt;
    const UtcTime from = fromCivil({year, month, dayOfMonth, 0, 0, 0});
    return std::pair(from, from + Millis(86'400'000));
}

std::optional<UtcTime> readWhen(std::string_view text) {
    constexpr size_t longest = 60;
    text = text::trim(text);
    if (text.empty() || text.size() > longest) return std::nullopt;
    const std::vector<std::string> w = words(text);
    const Parts p = dateParts(w);
    const auto date = day(p.year, p.month, p.day);
    if (!date) return std::nullopt;
    std::array<int, 3> clock{0, 0, 0};
    size_t at = p.used, n = 0;
    if (at < w.size() && w[at] == "t") ++at;
    for (; at < w.size() && n < clock.size() && text::isDigit(w[at][0]); ++at) clock[n++] = number(w[at]);
    if (at < w.size() && (w[at] == "am" || w[at] == "pm")) {
        if (clock[0] < 1 || clock[0] > 12) return std::nullopt;
        clock[0] = clock[0] % 12 + (w[at] == "pm" ? 12 : 0);
        ++at;
    }
    const bool zone = at < w.size() && (w[at] == "z" || w[at] == "utc" || w[at] == "gmt");
    if (zone) ++at;
    if (at != w.size() || clock[0] < 0 || clock[0] > 23 || clock[1] < 0 || clock[1] > 59 || clock[2] < 0 ||
        clock[2] > 60)
        return std::nullopt;
    return date->first + Millis(1000LL * (3600LL * clock[0] + 60LL * clock[1] + clock[2]));
}

} // namespace waypost::reputation::senderdata
