#include "store/job_store.h"

#include "store/database.h"

#include <array>

namespace waypost::store {

namespace {

constexpr std::array<std::string_view, 6> stateNames{"queued", "running",   "done",
                                                     "failed", "cancelled", "interrupted"};

JobState stateOf(std::string_view name) {
    for (size_t i = 0; i < stateNames.size(); ++i)
        if (stateNames[i] == name) return JobState(i);
    return JobState::Interrupted; // the schema allows no other name
}

std::vector<JobRow> rowsOf(Statement& select) {
    std::vector<JobRow> rows;
    while (select.step()) {
        JobRow row;
        row.id = select.string(0);
        row.kind = select.string(1);
        row.title = select.string(2);
        row.state = stateOf(select.text(3));
        row.done = select.integer(4);
        row.total = select.integer(5);
        row.text = select.string(6);
        row.command = select.string(7);
        row.created = select.time(8);
        row.started = select.optionalTime(9);
        row.finished = select.optionalTime(10);
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

std::string_view jobStateName(JobState s) {
    return stateNames[size_t(s)];
}

namespace job {

void insert(Database& db, const JobRow& row) {
    db.run("INSERT INTO job(id, kind, title, state, done, total, text, command, created, started, finished) "
           "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           row.id, row.kind, row.title, jobStateName(row.state), row.done, row.total, row.text, row.command,
           row.created, row.started, row.finished);
}

bool update(Database& db, const JobRow& row) {
    db.run("UPDATE job SET state = ?, done = ?, total = ?, text = ?, started = ?, finished = ? WHERE id = ?",
           jobStateName(row.state), row.done, row.total, row.text, row.started, row.finished, row.id);
    return db.changes() == 1;
}

std::optional<JobRow> find(Database& db, std::string_view id) {
    auto select = db.prepare("SELECT id, kind, title, state, done, total, text, command, created, started, "
                             "finished FROM job WHERE id = ?");
    auto rows = rowsOf(select.with(id));
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
}

std::vector<JobRow> latest(Database& db, int limit) {
    auto select = db.prepare("SELECT id, kind, title, state, done, total, text, command, created, started, "
                             "finished FROM job ORDER BY created DESC, id DESC LIMIT ?");
    return rowsOf(select.with(limit));
}

int interruptUnfinished(Database& db, UtcTime now) {
    db.run(
        "UPDATE job SET state = 'interrupted', finished = ?, text = 'The program ended before this job did.' "
        "WHERE state IN ('queued', 'running')",
        now);
    return db.changes();
}

} // namespace job

} // namespace waypost::store
