#include "ingest/syslog_head.h"

#include "base/text.h"

#include <cstring>
#include <ctime>

namespace waypost::ingest {

namespace {

constexpr std::int64_t dayMs = 86'400'000;
// A file's modification time may lag behind the log's zone by hours; a line later than that is of another
// year.
constexpr std::int64_t referenceSlackMs = dayMs;
// Lines go back a little (several daemons write one log); more than this is a new year.
constexpr std::int64_t backwardSlackMs = 35 * dayMs;

int digits(std::string_view in, size_t at, size_t count) {
    int value = 0;
    for (size_t i = at; i < at + count; ++i) {
        if (i >= in.size() || !text::isDigit(in[i])) return -1;
        value = value * 10 + (in[i] - '0');
    }
    return value;
}

int monthOf(std::string_view in) {
    static constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; ++i) {
        if (in.substr(0, 3) == names.substr(size_t(i) * 3, 3)) return i + 1;
    }
    return 0;
}

// ":MM:SS" as milliseconds, or -1. A leap second is read as the last one of its minute.
std::int64_t minuteAndSecond(std::string_view in, size_t at) {
    if (in.size() < at + 6 || in[at] != ':' || in[at + 3] != ':') return -1;
    int minute = digits(in, at + 1, 2), second = digits(in, at + 4, 2);
    if (minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
    return (minute * 60 + std::min(second, 59)) * 1000LL;
}

} // namespace

UtcTime zonedHour(const LogZone& zone, int year, int month, int day, int hour) {
    if (!zone.system) {
        auto local = fromCivil({year, month, day, hour, 0, 0});
        return {local.ms - zone.offsetMinutes * 60'000LL};
    }
    std::tm local{};
    local.tm_year = year - 1900;
    local.tm_mon = month - 1;
    local.tm_mday = day;
    local.tm_hour = hour;
    local.tm_isdst = -1;
    return {std::int64_t(std::mktime(&local)) * 1000};
}

UtcTime HeadReader::inferYear(int month, int day, int hour) const {
    auto fits = [this](UtcTime t) { return t.ms <= reference_.ms + referenceSlackMs; };
    if (last_.ms == INT64_MIN) {
        int year = toCivil(reference_).year;
        UtcTime next = inYear(year + 1, month, day, hour), same = inYear(year, month, day, hour);
        // The reference may stand a day behind new year.
        if (fits(next)) return next;
        return fits(same) ? same : inYear(year - 1, month, day, hour);
    }
    int year = toCivil(last_).year;
    UtcTime same = inYear(year, month, day, hour);
    if (same.ms < last_.ms - backwardSlackMs) {
        UtcTime next = inYear(year + 1, month, day, hour);
        return fits(next) ? next : same;
    }
    // Late December behind early January: one line out of order at new year.
    UtcTime before = inYear(year - 1, month, day, hour);
    bool nearBefore = before.ms >= last_.ms - backwardSlackMs;
    if (!fits(same) || (nearBefore && same.ms - last_.ms > 300 * dayMs)) return before;
    return same;
}

bool HeadReader::readClassic(std::string_view line, UtcTime& at) {
    // "Nov  1 03:02:01 "
    if (line.size() < 16 || line[3] != ' ' || line[6] != ' ' || line[15] != ' ') return false;
    std::int64_t within = minuteAndSecond(line, 9);
    if (within < 0) return false;
    if (hourLength_ == 9 && std::memcmp(hourText_, line.data(), 9) == 0) {
        at.ms = hourStart_ + within;
        return true;
    }
    int month = monthOf(line);
    int day = line[4] == ' ' ? digits(line, 5, 1) : digits(line, 4, 2);
    int hour = digits(line, 7, 2);
    if (month == 0 || day < 1 || day > 31 || hour < 0 || hour > 23) return false;
    hourStart_ = inferYear(month, day, hour).ms;
    std::memcpy(hourText_, line.data(), 9);
    hourLength_ = 9;
    at.ms = hourStart_ + within;
    return true;
}

bool HeadReader::readRfc3339(std::string_view line, UtcTime& at, size_t& length) {
    // "2026-11-01T03:02:01[.digits](Z|+hh:mm|+hhmm) "
    if (line.size() < 21 || line[4] != '-' || line[7] != '-' || (line[10] != 'T' && line[10] != ' '))
        return false;
    std::int64_t within = minuteAndSecond(line, 13);
    if (within < 0) return false;
    size_t pos = 19;
    if (line[pos] == '.') {
        int scale = 100;
        for (++pos; pos < line.size() && text::isDigit(line[pos]); ++pos, scale /= 10)
            within += (line[pos] - '0') * scale;
    }
    size_t zoneAt = pos;
    while (pos < line.size() && line[pos] != ' ') ++pos;
    if (pos >= line.size() || pos == zoneAt || pos - zoneAt > 6) return false;
    length = pos + 1;
    size_t zoneLength = pos - zoneAt;
    if (hourLength_ == 13 + zoneLength && std::memcmp(hourText_, line.data(), 13) == 0 &&
        std::memcmp(hourText_ + 13, line.data() + zoneAt, zoneLength) == 0) {
        at.ms = hourStart_ + within;
        return true;
    }
    char whole[32];
    std::memcpy(whole, line.data(), 13);
    std::string_view(":00:00").copy(whole + 13, 6);
    std::memcpy(whole + 19, line.data() + zoneAt, zoneLength);
    whole[10] = 'T';
    auto start = parseUtc({whole, 19 + zoneLength});
    if (!start) return false;
    hourStart_ = start->ms;
    std::memcpy(hourText_, line.data(), 13);
    std::memcpy(hourText_ + 13, line.data() + zoneAt, zoneLength);
    hourLength_ = 13 + zoneLength;
    at.ms = hourStart_ + within;
    return true;
}

bool HeadReader::readProgram(std::string_view rest, SyslogHead& out) const {
    size_t space = rest.find(' ');
    if (space == std::string_view::npos || space == 0) return false;
    out.host = rest.substr(0, space);
    rest.remove_prefix(space + 1);
    // "program[pid]: " or "program: "; a program name has no space.
    size_t end = 0;
    while (end < rest.size() && rest[end] != ' ' && rest[end] != '[' && rest[end] != ':') ++end;
    if (end == 0 || end >= rest.size() || rest[end] == ' ') return false;
    std::string_view program = rest.substr(0, end);
    if (rest[end] == '[') {
        size_t close = rest.find(']', end);
        if (close == std::string_view::npos || close - end > 24) return false;
        end = close + 1;
    }
    if (end >= rest.size() || rest[end] != ':') return false;
    ++end;
    if (end < rest.size() && rest[end] == ' ') ++end;
    size_t slash = program.rfind('/');
    bool path = slash != std::string_view::npos;
    out.instance = path ? program.substr(0, slash) : std::string_view{};
    out.service = path ? program.substr(slash + 1) : program;
    out.body = rest.substr(end);
    return true;
}

bool HeadReader::read(std::string_view line, SyslogHead& out) {
    if (line.size() < 16) return false;
    size_t length = 16;
    bool ok = text::isDigit(line[0]) ? readRfc3339(line, out.at, length) : readClassic(line, out.at);
    if (!ok || !readProgram(line.substr(length), out)) return false;
    last_ = out.at;
    return true;
}

} // namespace waypost::ingest
