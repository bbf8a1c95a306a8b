#include "store/activity_store.h"

#include "store/database.h"

#include <limits>

namespace waypost::store::activity {

namespace {

std::vector<ActivityRow> rowsOf(Statement& select) {
    std::vector<ActivityRow> rows;
    while (select.step())
        rows.push_back({select.integer(0), select.time(1), select.string(2), select.string(3),
                        select.string(4), select.string(5), select.string(6)});
    return rows;
}

} // namespace

std::int64_t append(Database& db, const ActivityRow& row) {
    db.run("INSERT INTO activity(at, actor, kind, object, text, detail) VALUES(?, ?, ?, ?, ?, ?)", row.at,
           row.actor, row.kind, row.object, row.text, row.detail);
    return db.lastInsertId();
}

std::vector<ActivityRow> latest(Database& db, int limit, std::int64_t before) {
    auto select = db.prepare("SELECT id, at, actor, kind, object, text, detail FROM activity WHERE id < ? "
                             "ORDER BY id DESC LIMIT ?");
    return rowsOf(select.with(before > 0 ? before : std::numeric_limits<std::int64_t>::max(), limit));
}

std::vector<ActivityRow> of(Database& db, const std::string& object, int limit) {
    auto select =
        db.prepare("SELECT id, at, actor, kind, object, text, detail FROM activity WHERE object = ? "
                   "ORDER BY id DESC LIMIT ?");
    return rowsOf(select.with(object, limit));
}

} // namespace waypost::store::activity
