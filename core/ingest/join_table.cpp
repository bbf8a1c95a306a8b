#include "ingest/join_table.h"

#include "store/event_text.h"

#include <cstring>

namespace waypost::ingest {

namespace {

constexpr char stateVersion = 1;

void putNumber(std::string& out, std::int64_t value) {
    char bytes[8];
    std::memcpy(bytes, &value, 8);
    out.append(bytes, 8);
}
void putText(std::string& out, std::string_view text) {
    putNumber(out, std::int64_t(text.size()));
    out.append(text);
}

struct Source {
    std::string_view in;
    bool ok = true;
    std::int64_t number() {
        std::int64_t value = 0;
        if (in.size() < 8) {
            ok = false;
            return 0;
        }
        std::memcpy(&value, in.data(), 8);
        in.remove_prefix(8);
        return value;
    }
    std::string text() {
        auto size = number();
        if (size < 0 || std::uint64_t(size) > in.size()) {
            ok = false;
            return {};
        }
        std::string out(in.substr(0, size_t(size)));
        in.remove_prefix(size_t(size));
        return out;
    }
};

std::string encode(const OpenMessage& m) {
    std::string out(1, stateVersion);
    putText(out, m.messageId);
    putText(out, m.sender);
    putText(out, m.recipient);
    putNumber(out, m.id);
    putNumber(out, m.size);
    putNumber(out, m.recipients);
    putNumber(out, (m.begun ? 1 : 0) + (m.named ? 2 : 0));
    putNumber(out, std::int64_t(m.tried.size()));
    for (const auto& t : m.tried) {
        putNumber(out, std::int64_t(t.recipient));
        putNumber(out, (std::int64_t(t.attempts) << 32) | t.categories);
    }
    putNumber(out, m.arrivedMs);
    return out;
}

bool decode(std::string_view state, OpenMessage& m) {
    if (state.empty() || state[0] != stateVersion) return false;
    Source in{state.substr(1)};
    m.messageId = in.text();
    m.sender = in.text();
    m.recipient = in.text();
    m.id = in.number();
    m.size = in.number();
    m.recipients = std::int32_t(in.number());
    auto seen = in.number();
    m.begun = seen & 1;
    m.named = seen & 2;
    auto count = in.number();
    for (std::int64_t i = 0; in.ok && i < count && i < std::int64_t(OpenMessage::maxTried); ++i) {
        Tried t;
        t.recipient = std::uint64_t(in.number());
        auto both = in.number();
        t.attempts = std::uint32_t(both >> 32);
        t.categories = std::uint32_t(both);
        m.tried.push_back(t);
    }
    if (in.ok && !in.in.empty()) m.arrivedMs = in.number(); // states of older versions end before it
    return in.ok;
}

void reset(OpenMessage& m) {
    m.messageId.clear();
    m.sender.clear();
    m.recipient.clear();
    m.id = 0;
    m.size = -1;
    m.recipients = -1;
    m.arrivedMs = INT64_MIN;
    m.begun = m.named = false;
    m.rule = -2;
    m.tried.clear();
}

} // namespace

JoinTable::JoinTable(size_t limit) : limit_(limit), slots_(1024, nobody) {}

std::uint32_t JoinTable::origin(std::string_view host, std::string_view instance) {
    // "postfix/submission" writes into the queue of "postfix".
    instance = instance.substr(0, instance.find('/'));
    if (lastOrigin_ != nobody && lastHost_ == host && lastInstance_ == instance) return lastOrigin_;
    std::string text;
    text.append(host).append(1, separator).append(instance);
    std::uint32_t index = 0;
    while (index < origins_.size() && origins_[index] != text) ++index;
    if (index == origins_.size()) origins_.push_back(std::move(text));
    lastHost_ = host;
    lastInstance_ = instance;
    return lastOrigin_ = index;
}

std::uint64_t JoinTable::hashFor(std::uint32_t origin, std::string_view queueId) const {
    return store::hashOf(queueId, origin + 1);
}

std::uint32_t JoinTable::lookup(std::uint64_t hash, std::uint32_t origin, std::string_view queueId) const {
    size_t mask = slots_.size() - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        std::uint32_t index = slots_[i];
        if (index == nobody) return nobody;
        const auto& m = nodes_[index].message;
        if (m.hash == hash && m.origin == origin && m.queueId == queueId) return index;
    }
}

OpenMessage* JoinTable::find(std::uint32_t origin, std::string_view queueId) {
    std::uint32_t index = lookup(hashFor(origin, queueId), origin, queueId);
    return index == nobody ? nullptr : &nodes_[index].message;
}

std::uint32_t JoinTable::insert(std::uint64_t hash, std::uint32_t origin, std::string_view queueId) {
    if (used_ >= limit_) {
        ++dropped_;
        remove(oldest_);
    }
    if ((used_ + 1) * 2 > slots_.size()) grow();
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = std::uint32_t(nodes_.size());
        nodes_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    Node& n = nodes_[index];
    reset(n.message);
    n.message.persisted = false; // dirty stays: it says whether the node is in the list
    n.message.queueId.assign(queueId);
    n.message.hash = hash;
    n.message.origin = origin;
    n.message.self = index;
    n.alive = true;
    linkNewest(index);
    size_t mask = slots_.size() - 1, i = hash & mask;
    while (slots_[i] != nobody) i = (i + 1) & mask;
    slots_[i] = index;
    ++used_;
    return index;
}

OpenMessage& JoinTable::at(std::uint32_t origin, std::string_view queueId) {
    std::uint64_t hash = hashFor(origin, queueId);
    std::uint32_t index = lookup(hash, origin, queueId);
    if (index == nobody) {
        index = insert(hash, origin, queueId);
    } else if (index != newest_) {
        unlink(index);
        linkNewest(index);
    }
    touch(nodes_[index].message);
    return nodes_[index].message;
}

OpenMessage& JoinTable::begin(std::uint32_t origin, std::string_view queueId) {
    OpenMessage& m = at(origin, queueId);
    reset(m);
    m.begun = true;
    return m;
}

void JoinTable::touch(OpenMessage& m) {
    if (m.dirty) return;
    m.dirty = true;
    dirty_.push_back(m.self);
}

void JoinTable::end(std::uint32_t origin, std::string_view queueId) {
    std::uint32_t index = lookup(hashFor(origin, queueId), origin, queueId);
    if (index != nobody) remove(index);
}

void JoinTable::clearSlot(std::uint32_t index) {
    size_t mask = slots_.size() - 1;
    size_t i = nodes_[index].message.hash & mask;
    while (slots_[i] != index) i = (i + 1) & mask;
    // Backward shift: no tombstones, so lookups stay short.
    for (size_t j = i;;) {
        slots_[i] = nobody;
        for (;;) {
            j = (j + 1) & mask;
            if (slots_[j] == nobody) return;
            size_t home = nodes_[slots_[j]].message.hash & mask;
            if (((j - home) & mask) >= ((j - i) & mask)) break;
        }
        slots_[i] = slots_[j];
        i = j;
    }
}

void JoinTable::remove(std::uint32_t index) {
    Node& n = nodes_[index];
    clearSlot(index);
    unlink(index);
    if (n.message.persisted) ended_.push_back(keyOf(n.message));
    n.alive = false;
    free_.push_back(index);
    --used_;
}

void JoinTable::unlink(std::uint32_t index) {
    Node& n = nodes_[index];
    (n.newer == nobody ? newest_ : nodes_[n.newer].older) = n.older;
    (n.older == nobody ? oldest_ : nodes_[n.older].newer) = n.newer;
    n.newer = n.older = nobody;
}

void JoinTable::linkNewest(std::uint32_t index) {
    Node& n = nodes_[index];
    n.older = newest_;
    n.newer = nobody;
    if (newest_ != nobody) nodes_[newest_].newer = index;
    newest_ = index;
    if (oldest_ == nobody) oldest_ = index;
}

void JoinTable::grow() {
    std::vector<std::uint32_t> bigger(slots_.size() * 2, nobody);
    size_t mask = bigger.size() - 1;
    for (std::uint32_t index : slots_) {
        if (index == nobody) continue;
        size_t i = nodes_[index].message.hash & mask;
        while (bigger[i] != nobody) i = (i + 1) & mask;
        bigger[i] = index;
    }
    slots_.swap(bigger);
}

std::string JoinTable::keyOf(const OpenMessage& m) const {
    return origins_[m.origin] + separator + m.queueId;
}

void JoinTable::restore(std::string_view key, std::string_view state) {
    size_t last = key.rfind(separator);
    size_t first = key.find(separator);
    if (last == std::string_view::npos || first == last) return;
    std::uint32_t from = origin(key.substr(0, first), key.substr(first + 1, last - first - 1));
    OpenMessage& m = at(from, key.substr(last + 1));
    if (!decode(state, m)) reset(m);
    m.persisted = true;
    // What was just read need not be written again.
    if (m.dirty) dirty_.pop_back();
    m.dirty = false;
}

void JoinTable::takeChanges(std::vector<store::JoinChange>& out) {
    for (auto& key : ended_) out.push_back({std::move(key), {}});
    ended_.clear();
    for (std::uint32_t index : dirty_) {
        Node& n = nodes_[index];
        n.message.dirty = false;
        if (!n.alive) continue;
        n.message.persisted = true;
        out.push_back({keyOf(n.message), encode(n.message)});
    }
    dirty_.clear();
}

} // namespace waypost::ingest
