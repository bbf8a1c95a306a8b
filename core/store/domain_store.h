// Domains the operator watches and the reports of their inspections. The report is the inspection's own JSON;
// the counts and findings beside it are what lists and charts ask for. Thread rule and failure: those of the
// Database.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

struct FindingRow {
    std::string id, severity, subject;
    bool operator==(const FindingRow&) const = default;
};

// What differs from all that was known before the inspection (domain/diff.h).
struct ChangeRow {
    std::string kind, what, before, after, severity, trend; // trend: "worse", "better", empty
    UtcTime changedAt;
    bool operator==(const ChangeRow&) const = default;
};

struct InspectionRow {
    std::int64_t id = 0;
    std::string domain;
    UtcTime at;
    int errors = 0, warnings = 0;
    bool couldNotLook = false;
    std::string report; // JSON
    std::vector<FindingRow> findings;
    std::vector<ChangeRow> changes{}; // stored with it; read by changesOf()
};

// A watched domain and the head of its newest inspection.
struct DomainRow {
    std::string name;
    std::vector<std::string> selectors;
    UtcTime added;
    std::optional<std::int64_t> inspection;
    UtcTime checked;
    int errors = 0, warnings = 0;
    bool couldNotLook = false;
    int changes = 0, worse = 0; // of the newest inspection
};

namespace domains {

// Adds it, or replaces its selectors. Names are kept in lower case without a trailing dot.
void watch(Database& db, std::string_view name, const std::vector<std::string>& selectors, UtcTime now);
// The selector is not in use any more: it is neither among the given ones nor among those that were seen.
void dropSelector(Database& db, std::string_view name, std::string_view selector);
// With its inspections; recorded DNS answers stay. False when it was not watched.
bool forget(Database& db, std::string_view name);
std::vector<DomainRow> all(Database& db);
// The domain is watched from then on if it was not.
std::int64_t append(Database& db, const InspectionRow& row);
std::optional<InspectionRow> newest(Database& db, std::string_view name);
std::optional<InspectionRow> inspection(Database& db, std::int64_t id);
std::vector<ChangeRow> changesOf(Database& db, std::int64_t inspection);
// The newest that had begun at or before `at`.
std::optional<InspectionRow> asOf(Database& db, std::string_view name, UtcTime at);
// Those begun in [from, to], oldest first, with their reports and without findings; of more than `limit` the
// newest ones.
std::vector<InspectionRow> reports(Database& db, std::string_view name, UtcTime from, UtcTime to, int limit);
// The last `limit` of those begun before `before`, oldest first, with reports.
std::vector<InspectionRow> reportsBefore(Database& db, std::string_view name, UtcTime before, int limit);
// Newest first, without report and findings.
std::vector<InspectionRow> history(Database& db, std::string_view name, int limit);

} // namespace domains

} // namespace waypost::store
