// The steps of opening a workspace for writing, between the checks of place.h and the first job: schema
// check, integrity check, backup, migration. Internal to the module. Failure: Error, nothing changed.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace waypost::store {

class Database;

// Application id and schema as the connection sees them (the head of the file may lag behind the log).
Result<void> checkIdentity(Database& db, bool create);
// Refuses triggers and views that are not ours, and missing tables: a workspace can come from anybody.
Result<void> checkSchema(Database& db);
Result<void> checkIntegrity(Database& db);
// Copies an existing workspace to "<file>.backup-<time>-schema<n>" and keeps the newest `keep` of them.
Result<std::filesystem::path> backupBeforeMigration(Database& db, const std::filesystem::path& file,
                                                    UtcTime now, int keep);

} // namespace waypost::store
