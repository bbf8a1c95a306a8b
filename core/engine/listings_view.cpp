// What the screens show of lists.
#include "base/text.h"
#include "engine/listings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

namespace waypost::engine {

namespace {

using reputation::Asks;
using reputation::List;

constexpr std::array cellStates{
    std::pair{CellState::Unseen, std::string_view("")},
    std::pair{CellState::Listed, std::string_view("listed")},
    std::pair{CellState::Clean, std::string_view("clean")},
    std::pair{CellState::Refused, std::string_view("refused")},
    std::pair{CellState::Error, std::string_view("error")},
    std::pair{CellState::NotApplicable, std::string_view("not-applicable")},
};

CellState stateOf(std::string_view name) {
    return cellStateFromName(name).value_or(CellState::Unseen);
}

std::string familiesOf(const List& list) {
    std::string out;
    for (const Asks a : {Asks::Ipv4, Asks::Ipv6, Asks::Domain, Asks::Email})
        if (list.can(a)) out += (out.empty() ? "" : ", ") + std::string(reputation::asksName(a));
    return out;
}

// The worst of a list's families: what is not healthy weighs more.
void addHealth(ListColumn& column, const std::vector<store::ListHealthRow>& all) {
    for (const store::ListHealthRow& row : all) {
        if (row.list != column.id) continue;
        column.checked = std::max(column.checked, row.at);
        if (!column.health.empty() && row.health == "healthy") continue;
        if (column.health.empty() || column.health == "healthy") {
            column.health = row.health;
            column.finding = row.finding;
        }
    }
}

ListColumn columnOf(const List& list, const std::vector<std::string>& off,
                    const std::vector<store::ListHealthRow>& health) {
    ListColumn c;
    c.id = list.id;
    c.zone = list.zone;
    c.name = list.name;
    c.status = reputation::listStatusName(list.status);
    c.welcome = list.welcome;
    c.weight = list.weight;
    c.enabled = std::find(off.begin(), off.end(), list.id) == off.end() &&
                list.status != reputation::ListStatus::Dead && list.status != reputation::ListStatus::Private;
    addHealth(c, health);
    return c;
}

MatrixCell cellOf(const store::ListCellRow& row) {
    return {stateOf(row.status), row.confirmed, row.welcome, row.at, row.since};
}

WatchedTarget targetOf(const store::ListTargetRow& row) {
    return {row.target, row.kind, row.role, row.origin, row.added};
}

std::vector<WatchedTarget> watched(store::Database& db) {
    std::vector<std::pair<std::optional<net::IpAddress>, WatchedTarget>> order;
    for (const store::ListTargetRow& row : store::lists::targets(db))
        order.emplace_back(net::IpAddress::parse(row.target), targetOf(row));
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return std::tuple(!a.first, a.first, a.second.text) < std::tuple(!b.first, b.first, b.second.text);
    });
    std::vector<WatchedTarget> out;
    out.reserve(order.size());
    for (auto& [ip, target] : order) out.push_back(std::move(target));
    return out;
}

ListingPeriod periodOf(const store::ListPeriod& p) {
    return {stateOf(p.status), p.answer, p.meaning, p.firstSeen, p.lastSeen, p.looks};
}

} // namespace

std::string_view cellStateName(CellState s) {
    for (const auto& [state, name] : cellStates)
        if (state == s) return name;
    return "";
}

std::optional<CellState> cellStateFromName(std::string_view wanted) {
    for (const auto& [state, name] : cellStates)
        if (name == wanted) return state;
    return std::nullopt;
}

BlocklistMatrix blocklistMatrix(store::Database& db, const reputation::Catalogue& catalogue) {
    BlocklistMatrix m;
    m.targets = watched(db);
    const auto off = store::lists::off(db);
    const auto health = store::lists::health(db);
    for (const List& list : askedLists(db, catalogue)) m.lists.push_back(columnOf(list, off, health));
    std::sort(m.lists.begin(), m.lists.end(), [](const ListColumn& a, const ListColumn& b) {
        return std::tuple(a.welcome, -a.weight, std::string_view(a.name)) <
               std::tuple(b.welcome, -b.weight, std::string_view(b.name));
    });
    m.cells.resize(m.targets.size() * m.lists.size());
    std::unordered_map<std::string, size_t> rowOf, columnAt;
    for (size_t i = 0; i < m.targets.size(); ++i) rowOf[m.targets[i].text] = i;
    for (size_t i = 0; i < m.lists.size(); ++i) columnAt[m.lists[i].id] = i;
    for (const store::ListCellRow& row : store::lists::cells(db)) {
        const auto target = rowOf.find(row.target);
        const auto list = columnAt.find(row.list);
        if (target == rowOf.end() || list == columnAt.end()) continue;
        m.cells[target->second * m.lists.size() + list->second] = cellOf(row);
        m.swept = std::max(m.swept, row.at);
    }
    for (const ListColumn& c : m.lists) {
        ++m.on;
        if (c.health == "refusing") ++m.refusedUs;
        if (c.status == "needs-key") ++m.needKey;
        if (!c.health.empty() && c.health != "healthy" && c.health != "refusing") ++m.unhealthy;
    }
    return m;
}

namespace {

void addLook(BlocklistCell& out, const store::ListLook& look) {
    out.reason = look.reason;
    out.asked = look.asked;
    out.answer = look.answer;
    out.meaning = look.meaning;
    out.txt = text::printable(look.txt);
    out.server = look.server;
    out.ttl = look.ttl.value_or(-1);
    if (look.score) out.score = int(*look.score);
    const auto raw = [&out, &look](const char* title, const std::string& bytes) {
        if (bytes.empty()) return;
        RawDocument document;
        document.title = fmt::format("{} {} from {}, {} bytes", look.asked, title, look.server, bytes.size());
        document.bytes = bytes;
        document.binary = true;
        out.raw.push_back(std::move(document));
    };
    raw("A", look.raw);
    raw("TXT", look.rawTxt);
}

} // namespace

Result<BlocklistCell> blocklistCell(store::Database& db, const reputation::Catalogue& catalogue,
                                    const BlocklistCellQuery& q) {
    const List* list = catalogue.find(q.list);
    if (!list)
        return fail(ErrorCode::NotFound, "list", "There is no list \"" + text::printable(q.list) + "\".");
    BlocklistCell out;
    out.target = q.target;
    out.list = list->id;
    out.listName = list->name;
    out.delistPage = list->delistPage;
    out.delistSteps = list->delistSteps;
    out.expires = list->expires;
    out.terms = list->terms;
    out.operatorName = list->operatorName;
    out.command =
        "waypost-cli blocklist check " + q.target + " --list " + (list->zone.empty() ? list->id : list->zone);
    if (const auto row = store::lists::cell(db, q.target, list->id)) {
        out.cell = cellOf(*row);
        if (row->confirmed) out.listedSince = row->listedSince;
        if (auto look = store::lists::look(db, row->observation)) addLook(out, *look);
    }
    constexpr int mostPeriods = 500;
    for (const auto& p : store::lists::periods(db, q.target, list->id, {0}, {INT64_MAX}, mostPeriods))
        out.history.push_back(periodOf(p));
    for (const store::ListCellRow& row : store::lists::cells(db))
        if (row.list == list->id && row.target != q.target && row.status == "listed" &&
            sameRange(row.target, q.target))
            out.alsoInRange.push_back(row.target);
    return out;
}

BlocklistHistory blocklistHistory(store::Database& db, const BlocklistHistoryQuery& q) {
    constexpr int mostPeriods = 20'000;
    BlocklistHistory out;
    const UtcTime to = q.to.ms == 0 ? UtcTime{INT64_MAX} : q.to;
    for (const auto& p : store::lists::periods(db, q.target, q.list, q.from, to, mostPeriods)) {
        if (out.strips.empty() || out.strips.back().target != p.target || out.strips.back().list != p.list)
            out.strips.push_back({p.target, p.list, {}});
        out.strips.back().periods.push_back(periodOf(p));
    }
    return out;
}

BlocklistChanges blocklistChanges(store::Database& db, const BlocklistChangesQuery& q) {
    BlocklistChanges out;
    for (const store::ListChangeRow& r : store::lists::changes(db, q.since, q.limit))
        out.rows.push_back({r.id, r.at, r.target, r.list, r.change, r.answer, r.meaning});
    return out;
}

namespace {

std::string codeText(const reputation::Code& code) {
    std::string answer = fmt::format("bit {}", code.bit);
    if (code.answer) {
        answer.clear();
        for (size_t i = 0; i < code.answer->low.size(); ++i) {
            const int low = code.answer->low[i], high = code.answer->high[i];
            answer += (i == 0 ? "" : ".") + (low == 0 && high == 255 ? std::string("*")
                                             : low == high           ? fmt::format("{}", low)
                                                                     : fmt::format("{}-{}", low, high));
        }
    }
    return fmt::format("{} {}{}{}", answer, code.sub, code.sub.empty() ? "" : ": ", code.meaning);
}

} // namespace

ListCatalogue catalogueRows(store::Database& db, const reputation::Catalogue& catalogue, UtcTime now,
                            const std::function<bool(const std::string&)>& hasSecret) {
    ListCatalogue out;
    out.date = catalogue.date();
    const auto off = store::lists::off(db);
    const auto health = store::lists::health(db);
    for (const List& list : catalogue.lists()) {
        CatalogueRow r;
        r.column = columnOf(list, off, health);
        r.asks = familiesOf(list);
        r.operatorName = list.operatorName;
        r.site = list.site;
        r.terms = list.terms;
        r.note = list.note;
        r.delistPage = list.delistPage;
        r.expires = list.expires;
        r.since = list.since;
        r.statusNote = list.statusNote;
        r.keySecret = list.keySecret;
        r.delistSteps = list.delistSteps;
        for (const reputation::Code& code : list.codes) r.codes.push_back(codeText(code));
        r.perDay = list.limits.perDay;
        r.perSecond = list.limits.perSecond;
        r.inFlight = list.limits.inFlight;
        r.askedToday = store::lists::questions(db, list.id, now);
        r.hasKey = !list.keySecret.empty() && hasSecret(list.keySecret);
        r.publicResolvers = list.publicResolvers;
        r.fromUser = list.fromUser;
        out.lists.push_back(std::move(r));
    }
    return out;
}

} // namespace waypost::engine
