#include "engine/inspection.h"

#include "dns/names.h"
#include "store/dns_store.h"
#include "store/stored_resolver.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::engine {

namespace {

// How far back what is not known is looked for, and how many reports between two times are read.
constexpr int reportsBehind = 20;
constexpr int reportsBetween = 400;

Result<std::vector<domain::ReportSummary>> summaries(const std::vector<store::InspectionRow>& rows) {
    std::vector<domain::ReportSummary> out;
    for (const store::InspectionRow& row : rows) {
        auto summary = domain::summarise(row.report);
        if (!summary) return fail(summary.error());
        summary->at = row.at;
        out.push_back(std::move(*summary));
    }
    return out;
}

// The last of `rows`, filled with what was known before it.
Result<std::optional<domain::ReportSummary>> known(const std::vector<store::InspectionRow>& rows) {
    auto all = summaries(rows);
    if (!all) return fail(all.error());
    if (all->empty()) return std::optional<domain::ReportSummary>();
    for (size_t i = 1; i < all->size(); ++i) domain::carryForward((*all)[i - 1], (*all)[i]);
    return std::move(all->back());
}

// Other lookups than those of the inspections may have seen the new records earlier.
void refineTimes(store::Database& db, UtcTime from, std::vector<domain::Difference>& differences) {
    for (domain::Difference& d : differences) {
        const size_t space = d.what.rfind(' ');
        if (d.kind != domain::DifferenceKind::Record || space == std::string::npos) continue;
        const auto type = dns::recordTypeFromName(std::string_view(d.what).substr(space + 1));
        if (!type) continue;
        for (const store::DnsPeriod& p : store::dnsrecord::history(db, {d.what.substr(0, space), *type}))
            if (p.records == d.after && p.firstSeen > from && p.lastSeen >= d.changedAt &&
                p.firstSeen < d.changedAt)
                d.changedAt = p.firstSeen;
    }
}

Result<store::InspectionRow> newestBy(store::Database& db, const std::string& name, UtcTime at) {
    auto row = store::domains::asOf(db, name, at);
    if (!row)
        return fail(ErrorCode::NotFound, "domain",
                    fmt::format("{} was not inspected at or before {}.", name, formatUtc(at)));
    return std::move(*row);
}

struct FixedClock final : Clock {
    explicit FixedClock(UtcTime t) : at(t) {}
    [[nodiscard]] UtcTime now() const override { return at; }
    [[nodiscard]] Millis monotonic() const override { return Millis(0); }
    UtcTime at;
};

// The answers of an inspection come after its beginning.
UtcTime endOfLookups(store::Database& db, const std::string& name, UtcTime at) {
    auto row = store::domains::asOf(db, name, at);
    if (!row) return at;
    auto summary = domain::summarise(row->report);
    return summary ? std::max(at, summary->finished) : at;
}

} // namespace

Result<domain::InspectOptions> inspectOptions(const std::filesystem::path& resources, const Clock& clock,
                                              std::shared_ptr<const dns::PublicSuffixList> publicSuffixes) {
    domain::InspectOptions options;
    auto catalogue = domain::FindingCatalogue::load(resources / "rules" / "findings.json");
    if (!catalogue) return fail(catalogue.error());
    auto guesses = domain::loadSelectorList(resources / "lists" / "dkim-selectors.json");
    if (!guesses) return fail(guesses.error());
    options.catalogue = *catalogue;
    options.guessedSelectors = *guesses;
    options.publicSuffixes = std::move(publicSuffixes);
    options.clock = &clock;
    return options;
}

store::InspectionRow inspectionRow(const domain::DomainReport& report) {
    store::InspectionRow row;
    row.domain = report.domain;
    row.at = report.at;
    row.report = domain::toJson(report);
    for (const domain::Finding& f : report.findings) {
        row.errors += f.severity == domain::Severity::Error ? 1 : 0;
        row.warnings += f.severity == domain::Severity::Warning ? 1 : 0;
        row.couldNotLook = row.couldNotLook || f.id == "could-not-look";
        row.findings.push_back({f.id, std::string(domain::severityName(f.severity)), f.subject});
    }
    return row;
}

DomainDiffRow toRow(const domain::Difference& d) {
    DomainDiffRow row;
    row.kind = domain::differenceKindName(d.kind);
    row.what = d.what;
    row.before = d.before;
    row.after = d.after;
    row.changedAt = d.changedAt;
    row.state = State::Info;
    if (d.severity == domain::Severity::Error) row.state = State::Error;
    if (d.severity == domain::Severity::Warning) row.state = State::Warning;
    if (d.trend == domain::Trend::Better) row.trend = "better";
    if (d.trend == domain::Trend::Worse) row.trend = "worse";
    if (row.state == State::Info && d.trend == domain::Trend::Better) row.state = State::Ok;
    return row;
}

Result<DomainDiff> domainDiff(store::Database& db, const DomainDiffQuery& q) {
    if (q.from > q.to)
        return fail(ErrorCode::InvalidArgument, "diff", "The first of the two times is the later one.");
    auto from = newestBy(db, q.name, q.from);
    if (!from) return fail(from.error());
    auto to = newestBy(db, q.name, q.to);
    if (!to) return fail(to.error());
    DomainDiff out{q.name, from->at, to->at, {}};
    if (from->id == to->id) return out;
    auto behind = store::domains::reportsBefore(db, q.name, from->at, reportsBehind);
    behind.push_back(std::move(*from));
    auto before = known(behind);
    if (!before) return fail(before.error());
    auto after = summaries(store::domains::reports(db, q.name, out.from + Millis(1), out.to, reportsBetween));
    if (!after) return fail(after.error());
    std::vector<domain::ReportSummary> series{std::move(**before)};
    std::ranges::move(*after, std::back_inserter(series));
    auto differences = domain::diff(std::move(series));
    refineTimes(db, out.from, differences);
    for (const domain::Difference& d : differences) out.rows.push_back(toRow(d));
    return out;
}

Result<std::vector<domain::Difference>> changesOf(store::Database& db, const store::InspectionRow& row) {
    auto before = known(store::domains::reportsBefore(db, row.domain, row.at, reportsBehind));
    if (!before) return fail(before.error());
    if (!*before) return std::vector<domain::Difference>();
    auto now = domain::summarise(row.report);
    if (!now) return fail(now.error());
    now->at = row.at;
    std::vector<domain::ReportSummary> series{std::move(**before), std::move(*now)};
    return domain::diff(std::move(series));
}

Result<domain::DomainReport> judgedAsOf(store::Database& db, std::string name, UtcTime at,
                                        domain::InspectOptions options) {
    store::StoredResolver resolver(db, endOfLookups(db, name, at));
    const FixedClock clock(at);
    options.clock = &clock;
    // A common selector nobody had tried by then is not worth a "could not look" of its own.
    std::erase_if(options.guessedSelectors, [&](const std::string& selector) {
        const dns::Question q{auth::dkimKeyName(selector, name), dns::RecordType::TXT};
        return !store::dnsrecord::asOf(db, q, at).has_value();
    });
    auto report = runReady(domain::inspect(resolver, std::move(name), std::move(options)));
    if (!report) return fail(ErrorCode::Internal, "as of", "The inspection waits for something.");
    if (!resolver.newestUsed())
        return fail(
            ErrorCode::NotFound, "as of",
            fmt::format("No DNS answer for {} was stored at or before {}.", report->domain, formatUtc(at)));
    return std::move(*report);
}

} // namespace waypost::engine
