#include "dns/caching_resolver.h"

#include "base/text.h"
#include "dns/packed_answer.h"

namespace waypost::dns {

namespace {

struct Entry;
using Entries = std::unordered_map<std::string, Entry>;
using Node = Entries::value_type; // keeps its address

struct Entry {
    std::string packed;
    Millis until{0}; // monotonic
    Node* newer = nullptr;
    Node* older = nullptr;
    AnswerPtr whole; // unpacked, once known() was asked for it
};

// Who waits for a question that is under way; mostly one.
struct Waiting {
    Resolver::Done done;
    std::vector<std::pair<Question, Resolver::Done>> joined;
};
using UnderWay = std::unordered_map<std::string, Waiting>;

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
    void link(Node& node);
    void unlink(Node& node);
    Node* fresh(const std::string& key);
    void store(const std::string& key, const Answer& answer);
    void arrived(UnderWay::value_type* asked, Answer answer);

    Resolver& upstream;
    const Clock& clock;
    size_t maxEntries;
    Entries entries;
    Node* newest = nullptr; // last used
    Node* oldest = nullptr;
    UnderWay underWay;
    std::string key; // kept for its memory
    Counters counters;
};

const std::string& CachingResolver::State::keyOf(const Question& q) {
    std::string_view name = q.name;
    if (name.ends_with('.') && !name.ends_with("\\.")) name.remove_suffix(1);
    key.resize(name.size() + 2);
    char* at = key.data();
    for (char c : name) *at++ = text::lower(c);
    *at++ = char(std::uint16_t(q.type) >> 8);
    *at = char(std::uint16_t(q.type) & 0xff);
    return key;
}

void CachingResolver::State::link(Node& node) {
    node.second.older = newest;
    node.second.newer = nullptr;
    (newest ? newest->second.newer : oldest) = &node;
    newest = &node;
}

void CachingResolver::State::unlink(Node& node) {
    Entry& e = node.second;
    (e.newer ? e.newer->second.older : newest) = e.older;
    (e.older ? e.older->second.newer : oldest) = e.newer;
}

// What is kept and still holds, as the newest; null, and gone, when its time is over.
Node* CachingResolver::State::fresh(const std::string& k) {
    auto found = entries.find(k);
    if (found == entries.end()) return nullptr;
    unlink(*found);
    if (found->second.until > clock.monotonic()) {
        link(*found);
        ++counters.hits;
        return &*found;
    }
    entries.erase(found);
    return nullptr;
}

void CachingResolver::State::store(const std::string& k, const Answer& answer) {
    // In steps of four: every step visits all entries.
    if (entries.size() == entries.bucket_count())
        entries.rehash(std::min(maxEntries, 4 * entries.size()) + 1);
    auto [at, fresh] = entries.try_emplace(k);
    if (!fresh) unlink(*at);
    link(*at);
    Entry& entry = at->second;
    entry.packed = packAnswer(answer);
    entry.whole.reset();
    entry.until = clock.monotonic() + std::chrono::seconds(answer.cacheTtl());
    if (entries.size() <= maxEntries) return;
    Node& last = *oldest;
    unlink(last);
    entries.erase(entries.find(last.first));
    ++counters.evicted;
}

void CachingResolver::State::arrived(UnderWay::value_type* asked, Answer answer) {
    if (mayKeep(answer)) store(asked->first, answer);
    // Those who wait may ask the same again: it is not under way any more.
    auto node = underWay.extract(underWay.find(asked->first));
    Waiting& waiting = node.mapped();
    for (auto& [question, done] : waiting.joined) {
        Answer copy = answer;
        copy.question = std::move(question);
        copy.transport = Transport::Cache;
        done(std::move(copy));
    }
    waiting.done(std::move(answer));
}

CachingResolver::CachingResolver(Resolver& upstream, const Clock& clock, size_t maxEntries)
    : state_(std::make_shared<State>(upstream, clock, maxEntries)) {}
CachingResolver::~CachingResolver() = default;

void CachingResolver::resolve(Question question, Done done) {
    State& s = *state_;
    const std::string& key = s.keyOf(question);
    if (Node* kept = s.fresh(key)) {
        Answer answer = unpackAnswer(kept->second.packed, std::move(question));
        answer.transport = Transport::Cache;
        return done(std::move(answer));
    }
    auto [at, first] = s.underWay.try_emplace(key);
    if (!first) {
        ++s.counters.joined;
        at->second.joined.emplace_back(std::move(question), std::move(done));
        return;
    }
    ++s.counters.misses;
    at->second.done = std::move(done);
    auto arrived = [state = state_, asked = &*at](Answer answer) {
        state->arrived(asked, std::move(answer));
    };
    s.upstream.resolve(std::move(question), std::move(arrived));
}

AnswerPtr CachingResolver::known(const Question& question) {
    State& s = *state_;
    Node* kept = s.fresh(s.keyOf(question));
    if (!kept) return nullptr;
    Entry& entry = kept->second;
    if (!entry.whole) {
        auto answer = std::make_shared<Answer>(unpackAnswer(entry.packed, question));
        answer->transport = Transport::Cache;
        entry.whole = std::move(answer);
    }
    return entry.whole;
}

void CachingResolver::clear() {
    state_->entries.clear();
    state_->newest = state_->oldest = nullptr;
}

size_t CachingResolver::size() const {
    return state_->entries.size();
}

const CachingResolver::Counters& CachingResolver::counters() const {
    return state_->counters;
}

} // namespace waypost::dns
