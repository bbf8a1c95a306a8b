// How one reply template differs from another: which words changed, and which older template is nearest.
// Words are compared without regard to case; a pair of templates costs words x words, both capped. Pure, any
// thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reply {

inline constexpr size_t maxDiffWords = 200; // of one template; what follows is not compared

// Words that stood in `before` and stand as `after` now; one of them may be empty.
struct WordChange {
    std::string before, after;
    bool operator==(const WordChange&) const = default;
};
std::vector<WordChange> changedWords(std::string_view older, std::string_view newer);

// 1: the same words in the same order; 0: no word in common. Codes and placeholders count less than words.
double similarity(std::string_view a, std::string_view b);

struct Nearest {
    size_t index = 0;
    double similarity = 0;
};
// The most similar of `older`, when it is at least as similar as `least`.
std::optional<Nearest> nearestOf(std::string_view text, std::span<const std::string> older,
                                 double least = 0.4);

} // namespace waypost::reply
