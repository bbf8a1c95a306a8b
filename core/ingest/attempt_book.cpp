#include "ingest/attempt_book.h"

#include "base/text.h"

#include <fmt/format.h>

#include <charconv>

namespace waypost::ingest {

AttemptBook::Tried* AttemptBook::find(std::uint64_t key) {
    if ((seenWord(key) & (1ULL << (key % 64))) == 0) return nullptr;
    if (auto found = young_.find(key); found != young_.end()) return &found->second;
    auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    auto node = old_.extract(found);
    return &young_.insert(std::move(node)).position->second;
}

AttemptBook::Tried& AttemptBook::add(std::uint64_t key) {
    if (young_.size() >= half_) {
        for (const auto& [forgotten, tried] : old_) changed_.insert(forgotten);
        old_ = std::move(young_);
        young_.clear();
    }
    seenWord(key) |= 1ULL << (key % 64);
    return young_[key];
}

void AttemptBook::count(std::uint64_t key, bool waits, bool attempted, store::NewEvent& event) {
    event.flags = store::FirstOfMessage | store::FirstInClass;
    if (!attempted) event.flags |= store::NoAttempt;
    Tried* tried = size() == 0 ? nullptr : find(key);
    if (!tried && !waits) return;
    std::uint32_t bit = 1U << unsigned(event.reply->category);
    if (tried)
        event.flags = std::uint8_t(((tried->categories & bit) != 0 ? 0 : store::FirstInClass) |
                                   (attempted ? 0 : store::NoAttempt));
    else
        tried = &add(key);
    tried->attempts += attempted ? 1 : 0;
    tried->categories |= bit;
    if (event.attempt == 0) event.attempt = std::int32_t(tried->attempts);
    changed_.insert(key);
    if (!waits) young_.erase(key);
}

void AttemptBook::restore(std::string_view key, std::string_view state) {
    if (!key.starts_with(prefix_)) return;
    key.remove_prefix(prefix_.size());
    std::uint64_t id = 0;
    Tried tried;
    const char* const begin = state.begin();
    const char* const end = state.end();
    auto first = std::from_chars(begin, end, tried.attempts);
    if (std::from_chars(key.data(), key.data() + key.size(), id, 16).ec != std::errc{} ||
        first.ec != std::errc{} || first.ptr == end ||
        std::from_chars(first.ptr + 1, end, tried.categories).ec != std::errc{})
        return;
    add(id) = tried;
}

void AttemptBook::takeChanges(std::vector<store::JoinChange>& out) {
    for (std::uint64_t key : changed_) {
        auto found = young_.find(key);
        auto older = found == young_.end() ? old_.find(key) : found;
        bool known = found != young_.end() || older != old_.end();
        std::string state;
        if (known) state = fmt::format("{} {}", older->second.attempts, older->second.categories);
        out.push_back({fmt::format("{}{:016x}", prefix_, key), std::move(state)});
    }
    changed_.clear();
}

} // namespace waypost::ingest
