// EventWriter: stores events with everything that follows from them (names, replies, templates, roll-ups,
// spans) in the transaction it is called in.
//
// It remembers ids between batches. When the transaction of a batch failed, call forget() before the next
// one: what it remembered was never stored. Thread rule: one thread at a time. Failure: StorageError.
#pragma once

#include "store/event_batch.h"
#include "store/event_names.h"
#include "store/event_segment.h"
#include "store/rollup_writer.h"

#include <span>
#include <unordered_set>

namespace waypost::store {

class Database;

class EventWriter {
  public:
    // The events of the batch; the rest of it is for import_store.h. Returns how many were dropped because
    // their source's name for them (NewEvent::dedupe) is stored already.
    std::uint64_t append(Database& db, const EventBatch& batch);
    void forget();

  private:
    void storeReply(Database& db, const StoredReply& reply);
    void addRow(Database& db, const NewEvent& event);

    NameBook names_;
    std::string domain_;
    std::unordered_set<std::uint64_t> known_; // serials
    std::int64_t generation_ = 0;             // of the stored verdicts (verdict_store.h)
    Rollups rollups_;
    ColumnBlock rows_{eventNumbers, eventTexts, eventOrder};
};

// What event_reply.hash holds: replies with the same one are compared word by word.
std::int64_t storedReplyHash(const StoredReply& reply);

// A block of message keys for one writer: [first, first + count). Keys of a block that was not used up are
// lost.
std::int64_t reserveMessages(Database& db, std::int64_t count);
void releaseMessages(Database& db, std::int64_t next, std::int64_t end);

// Events of ours (sends, placement runs), already classified: at most a few hundred at a time.
void appendEvents(Database& db, std::span<const reply::ReplyEvent> events);

} // namespace waypost::store
