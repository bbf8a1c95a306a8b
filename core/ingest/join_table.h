// Messages on their way through the queue, by host, Postfix instance and queue id. Bounded: at `limit` the
// one not touched for longest is dropped (and counted). Short queue ids are reused: begin() starts afresh.
//
// What has to survive until the next import is handed out by takeChanges(): state of messages still open, and
// the keys of those that ended. Thread rule: one thread.
#pragma once

#include "store/event_batch.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

struct Tried {
    std::uint64_t recipient = 0; // hash
    std::uint32_t attempts = 0;
    std::uint32_t categories = 0; // bit set
};

struct OpenMessage {
    std::string queueId, messageId, sender, recipient;
    std::uint64_t hash = 0;
    std::uint32_t origin = 0;
    std::uint32_t self = 0; // its place in the table
    std::int64_t id = 0;    // of its event_message row; 0: none yet
    std::int64_t size = -1;
    std::int32_t recipients = -1;
    std::int64_t arrivedMs = INT64_MIN; // when it came, for logs that do not say how long it took
    bool begun = false;                 // its arrival was seen, so attempts can be counted
    bool named = false;                 // its message-id line was seen
    bool persisted = false;             // the store holds a state of it
    bool dirty = false;
    std::int16_t rule = -2; // stream rule; -1: none, -2: not looked for yet
    std::vector<Tried> tried;

    static constexpr size_t maxTried = 1000;
};

class JoinTable {
  public:
    static constexpr size_t defaultLimit = 1'000'000;
    static constexpr char separator = '\x1f'; // in keys: host, instance, queue id
    explicit JoinTable(size_t limit = defaultLimit);

    // Number of a host and instance.
    std::uint32_t origin(std::string_view host, std::string_view instance);
    OpenMessage* find(std::uint32_t origin, std::string_view queueId);
    // Found or made; touched.
    OpenMessage& at(std::uint32_t origin, std::string_view queueId);
    // A new message under this id; an older one of the same id is forgotten.
    OpenMessage& begin(std::uint32_t origin, std::string_view queueId);
    void end(std::uint32_t origin, std::string_view queueId);
    void touch(OpenMessage& m);

    void restore(std::string_view key, std::string_view state);
    void takeChanges(std::vector<store::JoinChange>& out);
    [[nodiscard]] size_t size() const { return used_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  private:
    static constexpr std::uint32_t nobody = UINT32_MAX;
    struct Node {
        OpenMessage message;
        std::uint32_t newer = nobody, older = nobody;
        bool alive = false;
    };
    [[nodiscard]] std::uint64_t hashFor(std::uint32_t origin, std::string_view queueId) const;
    [[nodiscard]] std::uint32_t lookup(std::uint64_t hash, std::uint32_t origin,
                                       std::string_view queueId) const;
    std::uint32_t insert(std::uint64_t hash, std::uint32_t origin, std::string_view queueId);
    void remove(std::uint32_t index);
    void clearSlot(std::uint32_t index);
    void unlink(std::uint32_t index);
    void linkNewest(std::uint32_t index);
    void grow();
    [[nodiscard]] std::string keyOf(const OpenMessage& m) const;

    size_t limit_;
    size_t used_ = 0;
    std::uint64_t dropped_ = 0;
    std::vector<std::uint32_t> slots_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> free_, dirty_;
    std::vector<std::string> ended_;
    std::uint32_t newest_ = nobody, oldest_ = nobody;
    std::vector<std::string> origins_;
    std::string lastHost_, lastInstance_;
    std::uint32_t lastOrigin_ = nobody;
};

} // namespace waypost::ingest
