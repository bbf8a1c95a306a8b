// Refusals and deferrals by provider and enhanced status code. Thread rule and failure: those of the
// Database.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::store {

class Database;

struct ReplyCodeRow {
    std::string provider, code; // "gmail", "5.7.26"
    std::string sample;         // one reply of the kind
    std::uint64_t events = 0;   // of all times
    UtcTime lastSeen;
};
// Those seen since then, by provider and code.
std::vector<ReplyCodeRow> replyCodes(Database& db, UtcTime since);

} // namespace waypost::store
