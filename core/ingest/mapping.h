// Mapping: how one kind of JSON log becomes events, as data: which fields hold what, which words mean what.
// A file (resources/ingest/*.json, schema 1):
//
//   {"schema": 1, "name": "haraka", "title": "…", "version": 1, "date": "2026-11-24", "source": "…",
//    "detect": {"fields": ["type", "job_id"], "values": {"name": ["outbound_logger"]}},
//    "time": {"field": ["time", "timestamp"], "zone": "utc"},
//    "outcome": {"field": "type", "values": {"delivered": "accepted", "opened": "skip"}, "otherwise":
//    "reject"}, "fields": {"recipient": "recipient", "text": ["smtp_response", "dsn_message"], …},
//    "constants": {"campaign": "…"}}
//
// A field is a path ("rcpt.0.address") or a list of paths: the first that is there counts. Words of an
// outcome: accepted, deferred, failed, withheld (refused by the source itself), async-bounce, complaint,
// skip, reject, and by-code (2xx accepted, 4xx deferred, 5xx failed). Thread rule: values. Failure: Error
// that names file and field.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "ingest/json_document.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

enum class MappedField : std::uint8_t {
    Recipient,
    Sender,
    Campaign,
    Pool,
    SendingIp,
    MxHost,
    MxIp,
    Tls,
    QueueId,
    MessageId,
    Text,
    Code,
    Enhanced,
    Command,
    Opinion,
    EventId,
    Size,
    Attempt,
    LatencyMs,
    LatencySeconds,
    Queued, // when the message came in: latency is counted from it
};
inline constexpr int mappedFieldCount = int(MappedField::Queued) + 1;
std::string_view mappedFieldName(MappedField field);

enum class MappedOutcome : std::uint8_t {
    Reject,
    Skip,
    Accepted,
    Deferred,
    Failed,
    Withheld,
    AsyncBounce,
    Complaint,
    ByCode,
};

struct Mapping {
    std::string name, title, source, date;
    int version = 0;
    std::vector<std::string> detectFields;
    std::map<std::string, std::vector<std::string>, std::less<>> detectValues;
    std::vector<std::string> timePaths;
    bool localTime = false;
    std::vector<std::string> outcomePaths;
    std::map<std::string, MappedOutcome, std::less<>> outcomes; // by word, in lower case
    MappedOutcome otherwise = MappedOutcome::Reject;
    std::array<std::vector<std::string>, size_t(mappedFieldCount)> fields;
    std::array<std::string, size_t(mappedFieldCount)> constants;

    // A record this mapping reads.
    [[nodiscard]] bool fits(JsonValue record) const;
};

Result<Mapping> readMapping(const json::value& file, std::string_view name);

} // namespace waypost::ingest
