// Seed lists, placement runs and what became of each seed. States and folders are the placement module's
// words; here they are text. A seed's password is a name in the SecretStore. Thread rule: that of the
// Database. Failure: Result where a name is taken, StorageError for the rest.
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

struct SeedRow {
    std::string address, provider, imapHost;
    int imapPort = 993;
    std::string tls;  // "implicit", "starttls", "none"
    std::string auth; // "" = best offered
    std::string user;
    std::string secret; // name in the SecretStore
    bool enabled = true;
    bool operator==(const SeedRow&) const = default;
};

struct SeedListRow {
    std::string id, name;
    UtcTime created;
    std::vector<SeedRow> seeds; // in the operator's order
};

struct RunRow {
    std::string id, name;
    std::string list;  // id of the seed list it was started with; the list may be gone
    std::string route; // name
    std::string token; // what marks its messages
    std::string state, text;
    std::string spec;    // JSON of what was asked for
    std::string message; // as sent, before per-seed headers
    UtcTime started;
    std::optional<UtcTime> finished;
};

struct SeedResultRow {
    std::string run, seed, provider;
    std::string state;    // placement's word
    std::string folder;   // where it was found
    std::string text;     // one sentence why
    std::string detail;   // JSON
    std::string category; // reply category of the delivery
    std::string messageKey;
    std::optional<UtcTime> sentAt, foundAt;
    std::optional<Millis> latency;
    std::optional<std::string> headers;         // as fetched
    std::string smtpTranscript, imapTranscript; // ids in the transcript store
    UtcTime updated;
};

namespace placement {

// The largest message of a seed mailbox that is kept whole.
inline constexpr size_t maxSeedMessage = 1024 * 1024;

// Replaces the list of this id, or adds it. A name belongs to one list, an address stands in it once.
Result<void> saveList(Database& db, const SeedListRow& list);
bool removeList(Database& db, std::string_view id);
std::vector<SeedListRow> lists(Database& db);
std::optional<SeedListRow> list(Database& db, std::string_view id);

void insertRun(Database& db, const RunRow& run);
bool setRunState(Database& db, std::string_view id, std::string_view state, std::string_view text,
                 std::optional<UtcTime> finished);
std::optional<RunRow> run(Database& db, std::string_view id);
// Newest first, without the message.
std::vector<RunRow> runs(Database& db, int limit);

// Inserts or replaces the row of this run and seed.
void saveResult(Database& db, const SeedResultRow& row);
std::vector<SeedResultRow> results(Database& db, std::string_view run);
// Headers of the messages that seed mailboxes were last seen to hold, with the time they were found; the
// newest `limit` of all runs.
std::vector<std::pair<std::string, UtcTime>> newestHeaders(Database& db, int limit);
std::optional<SeedResultRow> result(Database& db, std::string_view run, std::string_view seed);
// The message a seed mailbox held, whole; its result was saved before. It goes with its run.
void saveMessage(Database& db, std::string_view run, std::string_view seed, std::string_view bytes);
std::optional<std::string> message(Database& db, std::string_view run, std::string_view seed);

} // namespace placement

} // namespace waypost::store
