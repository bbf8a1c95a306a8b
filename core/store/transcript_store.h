// Transcripts: conversations as they went, deflated. Secrets were masked by whoever wrote the entries. Thread
// rule: that of the Database. Failure: StorageError; a stored body that does not inflate is Corrupt.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/transcript.h"

#include <optional>
#include <string>
#include <string_view>

namespace waypost::store {

class Database;

struct TranscriptRow {
    std::string id;   // uuid7
    std::string kind; // "smtp", "imap", "http"
    std::string peer; // "127.0.0.1:25"
    UtcTime at;
    Transcript transcript;
};

namespace transcripts {

// What one stored transcript may inflate to.
inline constexpr size_t maxBytes = 8 * 1024 * 1024;

void insert(Database& db, const TranscriptRow& row);
Result<TranscriptRow> find(Database& db, std::string_view id);

} // namespace transcripts

} // namespace waypost::store
