// Messages that were put off and whose end is not known: what a survival curve must censor instead of drop.
// Reads the events of the range. Thread rule: that of the Database. Failure: StorageError.
#pragma once

#include "store/event_cells.h"

#include <cstdint>
#include <vector>

namespace waypost::store {

struct WaitingMessage {
    std::int64_t provider = 0, stream = 0; // ids of names
    std::int64_t waitedMs = 0; // from arrival (or the first event, when that is unknown) to `asOf`
};
struct WaitingMessages {
    std::vector<WaitingMessage> messages;
    std::uint64_t untracked = 0; // deferrals that name no message: whether they ended cannot be told
    bool complete = true;        // false: there were more than maxWaiting
};
inline constexpr size_t maxWaiting = 2'000'000;

// Of the filter, outcome, category and template are left aside: they speak of events, not of messages.
WaitingMessages waitingMessages(Database& db, const EventFilter& filter, const EventRange& range,
                                UtcTime asOf);

// Recipients that a verdict asked to suppress, each counted once, on the day it was asked first in the range.
struct SuppressionDay {
    UtcTime day;
    reply::Category category = reply::Category::Other;
    std::int64_t provider = 0;
    std::uint64_t recipients = 0;
};
std::vector<SuppressionDay> newSuppressions(Database& db, const EventFilter& filter, const EventRange& range);

} // namespace waypost::store
