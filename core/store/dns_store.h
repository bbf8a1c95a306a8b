// DNS answers, kept as evidence. Every lookup leaves a row with the raw bytes; equal answers (same question,
// outcome and records, whoever gave them and whatever their TTL and order) share one row that knows since
// when and until when it was seen. Thread rule: that of the Database. Failure: StorageError.
//
// A name is compared without regard to case and without a trailing dot. "As of T" reads what had been seen by
// then: the newest lookup at or before T. A failed lookup is an answer like any other; askers who want the
// last definite one say so.
#pragma once

#include "dns/answer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waypost::store {

class Database;

struct DnsRow {
    std::int64_t id = 0; // of the lookup
    std::int64_t answerId = 0;
    dns::Question question;
    dns::Status status = dns::Status::Timeout;
    int rcode = -1;
    std::optional<std::int64_t> ttl; // none when there was no record to take it from
    bool authenticated = false, authoritative = false, truncated = false;
    dns::Transport transport = dns::Transport::None;
    std::string server;
    std::string records; // zone file form of the answer section, a line each, sorted; TTLs left out
    std::string raw;     // message as received
    std::string text;    // for malformed and unreachable
    UtcTime at;
    Millis took{0};
};

// A stretch of time in which lookups gave the same answer.
struct DnsPeriod {
    std::int64_t answerId = 0;
    dns::Status status = dns::Status::Timeout;
    int rcode = -1;
    std::string servers; // who gave it, separated by commas
    std::string records, text;
    UtcTime firstSeen, lastSeen;
    std::int64_t lookups = 0;
};

namespace dnsrecord {

// Id of the lookup.
std::int64_t append(Database& db, const dns::Answer& answer);
std::optional<DnsRow> lookup(Database& db, std::int64_t id);
// The newest lookup at or before `at`.
std::optional<DnsRow> asOf(Database& db, const dns::Question& question, UtcTime at,
                           bool definiteOnly = false);
// Periods oldest first: a new one begins whenever the answer differs from the one before.
std::vector<DnsPeriod> history(Database& db, const dns::Question& question, int limit = 1000);
// Definite answers in [from, to) that differ from the definite one before, oldest first; the first known one
// included. A lookup that failed says nothing about the zone and is no change.
std::vector<DnsRow> changes(Database& db, UtcTime from, UtcTime to, int limit = 1000);

} // namespace dnsrecord

} // namespace waypost::store
