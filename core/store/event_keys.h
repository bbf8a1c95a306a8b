// Names of events at their source (NewEvent::dedupe), so that the same event stored twice is one. Kept as
// 64-bit hashes within the day of the event. Called in the transaction of the events: a name is taken exactly
// when its event is stored. Memory: none. Thread rule: that of the Database. Failure: StorageError.
#pragma once

#include "base/clock.h"

#include <string_view>

namespace waypost::store {

class Database;

// True: nobody had the name, and now it is taken. False: its event is stored already.
bool takeEventKey(Database& db, UtcTime at, std::string_view name);
// Forgets the names of events before `until`: for retention.
void dropEventKeys(Database& db, UtcTime until);

} // namespace waypost::store
