// Proof that the roll-ups are the events: counts everything again from the events and compares each level row
// by row. Reads all events: for tests, `workspace check` and doubts. Thread rule: that of the Database.
// Failure: StorageError.
#pragma once

#include <string>
#include <vector>

namespace waypost::store {

class Database;

// Empty: exactly equal. Else at most `limit` sentences that say which row differs.
std::vector<std::string> recount(Database& db, size_t limit = 20);

} // namespace waypost::store
