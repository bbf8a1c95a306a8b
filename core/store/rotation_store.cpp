#include "store/rotation_store.h"

#include "base/text.h"
#include "store/database.h"

namespace waypost::store::rotations {

namespace {

void writeServers(Database& db, const RotationRow& row) {
    db.run("DELETE FROM rotation_server WHERE rotation = ?", row.id);
    auto insert = db.prepare("INSERT INTO rotation_server(rotation, position, name, address, seen, text, at) "
                             "VALUES(?, ?, ?, ?, ?, ?, ?)");
    for (size_t i = 0; i < row.servers.size(); ++i) {
        const RotationServerRow& s = row.servers[i];
        insert.run(row.id, i, s.name, s.address, s.seen, s.text, s.at);
    }
}

void appendEvents(Database& db, const RotationRow& row) {
    auto count = db.prepare("SELECT count(*) FROM rotation_event WHERE rotation = ?");
    count.with(row.id).step();
    const auto stored = size_t(count.integer(0));
    auto insert = db.prepare("INSERT INTO rotation_event(rotation, position, at, actor, state, text) "
                             "VALUES(?, ?, ?, ?, ?, ?)");
    for (size_t i = stored; i < row.timeline.size(); ++i) {
        const RotationEventRow& e = row.timeline[i];
        insert.run(row.id, i, e.at, e.actor, e.state, e.text);
    }
}

RotationRow headOf(const Statement& s) {
    RotationRow row;
    row.id = s.string(0);
    row.domain = s.string(1);
    row.oldSelector = s.string(2);
    row.newSelector = s.string(3);
    row.algorithm = s.string(4);
    row.publicKey = s.string(5);
    row.secret = s.string(6);
    row.keepOldDays = int(s.integer(7));
    row.state = s.string(8);
    row.created = s.time(9);
    row.retireAfter = s.optionalTime(10);
    return row;
}

void readRest(Database& db, RotationRow& row) {
    auto events =
        db.prepare("SELECT at, actor, state, text FROM rotation_event WHERE rotation = ? ORDER BY position");
    events.with(row.id);
    while (events.step())
        row.timeline.push_back({events.time(0), events.string(1), events.string(2), events.string(3)});
    auto servers = db.prepare(
        "SELECT name, address, seen, text, at FROM rotation_server WHERE rotation = ? ORDER BY position");
    servers.with(row.id);
    while (servers.step())
        row.servers.push_back(
            {servers.string(0), servers.string(1), servers.string(2), servers.string(3), servers.time(4)});
}

std::vector<RotationRow> whole(Database& db, Statement& select) {
    std::vector<RotationRow> rows;
    while (select.step()) rows.push_back(headOf(select));
    for (RotationRow& row : rows) readRest(db, row);
    return rows;
}

} // namespace

void insert(Database& db, const RotationRow& r) {
    Transaction both(db);
    db.run("INSERT INTO rotation(id, domain, old_selector, new_selector, algorithm, public_key, secret, "
           "keep_old_days, state, created, retire_after) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           r.id, r.domain, r.oldSelector, r.newSelector, r.algorithm, Blob{r.publicKey}, r.secret,
           r.keepOldDays, r.state, r.created, r.retireAfter);
    appendEvents(db, r);
    writeServers(db, r);
    both.commit();
}

bool update(Database& db, const RotationRow& r) {
    Transaction both(db);
    db.run("UPDATE rotation SET state = ?, retire_after = ? WHERE id = ?", r.state, r.retireAfter, r.id);
    if (db.changes() != 1) return false;
    appendEvents(db, r);
    writeServers(db, r);
    both.commit();
    return true;
}

std::optional<RotationRow> find(Database& db, std::string_view id) {
    auto select = db.prepare(
        "SELECT id, domain, old_selector, new_selector, algorithm, public_key, secret, keep_old_days, "
        "state, created, retire_after FROM rotation WHERE id = ?");
    auto rows = whole(db, select.with(id));
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

std::vector<RotationRow> all(Database& db, std::string_view domain) {
    auto select = db.prepare(
        "SELECT id, domain, old_selector, new_selector, algorithm, public_key, secret, keep_old_days, "
        "state, created, retire_after FROM rotation WHERE ?1 = '' OR domain = ?1 "
        "ORDER BY created DESC, id DESC");
    return whole(db, select.with(text::lowered(domain)));
}

std::optional<RotationRow> running(Database& db, std::string_view domain) {
    for (RotationRow& row : all(db, domain))
        if (row.state != "done" && row.state != "abandoned") return std::move(row);
    return std::nullopt;
}

} // namespace waypost::store::rotations
