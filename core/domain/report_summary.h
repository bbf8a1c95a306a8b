// What two reports are compared by: records, findings and one verdict for each area, read from the stored
// JSON of an inspection (the form of `domain inspect --json`), so that reports of any age have one path.
// Pure. Failure: Error when the text is not a report; fields it does not have are simply not compared.
//
// What could not be looked up is no part of a summary: its areas are named in `unknown`, its records are left
// out. carryForward() fills them from an earlier report, because a failed lookup says nothing about the zone.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/finding.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace waypost::domain {

// A definite answer. `lines` is "name TYPE data" a line, sorted, without TTLs and without the serial of a
// SOA, which rises with every change of the zone.
struct RecordSummary {
    std::string status, lines;
    UtcTime at;
    // Lines, or why there are none: "nxdomain", "no-data".
    [[nodiscard]] const std::string& text() const { return lines.empty() ? status : lines; }
};
struct FindingSummary {
    std::string area, seen;
    Severity severity = Severity::Info;
};
struct VerdictSummary {
    std::string area, text;
    Severity worst = Severity::Info; // of the area's findings
};

struct ReportSummary {
    std::string domain;
    UtcTime at, finished;                         // when it began, and when its last answer came
    std::map<std::string, RecordSummary> records; // by question: "a.test TXT"
    std::map<std::pair<std::string, std::string>, FindingSummary> findings; // by id and subject
    std::map<std::string, VerdictSummary> verdicts;                         // by title: "SPF", "DKIM s1"
    std::set<std::string> unknown; // ids of areas that were not, or not wholly, looked at
};

// "spf" for "spf-multiple", "mx-sessions" for what a look beyond the records found; "general" where a finding
// belongs to no one area.
std::string areaOfFindingId(std::string_view findingId);

Result<ReportSummary> summarise(std::string_view reportJson);

// What `newer` could not look at is taken from `older`.
void carryForward(const ReportSummary& older, ReportSummary& newer);

} // namespace waypost::domain
