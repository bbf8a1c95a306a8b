// DKIM key rotations with their timelines. No private key is stored here: `secret` is its name in the
// SecretStore. Thread rule and failure: those of the Database.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

struct RotationEventRow {
    UtcTime at;
    std::string actor, state, text;
    bool operator==(const RotationEventRow&) const = default;
};
struct RotationServerRow {
    std::string name, address, seen, text;
    UtcTime at;
    bool operator==(const RotationServerRow&) const = default;
};
struct RotationRow {
    std::string id, domain, oldSelector, newSelector, algorithm;
    std::string publicKey; // octets
    std::string secret;
    int keepOldDays = 0;
    std::string state;
    UtcTime created;
    std::optional<UtcTime> retireAfter;
    std::vector<RotationEventRow> timeline; // append-only, which the schema itself enforces
    std::vector<RotationServerRow> servers;
};

namespace rotations {

void insert(Database& db, const RotationRow& row);
// State, servers, and the events beyond those that are stored. False when there is no such rotation.
bool update(Database& db, const RotationRow& row);
std::optional<RotationRow> find(Database& db, std::string_view id);
// Newest first; of one domain, or all.
std::vector<RotationRow> all(Database& db, std::string_view domain = {});
// The one of this domain that has not ended, if there is one.
std::optional<RotationRow> running(Database& db, std::string_view domain);

} // namespace rotations

} // namespace waypost::store
