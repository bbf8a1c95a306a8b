// Drift: what differs between two times, in records, findings and verdicts. A lookup that failed is no
// change: each report is first filled with what was last known. Pure.
#pragma once

#include "domain/report_summary.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::domain {

enum class DifferenceKind { Record, Finding, Verdict };
std::string_view differenceKindName(DifferenceKind k); // "record", "finding", "verdict"

enum class Trend { Neutral, Better, Worse };

struct Difference {
    DifferenceKind kind = DifferenceKind::Record;
    std::string what;                   // "example.org TXT", "dkim-1024 s1._domainkey.example.org", "SPF"
    std::string before, after;          // empty: was not there
    Severity severity = Severity::Info; // how grave the new state is
    Trend trend = Trend::Neutral;
    UtcTime changedAt; // when the new state was first seen
};

// `series` is a domain's reports, oldest first: the first is the one that is compared, the last the one it is
// compared with, those between say when. Findings that only inform ("spf-ok") are left out. Graver ones
// first.
std::vector<Difference> diff(std::vector<ReportSummary> series);

} // namespace waypost::domain
