// Migrations: numbered, forward-only SQL files (migrations/NNNN_name.sql), embedded at build time. A file's
// number is the schema version after it (PRAGMA user_version); numbers rise, a released file never changes.
// Each migration is one transaction: a kill at any statement leaves the old schema or the new one.
// Failure: StorageError. Thread rule: that of the Database.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace waypost::store {

class Database;

// PRAGMA application_id of every workspace: "WAYP".
inline constexpr int applicationId = 0x57415950;

struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

// All of them, by rising number.
std::span<const Migration> migrations();
// Number of the last one: the schema this program knows.
int latestSchema();
int schemaOf(Database& db);

// Applies what is missing up to `upTo`. `afterStatement` is called behind each statement of a migration,
// inside its transaction (tests kill the process there).
void migrate(Database& db, int upTo = latestSchema(), const std::function<void()>& afterStatement = {});

} // namespace waypost::store
