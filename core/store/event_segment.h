// A segment: up to segmentEvents events as one ColumnBlock. Keys of events count on without gaps: row i of a
// segment has the key first + i. A commit of a few events is added to the last segment while that is small.
// Thread rule: that of the Database. Failure: StorageError (Corrupt for a damaged segment).
#pragma once

#include "base/clock.h"
#include "store/event_columns.h"

#include <array>
#include <cstdint>
#include <functional>

namespace waypost::store {

class Database;

inline constexpr size_t segmentEvents = 16'384;
inline constexpr size_t smallSegment = 2'048;

enum EventNumber : std::uint8_t {
    At,
    Reply,
    Domain,
    Mx,
    MxIp,
    Ip,
    Stream,
    Source,
    Tls,
    Campaign,
    Message,
    Size,
    Recipients,
    Attempt,
    Flags,
    Latency,
    File,
    Position,
    Length,
    LineHash,
    EventKind,
    eventNumbers
};
// Stored first: what filters and counts look at. The rest is read for single rows.
inline constexpr std::array<std::uint8_t, eventNumbers> eventOrder{
    At, Reply, Domain, EventKind, Stream,     Ip,      Source, Flags,    Latency, Campaign, Message,
    Mx, MxIp,  Tls,    Size,      Recipients, Attempt, File,   Position, Length,  LineHash};
enum EventTextColumn : std::uint8_t {
    Recipient,
    Parts,
    QueueId,
    MessageId,
    Sender,
    TranscriptId,
    eventTexts
};

struct Segment {
    std::int64_t first = 0, last = 0;
    UtcTime minAt, maxAt;
};

// Appends the rows of `block` and clears it; returns the key of the first.
std::int64_t appendRows(Database& db, ColumnBlock& block);

// Segments that touch [since, until) and hold keys below `before`; newest first, or oldest first. `each`
// returns false to stop; `reader` is valid during the call.
void eachSegment(Database& db, UtcTime since, UtcTime until, std::int64_t before, bool newestFirst,
                 const std::function<bool(const Segment&, const ColumnReader&)>& each);

} // namespace waypost::store
