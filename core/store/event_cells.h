// Counts of events by dimension, for charts, facets, statistics: from the roll-ups for whole hours, from the
// events themselves for the rest of the range and for what the roll-ups do not know (template, source, one
// recipient). The sum over the cells of a range is exact to the millisecond either way. Thread rule: that of
// the Database. Failure: StorageError.
#pragma once

#include "base/clock.h"
#include "reply/event.h"
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

// Values inside one field are alternatives; fields narrow each other. Empty field: no restriction.
struct EventFilter {
    std::vector<std::string> providers, categories, outcomes, streams, domains, templates, sources;
    std::string recipientOrMessage; // a whole address, a queue id or a message id
    // Empty: attempts only, which is what every rate is about (reply::Kind).
    std::vector<std::string> kinds;
    bool allKinds = false; // whatever `kinds` says
    [[nodiscard]] bool empty() const;
};
struct EventRange {
    UtcTime since{INT64_MIN}, until{INT64_MAX}; // [since, until)
};

enum class FilterField : std::uint8_t {
    Provider,
    Category,
    Outcome,
    Stream,
    Domain,
    Template,
    Source,
    Person,
    Kind
};

// The filter with ids for names; made once for a query.
class ResolvedFilter {
  public:
    ResolvedFilter(Database& db, const EventFilter& filter);
    struct Subject {
        std::int64_t provider = 0, domain = 0, stream = 0, templateId = 0, source = 0;
        int classNumber = 0;
    };
    // Bit set of the fields (1 << FilterField) the subject fails; Person is not looked at.
    [[nodiscard]] unsigned failures(const Subject& s) const;
    [[nodiscard]] bool needsEvents() const { return needsEvents_; }
    [[nodiscard]] bool needsPerson() const { return !person_.empty(); }
    [[nodiscard]] bool isPerson(std::string_view local, std::int64_t domain, std::string_view queueId,
                                std::string_view messageId) const;

  private:
    struct Ids {
        bool any = true;
        std::vector<std::int64_t> wanted; // sorted
        [[nodiscard]] bool has(std::int64_t id) const;
    };
    Ids providers_, domains_, streams_, templates_, sources_;
    std::uint64_t classes_ = 0, categories_ = 0, kinds_ = 0;
    bool anyCategory_ = true, anyOutcome_ = true, needsEvents_ = false;
    std::string person_, personLocal_;
    std::int64_t personDomain_ = -1;
};

struct Cell {
    UtcTime at; // start of the hour, or the event's own time
    ResolvedFilter::Subject subject;
    std::int64_t ip = 0;
    std::int64_t events = 0, messages = 0, firsts = 0;
    const LatencySketch* latency = nullptr; // of a roll-up row
    std::int64_t latencyMs = -1;            // of one event
    unsigned failures = 0;
};

struct CellNeeds {
    bool templates = false;          // subject.templateId is needed
    std::int64_t stepMs = 3'600'000; // times finer than this are not needed
    bool latency = false;            // Cell::latency is needed
    bool nearMisses = false;         // cells that fail exactly one field, too (for facets)
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
