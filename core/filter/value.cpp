#include "filter/value.h"

#include "base/text.h"
#include "filter/match.h"

#include <algorithm>

namespace waypost::filter {

namespace {

using Read = std::expected<Value, ParseError>;

std::unexpected<ParseError> refuse(const RawValue& raw, std::string sentence, std::string nearest = {}) {
    if (!nearest.empty()) sentence += " Did you mean \"" + nearest + "\"?";
    return std::unexpected(ParseError{raw.offset, raw.length, std::move(sentence), std::move(nearest)});
}

std::string shown(const RawValue& raw) {
    constexpr size_t longest = 60;
    return "\"" + text::printable(std::string_view(raw.text).substr(0, longest)) + "\"";
}

std::optional<std::int64_t> readNumber(std::string_view in) {
    auto n = text::parseUnsigned(in);
    if (!n || *n > std::uint64_t(INT64_MAX)) return std::nullopt;
    return std::int64_t(*n);
}

// 10k and 10kB are thousands, 10KiB is 1024.
std::optional<std::int64_t> readSize(std::string_view in) {
    size_t digits = 0;
    while (digits < in.size() && text::isDigit(in[digits])) ++digits;
    std::string unit = text::lowered(in.substr(digits));
    auto n = readNumber(in.substr(0, digits));
    if (!n) return std::nullopt;
    if (unit.ends_with('b') && unit != "b") unit.pop_back();
    std::int64_t factor = 0;
    if (unit.empty() || unit == "b")
        factor = 1;
    else if (unit == "k")
        factor = 1000;
    else if (unit == "m")
        factor = 1'000'000;
    else if (unit == "g")
        factor = 1'000'000'000;
    else if (unit == "ki")
        factor = 1 << 10;
    else if (unit == "mi")
        factor = 1 << 20;
    else if (unit == "gi")
        factor = 1 << 30;
    if (factor == 0 || *n > INT64_MAX / factor) return std::nullopt;
    return *n * factor;
}

struct Quantity {
    std::optional<std::int64_t> (*read)(std::string_view);
    const char* expected;
};

Quantity quantityOf(FieldType type) {
    switch (type) {
    case FieldType::Size: return {readSize, "a size such as 10k, 2MB or 64KiB"};
    case FieldType::Duration:
    case FieldType::Age: return {parseDuration, "a duration such as 250ms, 90s, 15m, 24h or 7d"};
    default: return {readNumber, "a whole number"};
    }
}

// The ends of "a..b", "a.." or "..b"; nothing when it is no range.
struct Ends {
    std::string_view low, high;
};
std::optional<Ends> endsOf(std::string_view in) {
    const size_t dots = in.find("..");
    if (dots == std::string_view::npos || in.size() <= 2) return std::nullopt;
    return Ends{in.substr(0, dots), in.substr(dots + 2)};
}

Read readQuantity(const FieldInfo& field, Op op, const RawValue& raw, Value v) {
    const Quantity q = quantityOf(field.type);
    const auto no = [&] {
        return refuse(raw, shown(raw) + " does not fit " + std::string(field.name) + ": " + q.expected +
                               " is expected.");
    };
    v.kind = Value::Kind::Number;
    if (raw.text == "unknown" && (op == Op::Has || op == Op::Equal || op == Op::NotEqual)) {
        v.kind = Value::Kind::Missing;
        return v;
    }
    if (raw.text == "*" && op == Op::Has && raw.starred) return v;
    if (auto ends = endsOf(raw.text)) {
        auto low = ends->low.empty() ? INT64_MIN : q.read(ends->low);
        auto high = ends->high.empty() ? INT64_MAX : q.read(ends->high);
        if (!low || !high) return no();
        if (*low > *high) return refuse(raw, "The range ends before it begins.");
        v.low = *low;
        v.high = *high;
        v.range = true;
        return v;
    }
    auto n = q.read(raw.text);
    if (!n) return no();
    v.low = v.high = *n;
    return v;
}

bool isCodePattern(std::string_view in) {
    return !in.empty() &&
           std::all_of(in.begin(), in.end(), [](char c) { return text::isDigit(c) || c == '.' || c == '*'; });
}

Read readCode(const FieldInfo& field, Op op, const RawValue& raw, Value v) {
    const bool ordered = op != Op::Has && op != Op::Equal && op != Op::NotEqual;
    if (v.text.empty() || v.text == "none" || v.text == "unknown") {
        v.kind = Value::Kind::Missing;
        if (!ordered) return v;
    }
    if (ordered || endsOf(v.text)) return readQuantity(field, op, raw, std::move(v));
    // 4xx is 4*: everybody writes it so.
    std::string lowered = text::lowered(v.text);
    if (lowered.size() == 3 && lowered.ends_with("xx")) v.text = lowered.substr(0, 1) + "*";
    if (v.text.size() == 2 && v.text.ends_with('*')) v.kind = Value::Kind::Wild;
    if (!isCodePattern(v.text))
        return refuse(raw, shown(raw) + " is no reply code: 421, 4xx, 400..499, 4.7.1 or 4.7.* is expected.");
    v.kind = v.text.contains('*') ? Value::Kind::Wild : Value::Kind::Literal;
    return v;
}

net::IpAddress edge(const net::IpAddress& a, int bits, bool last) {
    std::string octets(a.octets());
    const int all = int(octets.size()) * 8;
    for (int bit = bits; bit < all; ++bit) {
        const auto mask = char(0x80 >> (bit % 8));
        if (last)
            octets[size_t(bit / 8)] = char(octets[size_t(bit / 8)] | mask);
        else
            octets[size_t(bit / 8)] = char(octets[size_t(bit / 8)] & ~mask);
    }
    std::array<std::uint8_t, 16> six{};
    std::array<std::uint8_t, 4> four{};
    if (a.isV4()) {
        std::copy(octets.begin(), octets.end(), four.begin());
        return net::IpAddress::v4(four);
    }
    std::copy(octets.begin(), octets.end(), six.begin());
    return net::IpAddress::v6(six);
}

Read readAddress(const RawValue& raw, Value v) {
    const auto no = [&] {
        return refuse(raw, shown(raw) + " is no address: 203.0.113.7, 203.0.113.0/24, 2001:db8::/32, a..b or "
                                        "203.0.113.* is expected.");
    };
    if (v.kind != Value::Kind::Literal) return v; // wildcards and "" stay text
    v.kind = Value::Kind::Network;
    if (auto ends = endsOf(v.text)) {
        auto low = net::IpAddress::parse(ends->low), high = net::IpAddress::parse(ends->high);
        if (!low || !high || low->isV4() != high->isV4()) return no();
        if (high->octets() < low->octets()) return refuse(raw, "The range ends before it begins.");
        v.first = *low;
        v.last = *high;
        return v;
    }
    const size_t slash = v.text.find('/');
    auto address = net::IpAddress::parse(std::string_view(v.text).substr(0, slash));
    if (!address) return no();
    auto bits = std::optional<std::uint64_t>(address->isV4() ? 32 : 128);
    if (slash != std::string::npos) {
        auto typed = text::parseUnsigned(std::string_view(v.text).substr(slash + 1));
        if (!typed || *typed > *bits) return no();
        bits = typed;
    }
    v.first = edge(*address, int(*bits), false);
    v.last = edge(*address, int(*bits), true);
    return v;
}

Read readTime(const RawValue& raw, Value v) {
    const auto no = [&] {
        return refuse(raw, shown(raw) + " is no time: now-24h, now/d, today, yesterday, 2026-05-01, "
                                        "2026-05-01T10:00Z or a..b is expected.");
    };
    v.kind = Value::Kind::Time;
    if (auto ends = endsOf(v.text)) {
        v.range = true;
        v.openFrom = ends->low.empty();
        v.openTo = ends->high.empty();
        auto from = v.openFrom ? TimePoint{} : parseTimePoint(ends->low);
        auto to = v.openTo ? TimePoint{} : parseTimePoint(ends->high);
        if (!from || !to) return no();
        v.from = *from;
        v.to = *to;
        return v;
    }
    auto at = parseTimePoint(v.text);
    if (!at) return no();
    v.from = v.to = *at;
    return v;
}

Read readEnum(const FieldInfo& field, const RawValue& raw, Value v) {
    if (v.kind == Value::Kind::Missing) return v;
    const bool known = std::any_of(field.values.begin(), field.values.end(), [&](std::string_view name) {
        return v.kind == Value::Kind::Wild ? text::wildMatches(v.text, name) : text::iequals(v.text, name);
    });
    if (known) return v;
    return refuse(raw, shown(raw) + " is no " + std::string(field.name) + ".",
                  v.kind == Value::Kind::Wild ? std::string() : nearestOf(field.values, v.text));
}

Read readPattern(const RawValue& raw, Value v) {
    v.kind = Value::Kind::Pattern;
    if (v.text.size() > maxPattern) return refuse(raw, "The regular expression is too long.");
    std::string error = patternError(v.text);
    if (!error.empty())
        return refuse(raw, "The regular expression cannot be read: " + text::printable(error) + ".");
    return v;
}

} // namespace

Read readValue(const FieldInfo& field, Op op, const RawValue& raw) {
    Value v;
    v.text = raw.text;
    v.quoted = raw.quoted;
    if (op == Op::Matches) return readPattern(raw, std::move(v));
    if (raw.quoted && raw.text.empty()) v.kind = Value::Kind::Missing;
    if (raw.starred && op != Op::Equal) v.kind = Value::Kind::Wild;
    switch (field.type) {
    case FieldType::Enum: return readEnum(field, raw, std::move(v));
    case FieldType::Address: return readAddress(raw, std::move(v));
    case FieldType::Code: return readCode(field, op, raw, std::move(v));
    case FieldType::Number:
    case FieldType::Size:
    case FieldType::Duration:
    case FieldType::Age: return readQuantity(field, op, raw, std::move(v));
    case FieldType::Time:
    case FieldType::Since:
    case FieldType::Until: return readTime(raw, std::move(v));
    case FieldType::Name:
    case FieldType::Id:
    case FieldType::Person:
    case FieldType::Text:
    case FieldType::Any: break;
    }
    return v;
}

std::expected<void, ParseError> checkOp(const FieldInfo& field, const Token& token) {
    const bool ordered = token.op == Op::Less || token.op == Op::LessEqual || token.op == Op::Greater ||
                         token.op == Op::GreaterEqual;
    const char* good = nullptr;
    switch (field.type) {
    case FieldType::Number:
    case FieldType::Size:
    case FieldType::Duration:
    case FieldType::Time:
    case FieldType::Age:
        if (token.op == Op::Matches) good = ": = != < <= > >=";
        break;
    case FieldType::Code: break;
    case FieldType::Since:
    case FieldType::Until:
        if (token.op != Op::Has && token.op != Op::Equal) good = ":";
        break;
    case FieldType::Any:
        if (token.op != Op::Has && token.op != Op::Matches) good = ": ~";
        break;
    default:
        if (ordered) good = ": = != ~";
    }
    if (!good) return {};
    return std::unexpected(ParseError{token.offset,
                                      token.length,
                                      "\"" + std::string(field.name) + "\" cannot be compared with " +
                                          std::string(opText(token.op)) + "; it takes " + good + ".",
                                      {}});
}

} // namespace waypost::filter
