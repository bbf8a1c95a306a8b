#include "domain/diff.h"

#include <algorithm>
#include <functional>
#include <tuple>

namespace waypost::domain {

namespace {

using Series = std::vector<ReportSummary>;

const RecordSummary* recordOf(const ReportSummary& s, const std::string& question) {
    auto it = s.records.find(question);
    return it == s.records.end() ? nullptr : &it->second;
}

std::string textOf(const ReportSummary& s, const std::pair<std::string, std::string>& finding) {
    auto it = s.findings.find(finding);
    return it == s.findings.end() ? std::string() : it->second.seen;
}

std::string verdictOf(const ReportSummary& s, const std::string& title) {
    auto it = s.verdicts.find(title);
    return it == s.verdicts.end() ? std::string() : it->second.text;
}

// Index of the first report from which on the value is the last one's.
size_t sinceWhen(const Series& series, const std::function<std::string(const ReportSummary&)>& value) {
    const std::string last = value(series.back());
    size_t since = series.size() - 1;
    while (since > 0 && value(series[since - 1]) == last) --since;
    return since;
}

void diffRecords(const Series& series, std::vector<Difference>& out) {
    for (const auto& [question, now] : series.back().records) {
        const RecordSummary* before = recordOf(series.front(), question);
        if (!before || before->text() == now.text()) continue;
        Difference d{DifferenceKind::Record, question, before->lines, now.lines, Severity::Info,
                     Trend::Neutral,         {}};
        // NXDOMAIN and no data are two different absences.
        if (before->lines.empty() && now.lines.empty())
            std::tie(d.before, d.after) = std::tie(before->status, now.status);
        const size_t since = sinceWhen(series, [&question](const ReportSummary& s) {
            const RecordSummary* r = recordOf(s, question);
            return r ? r->text() : std::string();
        });
        d.changedAt = recordOf(series[since], question)->at;
        out.push_back(std::move(d));
    }
}

bool counts(const FindingSummary& f) {
    return f.severity != Severity::Info;
}
bool grave(Severity s) {
    return s <= Severity::Warning;
}

void diffFindings(const Series& series, std::vector<Difference>& out) {
    const ReportSummary& before = series.front();
    const ReportSummary& after = series.back();
    auto add = [&](const std::pair<std::string, std::string>& key, Severity severity, Trend trend) {
        Difference d{DifferenceKind::Finding,
                     key.first + " " + key.second,
                     textOf(before, key),
                     textOf(after, key),
                     severity,
                     trend,
                     {}};
        d.changedAt = series[sinceWhen(series, [&key](const ReportSummary& s) { return textOf(s, key); })].at;
        out.push_back(std::move(d));
    };
    for (const auto& [key, finding] : after.findings) {
        if (!counts(finding) || before.unknown.contains(finding.area)) continue;
        auto old = before.findings.find(key);
        if (old == before.findings.end())
            add(key, finding.severity, grave(finding.severity) ? Trend::Worse : Trend::Neutral);
        else if (old->second.seen != finding.seen)
            add(key, finding.severity, Trend::Neutral);
    }
    for (const auto& [key, finding] : before.findings) {
        if (!counts(finding) || after.unknown.contains(finding.area) || after.findings.contains(key))
            continue;
        add(key, Severity::Info, grave(finding.severity) ? Trend::Better : Trend::Neutral);
    }
}

Trend trendOf(Severity before, Severity after) {
    if (after < before && grave(after)) return Trend::Worse;
    if (after > before && grave(before)) return Trend::Better;
    return Trend::Neutral;
}

void diffVerdicts(const Series& series, std::vector<Difference>& out) {
    const ReportSummary& before = series.front();
    const ReportSummary& after = series.back();
    auto add = [&](const std::string& title, Severity old, Severity now) {
        Difference d{DifferenceKind::Verdict, title, verdictOf(before, title), verdictOf(after, title), now,
                     trendOf(old, now),       {}};
        d.changedAt =
            series[sinceWhen(series, [&title](const ReportSummary& s) { return verdictOf(s, title); })].at;
        out.push_back(std::move(d));
    };
    for (const auto& [title, verdict] : after.verdicts) {
        if (before.unknown.contains(verdict.area)) continue;
        auto old = before.verdicts.find(title);
        const Severity was = old == before.verdicts.end() ? Severity::Info : old->second.worst;
        if (old == before.verdicts.end() || old->second.text != verdict.text) add(title, was, verdict.worst);
    }
    for (const auto& [title, verdict] : before.verdicts)
        if (!after.unknown.contains(verdict.area) && !after.verdicts.contains(title))
            add(title, verdict.worst, Severity::Info);
}

} // namespace

std::string_view differenceKindName(DifferenceKind k) {
    switch (k) {
    case DifferenceKind::Record: return "record";
    case DifferenceKind::Finding: return "finding";
    case DifferenceKind::Verdict: return "verdict";
    }
    return "record";
}

std::vector<Difference> diff(std::vector<ReportSummary> series) {
    std::vector<Difference> out;
    if (series.size() < 2) return out;
    for (size_t i = 1; i < series.size(); ++i) carryForward(series[i - 1], series[i]);
    diffFindings(series, out);
    diffVerdicts(series, out);
    diffRecords(series, out);
    std::sort(out.begin(), out.end(), [](const Difference& a, const Difference& b) {
        return std::tie(a.severity, a.kind, a.what) < std::tie(b.severity, b.kind, b.what);
    });
    return out;
}

} // namespace waypost::domain
