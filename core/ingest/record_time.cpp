#include "ingest/record_time.h"

#include "base/text.h"

#include <charconv>
#include <cmath>
#include <ctime>

namespace waypost::ingest {

namespace {

constexpr std::int64_t earliestMs = 315'532'800'000, latestMs = 7'258'118'400'000;

std::optional<UtcTime> plausible(std::int64_t ms) {
    if (ms < earliestMs || ms >= latestMs) return std::nullopt;
    return UtcTime{ms};
}

// Civil time taken as UTC, moved to the zone it was written in.
UtcTime fromLocal(UtcTime civil, const LogZone& zone) {
    if (!zone.system) return {civil.ms - zone.offsetMinutes * 60'000LL};
    CivilTime c = toCivil(civil);
    std::tm local{};
    local.tm_year = c.year - 1900;
    local.tm_mon = c.month - 1;
    local.tm_mday = c.day;
    local.tm_hour = c.hour;
    local.tm_min = c.minute;
    local.tm_sec = c.second;
    local.tm_isdst = -1;
    return {std::int64_t(std::mktime(&local)) * 1000 + civil.ms % 1000};
}

std::optional<UtcTime> epochText(std::string_view in) {
    size_t dot = in.find('.');
    std::int64_t whole = 0;
    std::string_view digits = in.substr(0, dot);
    auto read = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (digits.empty() || read.ec != std::errc{} || read.ptr != digits.data() + digits.size())
        return std::nullopt;
    if (dot == std::string_view::npos) {
        if (whole < 100'000'000'000) return plausible(whole * 1000);
        if (whole < 100'000'000'000'000) return plausible(whole);
        if (whole < 100'000'000'000'000'000) return plausible(whole / 1000);
        return plausible(whole / 1'000'000);
    }
    if (whole < 0 || whole >= 100'000'000'000) return std::nullopt;
    std::int64_t ms = whole * 1000, scale = 100;
    for (char c : in.substr(dot + 1)) {
        if (!text::isDigit(c)) return std::nullopt;
        ms += (c - '0') * scale;
        scale /= 10;
    }
    return plausible(ms);
}

} // namespace

std::optional<UtcTime> timeOf(std::string_view in, const LogZone& zone) {
    in = text::trim(in);
    if (auto epoch = epochText(in)) return epoch;
    constexpr size_t date = 10, shortest = 16;
    if (in.size() < shortest || in.size() > 64) return std::nullopt;
    std::string whole(in);
    for (std::string_view name : {" UTC", " GMT"}) {
        if (whole.ends_with(name)) whole.replace(whole.size() - name.size(), name.size(), "Z");
    }
    // "… +0200": the blank before the zone goes.
    size_t blank = whole.find(' ', date + 1);
    if (blank != std::string::npos && blank + 1 < whole.size() &&
        (whole[blank + 1] == '+' || whole[blank + 1] == '-'))
        whole.erase(blank, 1);
    bool zoned =
        whole.ends_with('Z') || whole.ends_with('z') || whole.find_first_of("+-", date) != std::string::npos;
    if (!zoned) whole += 'Z';
    auto read = parseUtc(whole);
    if (!read) return std::nullopt;
    return plausible(zoned ? read->ms : fromLocal(*read, zone).ms);
}

std::optional<UtcTime> timeOf(double epoch) {
    if (!std::isfinite(epoch) || epoch < 0) return std::nullopt;
    double ms = epoch < 1e11 ? epoch * 1000 : epoch < 1e14 ? epoch : epoch < 1e17 ? epoch / 1e3 : epoch / 1e6;
    if (ms >= double(latestMs)) return std::nullopt;
    return plausible(std::int64_t(std::llround(ms)));
}

std::optional<UtcTime> timeOf(JsonValue value, const LogZone& zone) {
    if (value.type() == JsonNode::Type::Text) return timeOf(value.text(), zone);
    auto number = value.real();
    return number ? timeOf(*number) : std::nullopt;
}

} // namespace waypost::ingest
