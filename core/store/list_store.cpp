#include "store/list_store.h"

#include "store/database.h"

namespace waypost::store::lists {

namespace {

constexpr std::int64_t dayMs = 86'400'000;

ListCellRow cellOf(const Statement& s) {
    ListCellRow row;
    row.target = s.string(0);
    row.list = s.string(1);
    row.observation = s.integer(2);
    row.status = s.string(3);
    row.welcome = s.integer(4) != 0;
    row.confirmed = s.integer(5) != 0;
    row.hits = int(s.integer(6));
    row.misses = int(s.integer(7));
    row.since = s.time(8);
    row.firstHit = s.time(9);
    row.listedSince = s.time(10);
    row.at = s.time(11);
    row.holdsUntil = s.time(12);
    return row;
}

constexpr std::string_view cellColumns =
    "SELECT target, list, observation, status, welcome, confirmed, hits, misses, since, first_hit, "
    "listed_since, at, holds_until FROM list_cell";

std::int64_t insertLook(Database& db, const ListLook& l) {
    db.run("INSERT INTO list_observation(target, list, at, status, reason, answer, meaning, welcome, score, "
           "asked, dns, txt, ttl, server, took, raw, raw_txt) "
           "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           l.target, l.list, l.at, l.status, l.reason, l.answer, l.meaning, l.welcome, l.score, l.asked,
           l.dns, l.txt, l.ttl, l.server, l.took, Blob{l.raw}, Blob{l.rawTxt});
    return db.lastInsertId();
}

void carryPeriod(Database& db, const ListLook& l) {
    db.run("UPDATE list_period SET last_seen = max(last_seen, ?1), looks = looks + 1 "
           "WHERE target = ?2 AND list = ?3 AND status = ?4 AND answer = ?5 AND first_seen = "
           "(SELECT max(first_seen) FROM list_period WHERE target = ?2 AND list = ?3)",
           l.at, l.target, l.list, l.status, l.answer);
    if (db.changes() > 0) return;
    db.run("INSERT INTO list_period(target, list, first_seen, last_seen, status, answer, meaning, looks) "
           "VALUES(?1, ?2, max(?3, 1 + coalesce((SELECT max(first_seen) FROM list_period WHERE target = ?1 "
           "AND list = ?2), 0)), ?3, ?4, ?5, ?6, 1)",
           l.target, l.list, l.at, l.status, l.answer, l.meaning);
}

ListHealthRow healthRow(const Statement& s) {
    return {s.string(0), s.string(1), s.time(2), s.string(3), s.string(4), s.string(5), s.string(6)};
}

} // namespace

bool watch(Database& db, const ListTargetRow& row) {
    if (db.integer("SELECT count(*) FROM list_target") >= maxTargets) return false;
    db.run("INSERT INTO list_target(target, kind, role, origin, added) VALUES(?, ?, ?, ?, ?) "
           "ON CONFLICT(target) DO UPDATE SET role = excluded.role, origin = excluded.origin",
           row.target, row.kind, row.role, row.origin, row.added);
    return true;
}

int unwatch(Database& db, std::string_view targetOrOrigin) {
    db.run("DELETE FROM list_target WHERE target = ?1 OR origin = ?1", targetOrOrigin);
    return db.changes();
}

std::vector<ListTargetRow> targets(Database& db) {
    auto select = db.prepare("SELECT target, kind, role, origin, added FROM list_target ORDER BY target");
    std::vector<ListTargetRow> rows;
    while (select.step())
        rows.push_back(
            {select.string(0), select.string(1), select.string(2), select.string(3), select.time(4)});
    return rows;
}

void keep(Database& db, const ListLook& l, ListCellRow c) {
    Transaction whole(db);
    c.observation = insertLook(db, l);
    carryPeriod(db, l);
    db.run("INSERT OR REPLACE INTO list_cell(target, list, observation, status, welcome, confirmed, hits, "
           "misses, since, first_hit, listed_since, at, holds_until) "
           "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           l.target, l.list, c.observation, c.status, c.welcome, c.confirmed, c.hits, c.misses, c.since,
           c.firstHit, c.listedSince, c.at, c.holdsUntil);
    whole.commit();
}

std::optional<ListCellRow> cell(Database& db, std::string_view target, std::string_view list) {
    auto select = db.prepare(std::string(cellColumns) + " WHERE target = ? AND list = ?");
    if (!select.with(target, list).step()) return std::nullopt;
    return cellOf(select);
}

std::vector<ListCellRow> cells(Database& db) {
    auto select = db.prepare(cellColumns);
    std::vector<ListCellRow> rows;
    while (select.step()) rows.push_back(cellOf(select));
    return rows;
}

std::optional<ListLook> look(Database& db, std::int64_t id) {
    auto s =
        db.prepare("SELECT id, target, list, at, status, reason, answer, meaning, welcome, score, asked, "
                   "dns, txt, ttl, server, took, raw, raw_txt FROM list_observation WHERE id = ?");
    if (!s.with(id).step()) return std::nullopt;
    ListLook l;
    l.id = s.integer(0);
    l.target = s.string(1);
    l.list = s.string(2);
    l.at = s.time(3);
    l.status = s.string(4);
    l.reason = s.string(5);
    l.answer = s.string(6);
    l.meaning = s.string(7);
    l.welcome = s.integer(8) != 0;
    l.score = s.optionalInteger(9);
    l.asked = s.string(10);
    l.dns = s.string(11);
    l.txt = s.string(12);
    l.ttl = s.optionalInteger(13);
    l.server = s.string(14);
    l.took = Millis(s.integer(15));
    l.raw = s.string(16);
    l.rawTxt = s.string(17);
    return l;
}

std::vector<ListPeriod> periods(Database& db, std::string_view target, std::string_view list, UtcTime from,
                                UtcTime to, int limit) {
    auto s = db.prepare("SELECT target, list, first_seen, last_seen, status, answer, meaning, looks FROM ("
                        "SELECT * FROM list_period WHERE (?1 = '' OR target = ?1) AND (?2 = '' OR list = ?2) "
                        "AND last_seen >= ?3 AND first_seen < ?4 ORDER BY first_seen DESC LIMIT ?5) "
                        "ORDER BY target, list, first_seen");
    s.with(target, list, from, to, limit);
    std::vector<ListPeriod> rows;
    while (s.step())
        rows.push_back({s.string(0), s.string(1), s.time(2), s.time(3), s.string(4), s.string(5), s.string(6),
                        s.integer(7)});
    return rows;
}

void keepHealth(Database& db, const ListHealthRow& row) {
    Transaction whole(db);
    auto before = db.prepare("SELECT health FROM list_health WHERE list = ? AND family = ? "
                             "ORDER BY at DESC, id DESC LIMIT 1");
    std::string was = "healthy"; // the first look is news only when it is bad
    if (before.with(row.list, row.family).step()) was = before.string(0);
    before.reset();
    db.run("INSERT INTO list_health(list, family, at, health, finding, instead, probes) "
           "VALUES(?, ?, ?, ?, ?, ?, ?)",
           row.list, row.family, row.at, row.health, row.finding, row.instead, row.probes);
    const bool fit = row.health == "healthy";
    if (fit != (was == "healthy"))
        addChange(db, {0, row.at, "", row.list, fit ? "healthy" : "unhealthy", row.family, row.finding});
    whole.commit();
}

std::vector<ListHealthRow> health(Database& db) {
    auto s = db.prepare("SELECT list, family, at, health, finding, instead, probes FROM list_health h "
                        "WHERE id = (SELECT id FROM list_health n WHERE n.list = h.list AND n.family = "
                        "h.family ORDER BY at DESC, id DESC LIMIT 1) ORDER BY list, family");
    std::vector<ListHealthRow> rows;
    while (s.step()) rows.push_back(healthRow(s));
    return rows;
}

std::vector<ListHealthRow> healthOf(Database& db, std::string_view list, int limit) {
    auto s = db.prepare("SELECT list, family, at, health, finding, instead, probes FROM list_health "
                        "WHERE list = ? ORDER BY at DESC, id DESC LIMIT ?");
    s.with(list, limit);
    std::vector<ListHealthRow> rows;
    while (s.step()) rows.push_back(healthRow(s));
    return rows;
}

void addChange(Database& db, const ListChangeRow& row) {
    db.run("INSERT INTO list_change(at, target, list, change, answer, meaning) VALUES(?, ?, ?, ?, ?, ?)",
           row.at, row.target, row.list, row.change, row.answer, row.meaning);
}

std::vector<ListChangeRow> changes(Database& db, UtcTime since, int limit) {
    auto s = db.prepare("SELECT id, at, target, list, change, answer, meaning FROM list_change WHERE at >= ? "
                        "ORDER BY at DESC, id DESC LIMIT ?");
    s.with(since, limit);
    std::vector<ListChangeRow> rows;
    while (s.step())
        rows.push_back(
            {s.integer(0), s.time(1), s.string(2), s.string(3), s.string(4), s.string(5), s.string(6)});
    return rows;
}

void addQuestions(Database& db, std::string_view list, UtcTime day, std::int64_t count) {
    db.run("INSERT INTO list_day(list, day, questions) VALUES(?1, ?2, ?3) "
           "ON CONFLICT(list, day) DO UPDATE SET questions = questions + ?3",
           list, day.ms / dayMs, count);
}

std::int64_t questions(Database& db, std::string_view list, UtcTime day) {
    auto s = db.prepare("SELECT questions FROM list_day WHERE list = ? AND day = ?");
    return s.with(list, day.ms / dayMs).step() ? s.integer(0) : 0;
}

std::vector<std::string> off(Database& db) {
    auto s = db.prepare("SELECT list FROM list_off ORDER BY list");
    std::vector<std::string> out;
    while (s.step()) out.push_back(s.string(0));
    return out;
}

void setOff(Database& db, std::string_view list, bool off) {
    if (off)
        db.run("INSERT OR IGNORE INTO list_off(list) VALUES(?)", list);
    else
        db.run("DELETE FROM list_off WHERE list = ?", list);
}

int prune(Database& db, UtcTime now) {
    db.run("DELETE FROM list_observation WHERE at < ? AND id NOT IN (SELECT observation FROM list_cell)",
           UtcTime{now.ms - keptDays * dayMs});
    const int gone = db.changes();
    db.run("DELETE FROM list_day WHERE day < ?", now.ms / dayMs - keptDays);
    return gone;
}

} // namespace waypost::store::lists
