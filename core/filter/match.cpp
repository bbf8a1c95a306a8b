#include "filter/match.h"

#include "base/text.h"

#include <algorithm>
#include <re2/re2.h>

namespace waypost::filter {

namespace {

RE2::Options patternOptions() {
    RE2::Options o;
    o.set_case_sensitive(false);
    o.set_log_errors(false);
    o.set_encoding(RE2::Options::EncodingLatin1); // replies are bytes; a broken sequence must not end a match
    o.set_max_mem(maxPatternMemory);
    return o;
}

void merge(std::vector<Interval>& all) {
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.low < b.low; });
    std::vector<Interval> out;
    for (const Interval& i : all) {
        if (i.low > i.high) continue;
        if (!out.empty() && (out.back().high == INT64_MAX || i.low <= out.back().high + 1))
            out.back().high = std::max(out.back().high, i.high);
        else
            out.push_back(i);
    }
    all = std::move(out);
}

std::vector<Interval> complement(const std::vector<Interval>& all) {
    std::vector<Interval> out;
    std::int64_t from = INT64_MIN;
    for (const Interval& i : all) {
        if (i.low > from) out.push_back({from, i.low - 1});
        if (i.high == INT64_MAX) return out;
        from = i.high + 1;
    }
    out.push_back({from, INT64_MAX});
    return out;
}

std::int64_t before(std::int64_t n) {
    return n == INT64_MIN ? n : n - 1;
}
std::int64_t after(std::int64_t n) {
    return n == INT64_MAX ? n : n + 1;
}

// An age of [low, high] as the times it began.
Interval ageAsTime(Interval age, UtcTime now) {
    const std::int64_t low = age.high == INT64_MAX ? INT64_MIN : now.ms - age.high;
    const std::int64_t high = age.low == INT64_MIN ? INT64_MAX : now.ms - age.low;
    return {low, high};
}

Interval spanOf(const Value& v, FieldType type, const Moment& moment) {
    if (v.kind != Value::Kind::Time) return {v.low, v.high};
    if (v.range)
        return {v.openFrom ? INT64_MIN : v.from.start(moment).ms,
                v.openTo ? INT64_MAX : before(v.to.start(moment).ms)};
    if (type == FieldType::Since) return {v.from.start(moment).ms, INT64_MAX};
    if (type == FieldType::Until) return {INT64_MIN, before(v.from.start(moment).ms)};
    return {v.from.start(moment).ms, before(v.from.end(moment).ms)};
}

Interval byOp(Op op, Interval span) {
    switch (op) {
    case Op::Less: return {INT64_MIN, before(span.low)};
    case Op::LessEqual: return {INT64_MIN, span.high};
    case Op::Greater: return {after(span.high), INT64_MAX};
    case Op::GreaterEqual: return {span.low, INT64_MAX};
    default: return span;
    }
}

bool isTextual(const Value& v) {
    return v.kind == Value::Kind::Literal || v.kind == Value::Kind::Wild;
}

} // namespace

std::string patternError(const std::string& pattern) {
    RE2 re(pattern, patternOptions());
    return re.ok() ? std::string() : re.error();
}

std::vector<Interval> intervalsOf(const Term& term, const Moment& moment) {
    std::vector<Interval> out;
    for (const Value& v : term.values) {
        if (v.kind != Value::Kind::Number && v.kind != Value::Kind::Time) continue;
        Interval i = byOp(term.op, spanOf(v, term.field->type, moment));
        if (v.kind == Value::Kind::Number && term.field->type == FieldType::Age) i = ageAsTime(i, moment.now);
        out.push_back(i);
    }
    merge(out);
    return term.op == Op::NotEqual ? complement(out) : out;
}

bool takesMissing(const Term& term) {
    const bool named = std::any_of(term.values.begin(), term.values.end(),
                                   [](const Value& v) { return v.kind == Value::Kind::Missing; });
    return named && term.op != Op::NotEqual;
}

TermMatcher::TermMatcher(const Term& term) : term_(term) {
    for (const Value& v : term.values)
        if (v.kind == Value::Kind::Pattern)
            patterns_.push_back(std::make_unique<RE2>(v.text, patternOptions()));
    if (term.field->type == FieldType::Code) {
        Term positive = term;
        if (positive.op == Op::NotEqual) positive.op = Op::Equal;
        codes_ = intervalsOf(positive, {});
    }
}
TermMatcher::~TermMatcher() = default;
TermMatcher::TermMatcher(TermMatcher&&) noexcept = default;

bool TermMatcher::one(const Value& v, std::string_view in) const {
    using Kind = Value::Kind;
    if (v.kind == Kind::Missing) return in.empty();
    if (in.empty()) return false;
    if (v.kind == Kind::Wild) return text::wildMatches(v.text, in);
    if (v.kind == Kind::Network) {
        auto address = net::IpAddress::parse(in);
        // Octets compare without a sign.
        return address && address->isV4() == v.first.isV4() && address->octets() >= v.first.octets() &&
               address->octets() <= v.last.octets();
    }
    const bool whole = term_.op == Op::Equal || term_.op == Op::NotEqual;
    switch (term_.field->type) {
    case FieldType::Text:
        if (!whole) return text::ifind(in, v.text) != std::string_view::npos;
        break;
    case FieldType::Person:
        if (!whole && !v.text.contains('@')) return text::ifind(in, v.text) != std::string_view::npos;
        break;
    case FieldType::Id: {
        // A message id may be written with its angle brackets.
        std::string_view bare = v.text;
        if (bare.size() > 2 && bare.starts_with('<') && bare.ends_with('>'))
            bare = bare.substr(1, bare.size() - 2);
        if (bare == in) return true;
        break;
    }
    default: break;
    }
    return text::iequals(v.text, in);
}

bool TermMatcher::any(std::string_view in) const {
    for (const auto& re : patterns_)
        if (!in.empty() && RE2::PartialMatch(re2::StringPiece(in.data(), in.size()), *re)) return true;
    return std::any_of(term_.values.begin(), term_.values.end(),
                       [&](const Value& v) { return v.kind != Value::Kind::Pattern && one(v, in); });
}

bool TermMatcher::matches(std::string_view in) const {
    return any(in) != (term_.op == Op::NotEqual);
}

bool TermMatcher::matchesCode(std::int32_t code, std::string_view enhanced) const {
    const std::string number = code == 0 ? std::string() : std::to_string(code);
    const bool hit =
        std::any_of(codes_.begin(), codes_.end(),
                    [&](const Interval& i) { return code != 0 && i.has(code); }) ||
        std::any_of(term_.values.begin(), term_.values.end(),
                    [&](const Value& v) {
                        if (v.kind == Value::Kind::Missing) return code == 0;
                        if (!isTextual(v)) return false;
                        return text::wildMatches(v.text, v.text.contains('.') ? enhanced
                                                                              : std::string_view(number)) &&
                               code != 0;
                    }) ||
        (!patterns_.empty() && (any(number) || any(enhanced)));
    return hit != (term_.op == Op::NotEqual);
}

} // namespace waypost::filter
