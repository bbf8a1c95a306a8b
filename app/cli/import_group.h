// What the parts of the import command share. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "ingest/importer.h"

#include <atomic>

namespace waypost::cli {

// One JSON line or table row for each.
void printImports(const Globals& globals, const std::vector<ingest::ImportResult>& results);
void raiseImportStatus(Globals& globals, const std::vector<ingest::ImportResult>& results);

// Imports what is there and then what is written, until `ends` is set. A file that is not there yet is
// waited for. Blocks; ends within half a second of `ends`.
void followLogs(Globals& globals, const std::vector<std::string>& paths, const ingest::Write& write,
                const ingest::ImportOptions& options, const std::atomic<bool>& ends);

// `import --rejected`: at most `limit` files that could not be read, and as many lines; the newest first.
void listRejected(Globals& globals, int limit);

} // namespace waypost::cli
