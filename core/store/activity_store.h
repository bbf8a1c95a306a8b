// Activity: who did what, when. Append-only, which the schema itself enforces. Thread rule and failure: those
// of the Database.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::store {

class Database;

struct ActivityRow {
    std::int64_t id = 0;
    UtcTime at;
    std::string actor;  // "operator", "schedule", "cli"
    std::string kind;   // "import", "placement.start", "settings.change"
    std::string object; // what it was done to
    std::string text;   // one sentence
    std::string detail; // JSON, may be empty
};

namespace activity {

std::int64_t append(Database& db, const ActivityRow& row);
// Newest first; `before` is the id of the last row of the page before, 0 for the first page.
std::vector<ActivityRow> latest(Database& db, int limit, std::int64_t before = 0);
std::vector<ActivityRow> of(Database& db, const std::string& object, int limit);

} // namespace activity

} // namespace waypost::store
