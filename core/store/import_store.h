// What imports know: logs by their content and how far each was read, messages whose end has not been seen,
// rejected lines, refusals of our own server. Written in the transaction of the events they belong to, which
// is why a killed import goes on exactly where its last commit ended. Thread rule: that of the Database.
// Failure: StorageError.
#pragma once

#include "base/clock.h"
#include "store/event_batch.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

// A log is the same log when its first bytes are: up to this many, fewer while it is shorter.
inline constexpr size_t importHeadBytes = 4096;
// Bytes before the position that must still be there when reading goes on.
inline constexpr size_t importTailBytes = 256;
inline constexpr size_t rejectedBytesKept = 1024;
// Rejected lines kept for one file; more are only counted.
inline constexpr std::int64_t rejectedLinesKept = 1000;

struct ImportFile {
    std::int64_t id = 0; // 0: not stored yet
    std::string format, path;
    std::string head, tail;
    std::int64_t position = 0; // everything before it is stored
    std::int64_t records = 0, events = 0, rejected = 0, refusals = 0;
    std::int64_t duplicates = 0, skipped = 0;
    UtcTime lastAt{INT64_MIN}; // time of the last line, for the year of the next
    bool whole = false;        // one record that never grows; not stored
};

// Hash of the first line of a head: what files are looked up by. `whole`: of all of it, for files that never
// grow (thousands of mails begin with the same line).
std::int64_t headHash(std::string_view head, bool whole);
// Logs whose head agrees with `head` as far as both reach; the one read furthest first.
std::vector<ImportFile> findImportFiles(Database& db, std::string_view head, bool whole = false);
std::optional<ImportFile> importFile(Database& db, std::int64_t id);
// Inserts (and sets the id) or updates.
void saveImportFile(Database& db, ImportFile& file, UtcTime now);

void saveJoins(Database& db, const std::vector<JoinChange>& changes);
void loadJoins(Database& db, const std::function<void(std::string_view key, std::string_view state)>& each);
void saveRejected(Database& db, std::int64_t file, const std::vector<RejectedLine>& lines);
void saveRefusals(Database& db, std::int64_t file, const std::vector<RefusedLine>& lines);

struct RejectedRow {
    std::int64_t id = 0, pos = 0;
    std::int32_t length = 0;
    std::string path, reason, bytes;
};
std::vector<RejectedRow> rejectedLines(Database& db, std::int64_t beforeId, int limit);

// A whole file, or a member of an archive, that could not be read.
struct RefusedFile {
    UtcTime at;
    std::string path, reason, bytes;
};
void saveRefusedFile(Database& db, const RefusedFile& file);
std::vector<RefusedFile> refusedFiles(Database& db, int limit); // the newest first

} // namespace waypost::store
