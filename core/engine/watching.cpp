#include "engine/watching.h"

#include "auth/tag_list.h"
#include "base/json.h"
#include "base/text.h"
#include "dns/names.h"
#include "engine/inspection.h"
#include "mail/headers.h"
#include "store/message_store.h"
#include "store/placement_store.h"
#include "store/selector_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace waypost::engine {

namespace {

constexpr Millis stillInUse{90LL * 24 * 3'600'000};
constexpr int lookedSeeds = 200;
constexpr int lookedMessages = 50;
constexpr int jitterPart = 10;      // of the period
constexpr size_t changesKept = 500; // of one inspection
constexpr size_t jitterDigits = 8;  // of the hash

std::uint64_t spreadOf(std::string_view name) {
    std::uint64_t out = 0;
    for (const char c : text::sha256Hex(name).substr(0, jitterDigits))
        out = out * 16 + std::uint64_t(c <= '9' ? c - '0' : c - 'a' + 10);
    return out;
}

store::ChangeRow changeRow(const domain::Difference& d) {
    store::ChangeRow row;
    row.kind = domain::differenceKindName(d.kind);
    row.what = d.what;
    row.before = d.before;
    row.after = d.after;
    row.severity = domain::severityName(d.severity);
    if (d.trend == domain::Trend::Worse) row.trend = "worse";
    if (d.trend == domain::Trend::Better) row.trend = "better";
    row.changedAt = d.changedAt;
    return row;
}

std::string_view originText(std::string_view origin) {
    if (origin == "message") return "seen in a message of";
    if (origin == "seed") return "seen at a seed of";
    if (origin == "report") return "named in a report of";
    if (origin == "rotation") return "rotated to on";
    return "given on";
}

} // namespace

UtcTime dueAgain(std::string_view name, UtcTime last, Millis period) {
    const std::int64_t most = std::max<std::int64_t>(1, period.count() / jitterPart);
    return last + period + Millis(std::int64_t(spreadOf(name) % std::uint64_t(most)));
}

std::vector<std::string> dueDomains(store::Database& db, UtcTime now, Millis period) {
    std::vector<std::pair<UtcTime, std::string>> due;
    for (const store::DomainRow& d : store::domains::all(db)) {
        if (!d.inspection) continue;
        const UtcTime at = dueAgain(d.name, d.checked, period);
        if (at <= now) due.emplace_back(at, d.name);
    }
    std::sort(due.begin(), due.end());
    std::vector<std::string> out;
    out.reserve(due.size());
    for (auto& [at, name] : due) out.push_back(std::move(name));
    return out;
}

Result<std::vector<domain::Difference>> storeInspection(store::Database& db, store::InspectionRow row) {
    auto differences = changesOf(db, row);
    // A report that cannot be read any more must not keep a new one from being stored.
    if (differences)
        for (size_t i = 0; i < differences->size() && i < changesKept; ++i)
            row.changes.push_back(changeRow((*differences)[i]));
    store::domains::append(db, row);
    return differences;
}

bool gotWorse(const std::vector<domain::Difference>& differences) {
    return std::any_of(differences.begin(), differences.end(),
                       [](const domain::Difference& d) { return d.trend == domain::Trend::Worse; });
}

std::string summaryOf(const std::vector<domain::Difference>& differences) {
    if (differences.empty()) return "no difference";
    const auto worse = std::count_if(differences.begin(), differences.end(), [](const domain::Difference& d) {
        return d.trend == domain::Trend::Worse;
    });
    std::string out = text::counted(differences.size(), "difference");
    if (worse > 0) out += fmt::format(", {} worse", worse);
    // Graver ones stand first.
    return out + ": " + text::printable(differences.front().what);
}

namespace {

using Watched = std::set<std::string>;

void sawSelector(store::Database& db, const Watched& watched, const std::string& domain,
                 const std::string& selector, std::string_view origin, UtcTime at) {
    if (!watched.contains(dns::normalName(domain))) return;
    if (!dns::isHostName(selector + "._domainkey." + domain, true)) return;
    store::selectors::saw(db, domain, selector, origin, at);
}

void harvestSeeds(store::Database& db, const Watched& watched) {
    for (const auto& [headers, at] : store::placement::newestHeaders(db, lookedSeeds)) {
        const auto block = mail::HeaderBlock::parse(headers);
        for (const mail::HeaderField* field : block.topDown("DKIM-Signature")) {
            const auth::TagList tags = auth::parseTags(block.unfolded(*field));
            const auth::Tag* domain = tags.find("d");
            const auth::Tag* selector = tags.find("s");
            if (domain && selector) sawSelector(db, watched, domain->value, selector->value, "seed", at);
        }
    }
}

void harvestMessages(store::Database& db, const Watched& watched) {
    for (const store::MessageRow& head : store::messages::all(db, lookedMessages)) {
        const auto row = store::messages::find(db, head.id);
        auto report = json::parse(row ? row->report : std::string(), "stored message");
        const json::object* root = report ? report->if_object() : nullptr;
        const json::array* signatures = root ? json::list(*root, "dkim") : nullptr;
        if (!signatures) continue;
        for (const json::value& v : *signatures) {
            const json::object* o = v.if_object();
            if (!o) continue;
            sawSelector(db, watched, std::string(json::text(*o, "domain")),
                        std::string(json::text(*o, "selector")), "message", head.added);
        }
    }
}

} // namespace

void harvestSelectors(store::Database& db) {
    Watched watched;
    for (const store::DomainRow& d : store::domains::all(db)) watched.insert(d.name);
    harvestSeeds(db, watched);
    harvestMessages(db, watched);
}

std::vector<std::string> knownSelectors(store::Database& db, const std::string& domain, UtcTime now) {
    std::vector<std::string> out;
    auto add = [&out](const std::string& selector) {
        if (std::find(out.begin(), out.end(), selector) == out.end()) out.push_back(selector);
    };
    const std::string name = dns::normalName(domain);
    for (const store::DomainRow& d : store::domains::all(db))
        if (d.name == name)
            for (const std::string& s : d.selectors) add(text::lowered(s));
    for (const store::SelectorRow& row : store::selectors::of(db, name))
        if (row.origin == "given" || row.origin == "rotation" || now - row.lastSeen < stillInUse)
            add(row.selector);
    return out;
}

std::string originOf(store::Database& db, const std::string& domain, std::string_view selector) {
    std::string out;
    const std::string wanted = text::lowered(selector);
    for (const store::SelectorRow& row : store::selectors::of(db, domain))
        if (row.selector == wanted)
            out += fmt::format("{}{} {}", out.empty() ? "" : "; ", originText(row.origin),
                               formatUtc(row.lastSeen).substr(0, 10));
    return out;
}

} // namespace waypost::engine
