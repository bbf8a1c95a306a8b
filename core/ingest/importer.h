// Importer: log files into events, resumable and idempotent.
//
// A log is known by its content (its first octets), not by its name: importing a renamed, rotated, compressed
// or copied log again goes on where the last import of it ended and repeats nothing; a truncated file is a
// new log; folders and archives stand for the files in them. Events, roll-ups, open messages and the position
// in the file are stored in one transaction, so an import that is killed goes on exactly there. Rotated sets
// are read oldest first, whatever order they are given in.
//
// A last line without its end waits for the rest, when the file is plain and was written to within
// `lastLineWait`. Thread rule: run() blocks its thread (it parses there) while the batches are written by
// `write`; progress is called on it. Failure: an Error for one file stands in its result and the others go
// on; a storage error ends the import with what was stored before it.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "ingest/decoder.h"
#include "ingest/unpack.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace waypost::store {
class Database;
class Workspace;
} // namespace waypost::store

namespace waypost::ingest {

// Runs a closure in one write transaction.
using WriteJob = std::move_only_function<Result<void>(store::Database&)>;
using Write = std::function<std::future<Result<void>>(WriteJob)>;
Write writeTo(store::Workspace& workspace);

struct ImportProgress {
    std::string file;
    std::int64_t done = 0, total = 0; // octets of all files
    std::uint64_t events = 0;
};

struct ImportOptions {
    DecoderOptions decoder;
    LogZone zone{true, 0}; // of stamps that name none: this machine's
    const Clock* clock = nullptr;
    Millis lastLineWait{60'000};
    size_t batchBytes = 8 * 1024 * 1024; // of log text in one transaction
    size_t batchEvents = 40'000;
    UnpackLimits unpack;
    size_t folderFiles = 100'000; // read in one folder
    // Instead of pread(2): for tests that let a read fail.
    std::function<std::int64_t(int fd, char* into, size_t size, std::int64_t at)> readAt;
    // Called about every batch; false cancels: what is stored stays, the rest is for the next time.
    std::function<bool(const ImportProgress&)> progress;
};

// A file of a folder, or a member of an archive.
struct ImportMember {
    std::string name, format;
    std::uint64_t events = 0, duplicates = 0, rejected = 0;
    std::string problem; // why it was not read; empty: it was
};

// A folder or an archive is one result: the sum of its members.
struct ImportResult {
    std::string file;
    std::string format;           // "mixed" when members have several
    std::uint64_t records = 0;    // whole lines read now
    std::uint64_t events = 0;     // stored now
    std::uint64_t duplicates = 0; // events stored before: by an earlier import, or under the same name
    std::uint64_t rejected = 0;   // malformed lines, kept with their reason
    std::uint64_t refusals = 0;   // what our own server refused; kept, not events
    std::uint64_t skipped = 0;    // records that are no events: opens, clicks, arrivals
    std::uint64_t longLines = 0;  // cut at maxLineBytes
    std::int64_t waiting = 0;     // octets of a last line that is not whole yet
    double seconds = 0;
    bool cancelled = false;
    std::string note; // what the operator should know; may be empty
    std::vector<ImportMember> members;
    std::optional<Error> error;
};

// In the order of `files`.
std::vector<ImportResult> importFiles(const std::vector<std::filesystem::path>& files, const Write& write,
                                      const ImportOptions& options);

} // namespace waypost::ingest
