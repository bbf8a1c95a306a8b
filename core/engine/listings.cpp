// Watching and sweeping; what is shown is in listings_view.cpp, what lists cost in listings_impact.cpp.
#include "engine/listings.h"

#include "base/json.h"
#include "base/text.h"
#include "dns/names.h"
#include "store/domain_store.h"
#include "store/sender_ips.h"
#include "store/settings_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace waypost::engine {

namespace {

using reputation::Asks;
using reputation::List;
using reputation::Target;

constexpr size_t maxOurs = 1000; // addresses taken from events
constexpr std::int64_t maxTtl = 86'400;

std::string roleFor(const Target& target, const std::string& role) {
    if (!role.empty()) return role;
    return target.ip ? "ip" : "other";
}

} // namespace

Result<std::shared_ptr<const reputation::Catalogue>> listCatalogue(const std::filesystem::path& resources,
                                                                   const std::filesystem::path& userFile) {
    std::error_code ec;
    const bool own = !userFile.empty() && std::filesystem::exists(userFile, ec);
    return reputation::Catalogue::load(resources / "lists", own ? userFile : std::filesystem::path());
}

std::vector<List> askedLists(store::Database& db, const reputation::Catalogue& catalogue) {
    const auto off = store::lists::off(db);
    std::vector<List> out;
    for (const List& list : catalogue.lists()) {
        if (list.status == reputation::ListStatus::Dead || list.status == reputation::ListStatus::Private)
            continue;
        if (std::find(off.begin(), off.end(), list.id) == off.end()) out.push_back(list);
    }
    return out;
}

Result<int> watchTargets(store::Database& db, const std::string& given, const std::string& role,
                         UtcTime now) {
    auto targets = reputation::parseTargets(given);
    if (!targets) return fail(targets.error());
    int count = 0;
    for (const Target& t : *targets) {
        const std::string kind(reputation::asksName(t.kind));
        if (!store::lists::watch(db, {t.text, kind, roleFor(t, role), std::string(text::trim(given)), now}))
            return fail(ErrorCode::TooLarge, "watch",
                        fmt::format("At most {} targets can be watched.", store::lists::maxTargets));
        ++count;
    }
    return count;
}

int watchOurs(store::Database& db, UtcTime now) {
    std::set<std::string> known;
    for (const store::ListTargetRow& row : store::lists::targets(db)) known.insert(row.target);
    int added = 0;
    const auto add = [&](const std::string& text, const std::string& role) {
        auto targets = reputation::parseTargets(text);
        if (!targets || targets->size() != 1 || known.contains(targets->front().text)) return;
        const Target& t = targets->front();
        if (t.ip && !reputation::specialUse(*t.ip).empty()) return; // no list holds it
        if (!store::lists::watch(db,
                                 {t.text, std::string(reputation::asksName(t.kind)), role, "events", now}))
            return;
        known.insert(t.text);
        ++added;
    };
    for (const store::SenderIp& ip : store::senderIps(db, maxOurs)) add(ip.ip, "ip");
    for (const store::DomainRow& d : store::domains::all(db)) add(d.name, "from");
    if (const std::string helo = store::settings::text(db, "sending.helo"); !helo.empty()) add(helo, "helo");
    return added;
}

namespace {

Result<std::vector<Target>> dueTargets(store::Database& db, const std::vector<std::string>& wanted) {
    std::vector<Target> out;
    if (wanted.empty()) {
        for (const store::ListTargetRow& row : store::lists::targets(db))
            if (auto t = reputation::parseTargets(row.target); t && t->size() == 1)
                out.push_back(std::move(t->front()));
        std::sort(out.begin(), out.end(), [](const Target& a, const Target& b) {
            return std::tuple(a.kind, a.ip, a.text) < std::tuple(b.kind, b.ip, b.text);
        });
        return out;
    }
    for (const std::string& given : wanted) {
        auto targets = reputation::parseTargets(given);
        if (!targets) return fail(targets.error());
        for (Target& t : *targets) out.push_back(std::move(t));
    }
    return out;
}

Result<std::vector<List>> dueLists(store::Database& db, const reputation::Catalogue& catalogue,
                                   const std::vector<std::string>& wanted) {
    if (wanted.empty()) return askedLists(db, catalogue);
    std::vector<List> out;
    for (const std::string& name : wanted) {
        const List* list = catalogue.find(name);
        if (!list) return fail(ErrorCode::NotFound, "list", "There is no list \"" + name + "\".");
        out.push_back(*list);
    }
    return out;
}

// A list whose test points, zone or way to us were looked at a short while ago.
std::vector<store::ListHealthRow> recent(const std::vector<store::ListHealthRow>& all, const List& list,
                                         UtcTime now) {
    std::vector<store::ListHealthRow> out;
    for (const store::ListHealthRow& row : all)
        if (row.list == list.id && row.health == "healthy" && now - row.at < healthHolds) out.push_back(row);
    return out;
}

} // namespace

Result<DuePlan> duePlan(store::Database& db, const reputation::Catalogue& catalogue,
                        const DueOptions& options, UtcTime now) {
    DuePlan out;
    auto targets = dueTargets(db, options.targets);
    if (!targets) return fail(targets.error());
    auto lists = dueLists(db, catalogue, options.lists);
    if (!lists) return fail(lists.error());
    out.plan.targets = std::move(*targets);
    out.plan.lists = std::move(*lists);
    const auto health = store::lists::health(db);
    std::map<std::pair<std::string, std::string>, UtcTime> holds;
    std::set<std::string> aboutToRaise; // the list itself is tested before anything is raised
    for (const store::ListCellRow& c : store::lists::cells(db)) {
        if (!options.again) holds[{c.target, c.list}] = c.holdsUntil;
        if (c.hits > 0 && !c.confirmed) aboutToRaise.insert(c.list);
    }
    for (size_t l = 0; l < out.plan.lists.size(); ++l) {
        const List& list = out.plan.lists[l];
        const bool tested = !options.again && !aboutToRaise.contains(list.id);
        out.health.push_back(tested ? recent(health, list, now) : std::vector<store::ListHealthRow>{});
        out.askedToday.push_back(store::lists::questions(db, list.id, now));
        for (size_t t = 0; t < out.plan.targets.size(); ++t) {
            const auto held = holds.find({out.plan.targets[t].text, list.id});
            if (held != holds.end() && held->second > now) out.known.emplace(l, t);
        }
    }
    return out;
}

reputation::SweepOptions sweepOptions(const DuePlan& due) {
    reputation::SweepOptions o;
    o.known = [&due](size_t list, size_t target) { return due.known.contains({list, target}); };
    const auto indexOf = [&due](const List& list) {
        for (size_t i = 0; i < due.plan.lists.size(); ++i)
            if (due.plan.lists[i].id == list.id) return i;
        return size_t(0);
    };
    o.askedToday = [&due, indexOf](const List& list) { return due.askedToday[indexOf(list)]; };
    o.health = [&due, indexOf](const List& list, Asks family) -> const reputation::HealthReport* {
        static const reputation::HealthReport healthy = [] {
            reputation::HealthReport r;
            r.health = reputation::Health::Healthy;
            return r;
        }();
        for (const store::ListHealthRow& row : due.health[indexOf(list)])
            if (row.family == reputation::asksName(family)) return &healthy;
        return nullptr;
    };
    return o;
}

KeptLook lookOf(const reputation::SweepPlan& plan, reputation::Cell cell) {
    const List& list = plan.lists[cell.list];
    const reputation::Judgement& j = cell.judgement;
    KeptLook out;
    out.asked = cell.asked;
    out.recheckSeconds = list.limits.recheckSeconds;
    store::ListLook& l = out.look;
    l.target = plan.targets[cell.target].text;
    l.list = list.id;
    l.at = cell.at;
    l.status = reputation::statusName(j.status);
    l.reason = reputation::reasonName(j.reason);
    l.answer = text::join(j.answers, ", ");
    l.meaning = j.meaning;
    l.welcome = j.welcome;
    if (j.score) l.score = *j.score;
    l.asked = std::move(cell.name);
    l.dns = cell.asked ? std::string(dns::statusName(cell.dns)) : std::string();
    l.txt = text::toValidUtf8(cell.txt);
    if (cell.ttl >= 0) l.ttl = cell.ttl;
    l.server = std::move(cell.server);
    l.took = cell.took;
    l.raw = std::move(cell.raw);
    l.rawTxt = std::move(cell.rawTxt);
    return out;
}

namespace {

reputation::CellState stateOf(const store::ListCellRow& row) {
    reputation::CellState s;
    s.raw = reputation::statusFromName(row.status).value_or(reputation::Status::Error);
    s.listed = row.confirmed;
    s.hits = row.hits;
    s.misses = row.misses;
    s.rawSince = row.since;
    s.listedSince = row.listedSince;
    s.firstHit = row.firstHit;
    s.at = row.at;
    return s;
}

// What was answered holds as long as its TTL and the list's own rhythm say; not knowing does not last.
UtcTime holdsUntil(const KeptLook& kept) {
    const bool known = kept.look.status == "listed" || kept.look.status == "clean";
    if (!known || !kept.asked) return kept.look.at;
    const std::int64_t ttl = std::clamp<std::int64_t>(kept.look.ttl.value_or(0), 0, maxTtl);
    return kept.look.at + Millis(1000 * std::max(ttl, kept.recheckSeconds));
}

} // namespace

reputation::Change keepLook(store::Database& db, const KeptLook& kept) {
    const store::ListLook& l = kept.look;
    auto row = store::lists::cell(db, l.target, l.list).value_or(store::ListCellRow{});
    // That a list knows nothing of this kind is no news a second time.
    if (!kept.asked && l.status == "not-applicable" && row.status == l.status)
        return reputation::Change::None;
    reputation::CellState state = stateOf(row);
    const auto seen = reputation::statusFromName(l.status).value_or(reputation::Status::Error);
    const reputation::Change change = reputation::advance(state, seen, l.at);
    row.status = l.status;
    row.welcome = l.welcome;
    row.confirmed = state.listed;
    row.hits = state.hits;
    row.misses = state.misses;
    row.since = state.rawSince;
    row.firstHit = state.firstHit;
    row.listedSince = state.listedSince;
    row.at = l.at;
    row.holdsUntil = holdsUntil(kept);
    // A first hit is looked at again soon: until then it is no news.
    if (seen == reputation::Status::Listed && !state.listed) row.holdsUntil = l.at;
    store::lists::keep(db, l, row);
    if (change != reputation::Change::None)
        store::lists::addChange(db, {0, l.at, l.target, l.list,
                                     change == reputation::Change::Raised ? "raised" : "cleared", l.answer,
                                     l.meaning});
    return change;
}

store::ListHealthRow healthRow(const List& list, const reputation::HealthReport& report) {
    json::array probes;
    for (const reputation::HealthProbe& p : report.probes)
        probes.push_back(json::object{{"role", reputation::roleName(p.role)},
                                      {"asked", json::foreign(p.name)},
                                      {"dns", dns::statusName(p.status)},
                                      {"answer", json::foreign(text::join(p.answers, ", "))},
                                      {"server", json::foreign(p.server)}});
    return {list.id,
            std::string(reputation::asksName(report.family)),
            report.at,
            std::string(reputation::healthName(report.health)),
            text::toValidUtf8(report.finding),
            report.healthy() ? std::string() : std::string(reputation::statusName(report.instead.status)),
            json::line(probes)};
}

bool sameRange(const std::string& a, const std::string& b) {
    const auto x = net::IpAddress::parse(a), y = net::IpAddress::parse(b);
    constexpr int v4Range = 24, v6Range = 64;
    if (x && y) return x->isV4() == y->isV4() && x->inPrefix(*y, x->isV4() ? v4Range : v6Range);
    return !x && !y && (dns::isAtOrUnder(a, b) || dns::isAtOrUnder(b, a));
}

} // namespace waypost::engine
