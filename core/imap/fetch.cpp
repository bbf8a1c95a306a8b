#include "imap/fetch.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::imap {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> small(std::string_view digits) {
    auto n = text::parseUnsigned(digits);
    if (!n || *n > 9999) return std::nullopt;
    return int(*n);
}

// "BODY[HEADER]<0>", "RFC822.HEADER" and "RFC822" to a section.
std::optional<Section> sectionOf(std::string_view item) {
    Section s;
    if (text::iequals(item, "RFC822.HEADER")) {
        s.spec = "HEADER";
        return s;
    }
    if (text::iequals(item, "RFC822")) return s;
    if (!text::istartsWith(item, "BODY[")) return std::nullopt;
    size_t end = item.rfind(']');
    if (end == std::string_view::npos) return std::nullopt;
    s.spec = text::uppered(item.substr(5, end - 5));
    std::string_view rest = item.substr(end + 1);
    if (rest.size() > 2 && rest.front() == '<' && rest.back() == '>') {
        s.origin = text::parseUnsigned(rest.substr(1, rest.size() - 2));
    }
    return s;
}

void takeTexts(Value& list, std::vector<std::string>& into) {
    for (Value& v : list.items) {
        if (v.isText()) into.push_back(std::move(v.text));
    }
}

void takeItem(std::string_view name, Value& v, Fetched& f) {
    auto n = v.number();
    if (text::iequals(name, "UID")) {
        if (n && *n > 0 && *n <= 0xffff'ffffU) f.uid = std::uint32_t(*n);
    } else if (text::iequals(name, "FLAGS")) {
        takeTexts(v, f.flags);
    } else if (text::iequals(name, "INTERNALDATE")) {
        f.internalDate = parseInternalDate(v.text);
    } else if (text::iequals(name, "RFC822.SIZE")) {
        f.size = n;
    } else if (text::iequals(name, "X-GM-LABELS")) {
        takeTexts(v, f.gmailLabels);
    } else if (text::iequals(name, "X-GM-MSGID")) {
        f.gmailMessage = text::parseUnsigned(v.text);
    } else if (text::iequals(name, "X-GM-THRID")) {
        f.gmailThread = text::parseUnsigned(v.text);
    } else if (auto s = sectionOf(name)) {
        if (v.isText()) s->bytes = std::move(v.text);
        f.sections.push_back(std::move(*s));
    }
}

struct Range {
    std::uint32_t first = 0, last = 0;
};

std::optional<Range> rangeOf(std::string_view piece) {
    size_t colon = piece.find(':');
    auto a = text::parseUnsigned(piece.substr(0, colon));
    auto b = colon == std::string_view::npos ? a : text::parseUnsigned(piece.substr(colon + 1));
    if (!a || !b || *a == 0 || *b == 0 || *a > 0xffff'ffffU || *b > 0xffff'ffffU) return std::nullopt;
    return Range{std::uint32_t(std::min(*a, *b)), std::uint32_t(std::max(*a, *b))};
}

// From the newest down, so that a range of four billion costs `limit` steps.
void expand(std::vector<Range> ranges, size_t limit, std::vector<std::uint32_t>& into) {
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.last > b.last; });
    for (Range r : ranges) {
        for (std::uint32_t u = r.last; into.size() < limit; --u) {
            into.push_back(u);
            if (u == r.first) break;
        }
    }
}

} // namespace

const std::string* Fetched::section(std::string_view spec) const {
    for (const Section& s : sections) {
        if (s.spec == spec && s.bytes) return &*s.bytes;
    }
    return nullptr;
}

std::optional<Fetched> fetchedFrom(Response&& r) {
    if (r.name != "FETCH" || !r.number || r.values.size() != 1 || !r.values[0].isList()) return std::nullopt;
    auto& items = r.values[0].items;
    if (items.size() % 2 != 0) return std::nullopt;
    Fetched f;
    f.sequence = *r.number;
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i].kind != Value::Kind::Atom) return std::nullopt;
        takeItem(items[i].text, items[i + 1], f);
    }
    return f;
}

std::optional<UtcTime> parseInternalDate(std::string_view in) {
    in = text::trim(in);
    if (in.size() == 25) {
        std::string padded = "0" + std::string(in);
        return parseInternalDate(padded);
    }
    if (in.size() != 26 || in[2] != '-' || in[6] != '-' || in[11] != ' ' || in[20] != ' ')
        return std::nullopt;
    auto month = std::find_if(months.begin(), months.end(),
                              [&](std::string_view m) { return text::iequals(m, in.substr(3, 3)); });
    auto day = small(in.substr(0, 2)), year = small(in.substr(7, 4)), hour = small(in.substr(12, 2));
    auto minute = small(in.substr(15, 2)), second = small(in.substr(18, 2));
    auto zoneHour = small(in.substr(22, 2)), zoneMinute = small(in.substr(24, 2));
    if (month == months.end() || !day || !year || !hour || !minute || !second || !zoneHour || !zoneMinute)
        return std::nullopt;
    if (*day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    if (in[14] != ':' || in[17] != ':' || (in[21] != '+' && in[21] != '-')) return std::nullopt;
    UtcTime t = fromCivil({*year, int(month - months.begin()) + 1, *day, *hour, *minute, *second});
    Millis zone = std::chrono::minutes(*zoneHour * 60 + *zoneMinute);
    return in[21] == '+' ? t - zone : t + zone;
}

std::string searchDate(UtcTime t) {
    CivilTime c = toCivil(t);
    return fmt::format("{}-{}-{:04}", c.day, months[size_t(c.month - 1)], c.year);
}

std::vector<std::uint32_t> searchHits(const Response& r, size_t limit) {
    std::vector<Range> ranges;
    if (r.name == "SEARCH") {
        for (const Value& v : r.values) {
            if (auto range = rangeOf(v.text)) ranges.push_back(*range);
        }
    } else if (r.name == "ESEARCH") {
        for (size_t i = 0; i + 1 < r.values.size(); ++i) {
            if (r.values[i].kind != Value::Kind::Atom || !text::iequals(r.values[i].text, "ALL")) continue;
            for (std::string_view piece : text::split(r.values[i + 1].text, ',')) {
                if (auto range = rangeOf(piece)) ranges.push_back(*range);
            }
        }
    }
    std::vector<std::uint32_t> uids;
    expand(std::move(ranges), limit, uids);
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return uids;
}

std::string uidSet(const std::vector<std::uint32_t>& uids) {
    std::string out;
    for (size_t i = 0; i < uids.size();) {
        size_t j = i;
        while (j + 1 < uids.size() && uids[j + 1] == uids[j] + 1) ++j;
        out += fmt::format("{}{}", out.empty() ? "" : ",", uids[i]);
        if (j > i) out += fmt::format(":{}", uids[j]);
        i = j + 1;
    }
    return out;
}

} // namespace waypost::imap
