#include "dns/caching_resolver.h"

#include "base/text.h"

#include <deque>

namespace waypost::dns {

namespace {

struct Entry {
    Answer answer;
    Millis until{0}; // monotonic
    std::uint64_t serial = 0;
};

// RFC 2308 section 5: only the SOA says how long "no" holds.
bool mayKeep(const Answer& a) {
    if (a.status == Status::Ok) return true;
    if (!a.definite()) return false;
    return std::ranges::any_of(a.authority, [](const Record& r) { return r.type == RecordType::SOA; });
}

} // namespace

struct CachingResolver::State {
    State(Resolver& u, const Clock& c, size_t n)
        : upstream(u), clock(c), maxEntries(std::max<size_t>(n, 1)) {}

    const std::string& keyOf(const Question& q);
    void store(const std::string& key, const Answer& answer);
    void arrived(const std::string& key, Answer answer);

    Resolver& upstream;
    const Clock& clock;
    size_t maxEntries;
    std::unordered_map<std::string, Entry> entries;
    std::deque<std::pair<std::string, std::uint64_t>> order; // oldest first; stale when the serial differs
    std::unordered_map<std::string, std::vector<std::pair<Question, Done>>> underWay;
    std::string key; // kept for its memory
    std::uint64_t serial = 0;
    Counters counters;
};

const std::string& CachingResolver::State::keyOf(const Question& q) {
    std::string_view name = q.name;
    if (name.ends_with('.') && !name.ends_with("\\.")) name.remove_suffix(1);
    key.assign(name);
    for (char& c : key) c = text::lower(c);
    key += '\0';
    key += char(std::uint16_t(q.type) >> 8);
    key += char(std::uint16_t(q.type) & 0xff);
    return key;
}

void CachingResolver::State::store(const std::string& k, const Answer& answer) {
    auto& entry = entries[k];
    entry.answer = answer;
    entry.answer.transport = Transport::Cache;
    entry.until = clock.monotonic() + std::chrono::seconds(answer.cacheTtl());
    entry.serial = ++serial;
    order.emplace_back(k, entry.serial);
    while (entries.size() > maxEntries || order.size() > 2 * maxEntries) {
        auto oldest = entries.find(order.front().first);
        if (oldest != entries.end() && oldest->second.serial == order.front().second) {
            entries.erase(oldest);
            ++counters.evicted;
        }
        order.pop_front();
    }
}

void CachingResolver::State::arrived(const std::string& k, Answer answer) {
    if (mayKeep(answer)) store(k, answer);
    auto node = underWay.extract(k);
    if (node.empty()) return;
    auto& waiting = node.mapped();
    for (size_t i = 1; i < waiting.size(); ++i) {
        Answer copy = answer;
        copy.question = std::move(waiting[i].first);
        copy.transport = Transport::Cache;
        waiting[i].second(std::move(copy));
    }
    waiting[0].second(std::move(answer));
}

CachingResolver::CachingResolver(Resolver& upstream, const Clock& clock, size_t maxEntries)
    : state_(std::make_shared<State>(upstream, clock, maxEntries)) {}
CachingResolver::~CachingResolver() = default;

void CachingResolver::resolve(Question question, Done done) {
    State& s = *state_;
    const std::string& key = s.keyOf(question);
    if (auto found = s.entries.find(key); found != s.entries.end()) {
        if (found->second.until > s.clock.monotonic()) {
            ++s.counters.hits;
            Answer answer = found->second.answer;
            answer.question = std::move(question);
            return done(std::move(answer));
        }
        s.entries.erase(found);
    }
    auto [waiting, first] = s.underWay.try_emplace(key);
    waiting->second.emplace_back(question, std::move(done));
    if (!first) {
        ++s.counters.joined;
        return;
    }
    ++s.counters.misses;
    auto arrived = [state = state_, key](Answer answer) { state->arrived(key, std::move(answer)); };
    s.upstream.resolve(std::move(question), std::move(arrived));
}

void CachingResolver::clear() {
    state_->entries.clear();
    state_->order.clear();
}

size_t CachingResolver::size() const {
    return state_->entries.size();
}

const CachingResolver::Counters& CachingResolver::counters() const {
    return state_->counters;
}

} // namespace waypost::dns
