// Messages of the lab: the bytes, deflated, how they came, and what the last judgement said. Thread rule:
// that of the Database. Failure: StorageError; a stored body that does not inflate is Corrupt.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

struct MessageRow {
    std::string id; // uuid7
    std::string title, sender, source;
    UtcTime added;
    std::string ip, helo, mailFrom; // as given; empty: from the trace headers
    bool headersOnly = false;
    std::string job;                      // the last that judged it
    std::optional<UtcTime> judged, again; // DNS as of then: first, and asked anew
    std::string verdict;
    int state = 4;
    std::string report; // JSON of the last judgement
    std::int64_t size = 0;
};

namespace messages {

// What one stored message may inflate to: the cap of message::check and room for nothing else.
inline constexpr size_t maxBytes = 64 * 1024 * 1024;

// `packed` is deflated(message) of row.size bytes: made before the writer has its turn.
void insert(Database& db, const MessageRow& row, std::string_view packed);
// False when there is no such message.
bool setJob(Database& db, std::string_view id, std::string_view job);
bool setConnection(Database& db, std::string_view id, std::string_view ip, std::string_view helo,
                   std::string_view mailFrom);
// The first judgement sets `judged`, each later one `again`.
bool setJudged(Database& db, std::string_view id, UtcTime at, std::string_view verdict, int state,
               std::string_view report);
std::optional<MessageRow> find(Database& db, std::string_view id);
Result<std::string> bytes(Database& db, std::string_view id);
// Newest first, without report.
std::vector<MessageRow> all(Database& db, int limit);
bool remove(Database& db, std::string_view id);

} // namespace messages

} // namespace waypost::store
