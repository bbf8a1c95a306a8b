// Which of a list of patterns may match a text: one pass of automata over all of them (RE2::Set), split into
// sets so that each stays within its memory. When an automaton gives up, its patterns are all named, and the
// caller's own check of each decides. Immutable after build; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace waypost::reply {

inline constexpr std::int64_t matcherMemoryBytes = 32 << 20; // of one set
inline constexpr std::int64_t patternMemoryBytes = 4 << 20;  // of one pattern
inline constexpr int patternsPerSet = 400;

// A pattern as rules write it, or the reason it is refused in `error`.
std::unique_ptr<re2::RE2> compilePattern(const std::string& pattern, std::string& error);

class Matcher {
  public:
    Matcher();
    ~Matcher();
    Matcher(const Matcher&) = delete;
    Matcher& operator=(const Matcher&) = delete;

    void add(const std::string& pattern, int id); // before the first candidates()
    // Appends the ids of the patterns that match, in no order.
    void candidates(std::string_view text, std::vector<int>& out) const;
    // How often an automaton gave up.
    [[nodiscard]] std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

  private:
    struct Part;
    void build() const;
    std::vector<std::pair<std::string, int>> patterns_;
    mutable std::once_flag built_;
    mutable std::vector<std::unique_ptr<Part>> parts_;
    mutable std::atomic<std::uint64_t> failures_{0};
};

} // namespace waypost::reply
