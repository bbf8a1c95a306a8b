// Stored verdicts: every distinct reply with what was decided about it, and changing such decisions
// afterwards. Thread rule: that of the Database. Failure: StorageError.
//
// A change moves the events of the replies it concerns from one class (or template) to the other in every
// roll-up, so that they equal the events at every instant. Hours of which events have been dropped by
// retention keep the counts they have: those of a closed book. A writer that is in the middle of an import
// sees verdictGeneration() change and looks its replies up anew.
#pragma once

#include "store/event_batch.h"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace waypost::store {

class Database;

struct DistinctReply {
    StoredReply reply; // with id, providerId and templateId
    std::uint64_t events = 0;
};
// All of them. Events are those stored now; counting them reads one column of all segments, and is left out
// (0) unless asked for.
std::vector<DistinctReply> distinctReplies(Database& db, bool countEvents);

struct VerdictChange {
    std::int64_t id = 0; // of the stored reply
    StoredReply after;   // verdict and template; text, code, provider and the rest stay as they are stored
};
struct VerdictsChanged {
    std::uint64_t replies = 0, events = 0;
    std::uint64_t closedHours = 0; // hours that kept their counts
};
VerdictsChanged changeVerdicts(Database& db, std::span<const VerdictChange> changes);

std::int64_t verdictGeneration(Database& db);

} // namespace waypost::store
