// Counts of events by dimension, for charts, facets, statistics: from the roll-ups for whole hours, from the
// events themselves for the rest of the range and for what the roll-ups do not know (template, source, one
// recipient). The sum over the cells of a range is exact to the millisecond either way. Thread rule: that of
// the Database. Failure: StorageError.
#pragma once

#include "base/clock.h"
#include "reply/event.h"
#include "store/event_predicate.h"
#include "store/event_segment.h"
#include "store/event_sketch.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace waypost::store {

class Database;

// The filter with ids for names; made once for a query.
using ResolvedFilter = EventPredicate;

struct Cell {
    UtcTime at; // start of the hour, or the event's own time
    EventSubject subject;
    std::int64_t ip = 0; // that of the subject
    std::int64_t events = 0, messages = 0, firsts = 0;
    const LatencySketch* latency = nullptr; // of a roll-up row
    std::int64_t latencyMs = -1;            // of one event
    unsigned failures = 0;
};

struct CellNeeds {
    bool templates = false;          // subject.templateId is needed
    std::int64_t stepMs = 3'600'000; // times finer than this are not needed
    bool latency = false;            // Cell::latency is needed
    bool domains = true;     // domain, stream, IP and source are needed; without them cells may be coarser
    bool nearMisses = false; // cells that fail exactly one field, too (for facets)
};
void eachCell(Database& db, const ResolvedFilter& filter, const EventRange& range, const CellNeeds& needs,
              const std::function<void(const Cell&)>& each);

// Facts of every stored reply, by id.
struct ReplyFacts {
    std::int64_t provider = 0, templateId = 0;
    int classNumber = 0; // as an attempt
    [[nodiscard]] int classFor(std::int64_t kind) const {
        bool known = kind >= 0 && kind < reply::kindCount;
        return classNumber + (known ? int(kind) * 256 : 0);
    }
};
std::unordered_map<std::int64_t, ReplyFacts> replyFacts(Database& db);

// Time of the first and the last event; nothing: no event is stored.
std::optional<EventRange> storedRange(Database& db);

} // namespace waypost::store
