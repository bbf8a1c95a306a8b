#include "store/domain_store.h"

#include "base/text.h"
#include "store/database.h"

#include <algorithm>

namespace waypost::store::domains {

namespace {

std::string folded(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return text::lowered(name);
}

std::vector<std::string> wordsOf(std::string_view list) {
    std::vector<std::string> out;
    for (auto word : text::words(list)) out.emplace_back(word);
    return out;
}

std::vector<FindingRow> findingsOf(Database& db, std::int64_t inspection) {
    auto select = db.prepare(
        "SELECT finding, severity, subject FROM inspection_finding WHERE inspection = ? ORDER BY position");
    select.with(inspection);
    std::vector<FindingRow> rows;
    while (select.step()) rows.push_back({select.string(0), select.string(1), select.string(2)});
    return rows;
}

InspectionRow headOf(const Statement& s) {
    InspectionRow row;
    row.id = s.integer(0);
    row.domain = s.string(1);
    row.at = s.time(2);
    row.errors = int(s.integer(3));
    row.warnings = int(s.integer(4));
    row.couldNotLook = s.integer(5) != 0;
    return row;
}

std::optional<InspectionRow> whole(Database& db, Statement& select) {
    if (!select.step()) return std::nullopt;
    auto row = headOf(select);
    row.report = select.string(6);
    row.findings = findingsOf(db, row.id);
    return row;
}

} // namespace

void watch(Database& db, std::string_view name, const std::vector<std::string>& selectors, UtcTime now) {
    db.run("INSERT INTO domain(name, selectors, added) VALUES(?, ?, ?) "
           "ON CONFLICT(name) DO UPDATE SET selectors = excluded.selectors",
           folded(name), text::join(selectors, " "), now);
}

void dropSelector(Database& db, std::string_view name, std::string_view selector) {
    auto select = db.prepare("SELECT selectors FROM domain WHERE name = ?");
    if (select.with(folded(name)).step()) {
        auto kept = wordsOf(select.text(0));
        std::erase_if(kept, [&](const std::string& s) { return text::iequals(s, selector); });
        db.run("UPDATE domain SET selectors = ? WHERE name = ?", text::join(kept, " "), folded(name));
    }
    db.run("DELETE FROM domain_selector WHERE domain = ? AND selector = ?", folded(name), folded(selector));
}

bool forget(Database& db, std::string_view name) {
    db.run("DELETE FROM domain WHERE name = ?", folded(name));
    return db.changes() == 1;
}

std::vector<DomainRow> all(Database& db) {
    auto select = db.prepare(
        "SELECT d.name, d.selectors, d.added, i.id, i.at, i.errors, i.warnings, i.could_not_look, "
        "(SELECT count(*) FROM inspection_change c WHERE c.inspection = i.id), "
        "(SELECT count(*) FROM inspection_change c WHERE c.inspection = i.id AND c.trend = 'worse') "
        "FROM domain d "
        "LEFT JOIN inspection i ON i.id = (SELECT n.id FROM inspection n WHERE n.domain = d.name "
        "ORDER BY n.at DESC, n.id DESC LIMIT 1) ORDER BY d.name");
    std::vector<DomainRow> rows;
    while (select.step())
        rows.push_back({select.string(0), wordsOf(select.text(1)), select.time(2), select.optionalInteger(3),
                        select.time(4), int(select.integer(5)), int(select.integer(6)),
                        select.integer(7) != 0, int(select.integer(8)), int(select.integer(9))});
    return rows;
}

std::int64_t append(Database& db, const InspectionRow& row) {
    auto name = folded(row.domain);
    Transaction whole(db);
    db.run("INSERT INTO domain(name, added) VALUES(?, ?) ON CONFLICT(name) DO NOTHING", name, row.at);
    db.run("INSERT INTO inspection(domain, at, errors, warnings, could_not_look, report) VALUES(?, ?, ?, ?, "
           "?, ?)",
           name, row.at, row.errors, row.warnings, row.couldNotLook, row.report);
    auto id = db.lastInsertId();
    auto insert = db.prepare("INSERT INTO inspection_finding(inspection, position, finding, severity, "
                             "subject) VALUES(?, ?, ?, ?, ?)");
    for (size_t i = 0; i < row.findings.size(); ++i)
        insert.run(id, i, row.findings[i].id, row.findings[i].severity, row.findings[i].subject);
    auto change = db.prepare("INSERT INTO inspection_change(inspection, position, kind, what, old_value, "
                             "new_value, severity, trend, changed_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (size_t i = 0; i < row.changes.size(); ++i) {
        const ChangeRow& c = row.changes[i];
        change.run(id, i, c.kind, c.what, c.before, c.after, c.severity, c.trend, c.changedAt);
    }
    whole.commit();
    return id;
}

std::vector<ChangeRow> changesOf(Database& db, std::int64_t inspection) {
    auto select = db.prepare("SELECT kind, what, old_value, new_value, severity, trend, changed_at "
                             "FROM inspection_change WHERE inspection = ? ORDER BY position");
    select.with(inspection);
    std::vector<ChangeRow> rows;
    while (select.step())
        rows.push_back({select.string(0), select.string(1), select.string(2), select.string(3),
                        select.string(4), select.string(5), select.time(6)});
    return rows;
}

std::optional<InspectionRow> newest(Database& db, std::string_view name) {
    auto select =
        db.prepare("SELECT id, domain, at, errors, warnings, could_not_look, report FROM inspection "
                   "WHERE domain = ? ORDER BY at DESC, id DESC LIMIT 1");
    return whole(db, select.with(folded(name)));
}

std::optional<InspectionRow> inspection(Database& db, std::int64_t id) {
    auto select = db.prepare(
        "SELECT id, domain, at, errors, warnings, could_not_look, report FROM inspection WHERE id = ?");
    return whole(db, select.with(id));
}

std::optional<InspectionRow> asOf(Database& db, std::string_view name, UtcTime at) {
    auto select =
        db.prepare("SELECT id, domain, at, errors, warnings, could_not_look, report FROM inspection "
                   "WHERE domain = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1");
    return whole(db, select.with(folded(name), at));
}

std::vector<InspectionRow> reports(Database& db, std::string_view name, UtcTime from, UtcTime to, int limit) {
    auto select =
        db.prepare("SELECT id, domain, at, errors, warnings, could_not_look, report FROM inspection "
                   "WHERE domain = ? AND at >= ? AND at <= ? ORDER BY at DESC, id DESC LIMIT ?");
    select.with(folded(name), from, to, limit);
    std::vector<InspectionRow> rows;
    while (select.step()) {
        rows.push_back(headOf(select));
        rows.back().report = select.string(6);
    }
    std::reverse(rows.begin(), rows.end());
    return rows;
}

std::vector<InspectionRow> reportsBefore(Database& db, std::string_view name, UtcTime before, int limit) {
    return reports(db, name, UtcTime{INT64_MIN}, before - Millis(1), limit);
}

std::vector<InspectionRow> history(Database& db, std::string_view name, int limit) {
    auto select = db.prepare("SELECT id, domain, at, errors, warnings, could_not_look FROM inspection "
                             "WHERE domain = ? ORDER BY at DESC, id DESC LIMIT ?");
    select.with(folded(name), limit);
    std::vector<InspectionRow> rows;
    while (select.step()) rows.push_back(headOf(select));
    return rows;
}

} // namespace waypost::store::domains
