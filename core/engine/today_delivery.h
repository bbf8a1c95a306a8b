// Today's cards about delivery: replies never seen before, replies that came back, providers whose deferrals
// or refusals grew. Internal to engine/. Thread rule: that of the Database.
#pragma once

#include "engine/context.h"

namespace waypost::engine {

void replyCards(Context& c, store::Database& db, UtcTime now, Today& out);
void shiftCards(Context& c, store::Database& db, const TimeRange& range, Today& out);

} // namespace waypost::engine
