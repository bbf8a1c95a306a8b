// What a term says about one value. A TermMatcher is built once for a question and asked for each distinct
// text or number. Immutable; any thread.
#pragma once

#include "filter/query.h"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace waypost::filter {

// Why RE2 refuses a pattern; empty: it does not.
std::string patternError(const std::string& pattern);

// low..high, both included
struct Interval {
    std::int64_t low = INT64_MIN, high = INT64_MAX;
    [[nodiscard]] bool has(std::int64_t n) const { return n >= low && n <= high; }
};
// The values a term of a Number, Size, Duration, Age, Time, Since, Until or Code field lets through; Age and
// the times as UTC milliseconds of the event. Ordered, without overlap.
std::vector<Interval> intervalsOf(const Term& term, const Moment& moment);
// `field:unknown` is among the values, or it is `!=` and is not.
bool takesMissing(const Term& term);

class TermMatcher {
  public:
    explicit TermMatcher(const Term& term);
    ~TermMatcher();
    TermMatcher(TermMatcher&&) noexcept;
    // The text of a Name, Enum, Id, Person, Address, Text or Any field; an empty text is a missing one.
    [[nodiscard]] bool matches(std::string_view text) const;
    // Reply code and enhanced code.
    [[nodiscard]] bool matchesCode(std::int32_t code, std::string_view enhanced) const;

  private:
    [[nodiscard]] bool any(std::string_view text) const;
    [[nodiscard]] bool one(const Value& value, std::string_view text) const;
    const Term& term_;
    std::vector<Interval> codes_;
    std::vector<std::unique_ptr<re2::RE2>> patterns_;
};

} // namespace waypost::filter
