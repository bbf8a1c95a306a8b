// DKIM selectors of domains and how each became known: given, seen in a message, in a seed mailbox, in a
// report, or made by a rotation. A guess is never stored. Thread rule and failure: those of the Database.
#pragma once

#include "base/clock.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

struct SelectorRow {
    std::string selector, origin; // origin: "given", "message", "seed", "report", "rotation"
    UtcTime firstSeen, lastSeen;
};

namespace selectors {

// Whoever sends mail in the name of a domain can write any selector: new ones beyond this are left out.
inline constexpr size_t maxOfDomain = 200;

void saw(Database& db, std::string_view domain, std::string_view selector, std::string_view origin,
         UtcTime at);
// By selector, then origin.
std::vector<SelectorRow> of(Database& db, std::string_view domain);

} // namespace selectors

} // namespace waypost::store
