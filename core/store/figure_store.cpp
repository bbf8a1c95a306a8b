#include "store/figure_store.h"

#include "store/database.h"

namespace waypost::store::figures {

Kept keep(Database& db, const std::vector<FigureRow>& rows) {
    Kept kept;
    for (const FigureRow& r : rows) {
        db.run("INSERT INTO sender_figure(subject, source, metric, from_at, to_at, low, high, text, file, "
               "imported) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
               r.subject, r.source, r.metric, r.from, r.to, r.low, r.high, r.text, r.file, r.imported);
        if (db.changes() > 0) {
            ++kept.added;
            continue;
        }
        db.run("UPDATE sender_figure SET low = ?6, high = ?7, text = ?8, file = ?9, imported = ?10 "
               "WHERE subject = ?1 AND source = ?2 AND metric = ?3 AND from_at = ?4 AND to_at = ?5 "
               "AND (low IS NOT ?6 OR high IS NOT ?7 OR text <> ?8)",
               r.subject, r.source, r.metric, r.from, r.to, r.low, r.high, r.text, r.file, r.imported);
        ++(db.changes() > 0 ? kept.replaced : kept.same);
    }
    return kept;
}

std::vector<FigureRow> list(Database& db, const Ask& ask) {
    auto select =
        db.prepare("SELECT subject, source, metric, from_at, to_at, low, high, text, file, imported "
                   "FROM sender_figure WHERE (?1 = '' OR subject = ?1) AND (?2 = '' OR source = ?2) "
                   "AND to_at > ?3 ORDER BY from_at DESC, subject, source, metric LIMIT ?4");
    select.with(ask.subject, ask.source, ask.since, ask.limit);
    std::vector<FigureRow> rows;
    while (select.step()) {
        FigureRow r{select.string(0), select.string(1), select.string(2), select.time(3),   select.time(4),
                    std::nullopt,     std::nullopt,     select.string(7), select.string(8), select.time(9)};
        if (!select.isNull(5)) r.low = select.real(5);
        if (!select.isNull(6)) r.high = select.real(6);
        rows.push_back(std::move(r));
    }
    return rows;
}

} // namespace waypost::store::figures
