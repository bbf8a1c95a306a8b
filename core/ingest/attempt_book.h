// AttemptBook: messages that were put off, by message and recipient, so that a later attempt is no second
// message and is numbered. What was accepted or refused at once costs nothing here. Bounded: the older half
// is forgotten when it is full. What must survive until the next import is handed out by takeChanges().
// Thread rule: one thread.
#pragma once

#include "store/event_batch.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace waypost::ingest {

class AttemptBook {
  public:
    // `source` keeps what it stores apart from that of others.
    AttemptBook(std::string_view source, size_t limit)
        : prefix_("tried:" + std::string(source) + ":"), half_(limit / 2 + 1) {}

    // Sets flags and attempt of the event. `waits`: it was put off and will be tried again. `attempted` is
    // false when it was put off without a try.
    void count(std::uint64_t messageAndRecipient, bool waits, bool attempted, store::NewEvent& event);
    void restore(std::string_view key, std::string_view state);
    void takeChanges(std::vector<store::JoinChange>& out);
    [[nodiscard]] size_t size() const { return young_.size() + old_.size(); }

  private:
    struct Tried {
        std::uint32_t attempts = 0, categories = 0;
    };
    Tried* find(std::uint64_t key);
    Tried& add(std::uint64_t key);

    static constexpr size_t seenBits = 1 << 20;
    [[nodiscard]] std::uint64_t& seenWord(std::uint64_t key) { return seen_[(key % seenBits) / 64]; }

    std::string prefix_;
    size_t half_;
    std::unordered_map<std::uint64_t, Tried> young_, old_;
    std::unordered_set<std::uint64_t> changed_;
    // A bit for every key ever added: most messages are accepted at once, and for them nothing is looked up.
    std::vector<std::uint64_t> seen_ = std::vector<std::uint64_t>(seenBits / 64);
};

} // namespace waypost::ingest
