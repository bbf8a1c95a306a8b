// Questions of the Delivery screen and the command line to the stored events. Values only; names, not ids.
// Thread rule: that of the Database. Failure: StorageError.
#pragma once

#include "reply/event.h"
#include "store/event_cells.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace waypost::store {

struct OverviewBucket {
    UtcTime start;
    std::array<std::uint64_t, 5> counts{}; // reply::Outcome order
};
struct FacetCount {
    std::string value;
    std::uint64_t events = 0;
};
struct FacetCounts {
    std::string field;              // "provider", "category", "outcome", "stream", "domain"
    std::vector<FacetCount> values; // most first
};
struct ReplyGroupRow {
    std::string templateKey, templateText, provider, category;
    std::uint64_t events = 0;
    UtcTime firstSeen, lastSeen; // of all times, not of the range
    std::vector<std::uint32_t> trend;
};
struct OverviewAnswer {
    EventRange range; // as asked, or the stored one where it was open
    Millis bucket{3'600'000};
    std::vector<OverviewBucket> buckets;
    std::vector<FacetCounts> facets;
    std::vector<ReplyGroupRow> groups; // most first
    std::uint64_t events = 0, unclassified = 0;
    std::optional<EventRange> stored;
};
struct OverviewAsk {
    EventRange range;
    EventFilter filter;
    int maxBuckets = 72, maxFacetValues = 20, maxGroups = 200, trendParts = 24;
};
// A facet counts what its own field would show if it were not restricted.
OverviewAnswer overview(Database& db, const OverviewAsk& ask);

// The bucket a range is shown in: the least of a fixed list with which it has at most `maxBuckets`.
Millis bucketFor(const EventRange& range, int maxBuckets);

struct EventLine {
    std::int64_t key = 0;
    UtcTime at;
    std::string provider, recipient, domain, stream, category, enhanced, text, mxHost, queueId;
    reply::Outcome outcome = reply::Outcome::Unknown;
    int code = 0, attempt = 0;
    std::int64_t latencyMs = -1;
    reply::Kind kind = reply::Kind::Attempt;
};
struct EventLines {
    std::vector<EventLine> rows; // newest first
    std::int64_t next = 0;       // `before` of the next page; 0: the end
};
// Rows older than the key `before` (0: from the newest), less the first `skip` that match.
EventLines eventPage(Database& db, const EventRange& range, const EventFilter& filter, std::int64_t before,
                     int limit, std::uint64_t skip = 0);

// Where the line of an event was, to be read again (ingest/evidence.h).
struct EvidencePlace {
    std::string path, head; // the log as it was last seen, and its first octets
    std::int64_t pos = -1;
    std::int32_t length = 0;
    std::uint32_t hash = 0;
};
struct EventWhole {
    std::int64_t key = 0;
    reply::ReplyEvent event;
    reply::Outcome outcome = reply::Outcome::Unknown;
    std::string templateText;
    std::int32_t recipients = -1;
    std::optional<EvidencePlace> evidence;
    std::vector<EventLine> history; // other events of the same message and recipient, oldest first
};
std::optional<EventWhole> eventWhole(Database& db, std::int64_t key);

// All events of one recipient, queue id or message id, oldest first; reads all events.
std::vector<EventLine> eventHistory(Database& db, std::string_view recipientOrMessage, int limit);

} // namespace waypost::store
