#include "store/import_store.h"

#include "store/database.h"
#include "store/event_text.h"

#include <algorithm>

namespace waypost::store {

namespace {

constexpr std::string_view columns = "SELECT id, format, path, head, tail, position, records, events, "
                                     "rejected, refusals, last_at, duplicates, skipped FROM import_file ";

ImportFile rowOf(Statement& s) {
    ImportFile f;
    f.id = s.integer(0);
    f.format = s.string(1);
    f.path = s.string(2);
    f.head = s.string(3);
    f.tail = s.string(4);
    f.position = s.integer(5);
    f.records = s.integer(6);
    f.events = s.integer(7);
    f.rejected = s.integer(8);
    f.refusals = s.integer(9);
    f.lastAt = s.time(10);
    f.duplicates = s.integer(11);
    f.skipped = s.integer(12);
    return f;
}

} // namespace

std::int64_t headHash(std::string_view head, bool whole) {
    if (whole) return std::int64_t(hashOf(head, 1));
    return std::int64_t(hashOf(head.substr(0, head.find('\n'))));
}

std::vector<ImportFile> findImportFiles(Database& db, std::string_view head, bool whole) {
    std::vector<ImportFile> out;
    auto find = db.prepare(std::string(columns) + "WHERE head_hash = ? ORDER BY position DESC, id");
    find.with(headHash(head, whole));
    while (find.step()) {
        ImportFile f = rowOf(find);
        size_t common = std::min(f.head.size(), head.size());
        if (std::string_view(f.head).substr(0, common) == head.substr(0, common)) out.push_back(std::move(f));
    }
    return out;
}

std::optional<ImportFile> importFile(Database& db, std::int64_t id) {
    auto find = db.prepare(std::string(columns) + "WHERE id = ?");
    if (!find.with(id).step()) return std::nullopt;
    return rowOf(find);
}

void saveImportFile(Database& db, ImportFile& f, UtcTime now) {
    std::int64_t hash = headHash(f.head, f.whole);
    if (f.id != 0) {
        db.run("UPDATE import_file SET format = ?, path = ?, head_hash = ?, head = ?, tail = ?, position = "
               "?, records = ?, "
               "events = ?, rejected = ?, refusals = ?, last_at = ?, updated = ?, duplicates = ?, skipped = "
               "? WHERE id = ?",
               f.format, f.path, hash, Blob{f.head}, Blob{f.tail}, f.position, f.records, f.events,
               f.rejected, f.refusals, f.lastAt, now, f.duplicates, f.skipped, f.id);
        return;
    }
    db.run("INSERT INTO import_file(format, path, head_hash, head, tail, position, records, events, "
           "rejected, refusals, "
           "last_at, updated, duplicates, skipped) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
           f.format, f.path, hash, Blob{f.head}, Blob{f.tail}, f.position, f.records, f.events, f.rejected,
           f.refusals, f.lastAt, now, f.duplicates, f.skipped);
    f.id = db.lastInsertId();
}

void saveJoins(Database& db, const std::vector<JoinChange>& changes) {
    auto put =
        db.prepare("INSERT INTO import_join VALUES(?, ?) ON CONFLICT DO UPDATE SET state = excluded.state");
    auto drop = db.prepare("DELETE FROM import_join WHERE key = ?");
    for (const auto& c : changes) {
        if (c.state.empty())
            drop.run(c.key);
        else
            put.run(c.key, Blob{c.state});
    }
}

void loadJoins(Database& db, const std::function<void(std::string_view, std::string_view)>& each) {
    auto all = db.prepare("SELECT key, state FROM import_join");
    while (all.step()) each(all.text(0), all.text(1));
}

void saveRejected(Database& db, std::int64_t file, const std::vector<RejectedLine>& lines) {
    if (lines.empty()) return;
    auto count = db.prepare("SELECT count(*) FROM (SELECT 1 FROM import_rejected WHERE file = ? LIMIT ?)");
    std::int64_t room = count.with(file, rejectedLinesKept).step() ? rejectedLinesKept - count.integer(0) : 0;
    auto put =
        db.prepare("INSERT INTO import_rejected(file, pos, length, reason, bytes) VALUES(?, ?, ?, ?, ?)");
    for (const auto& l : lines) {
        if (room-- <= 0) return;
        put.run(file, l.pos, l.length, l.reason, Blob{l.bytes.substr(0, rejectedBytesKept)});
    }
}

void saveRefusals(Database& db, std::int64_t file, const std::vector<RefusedLine>& lines) {
    auto put =
        db.prepare("INSERT INTO import_refusal(at, file, pos, length, client, sender, recipient, text) "
                   "VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& l : lines) put.run(l.at, file, l.pos, l.length, l.client, l.sender, l.recipient, l.text);
}

std::vector<RejectedRow> rejectedLines(Database& db, std::int64_t beforeId, int limit) {
    std::vector<RejectedRow> out;
    auto rows = db.prepare("SELECT r.id, r.pos, r.length, f.path, r.reason, r.bytes FROM import_rejected r "
                           "JOIN import_file f ON f.id = r.file WHERE r.id < ? ORDER BY r.id DESC LIMIT ?");
    rows.with(beforeId > 0 ? beforeId : INT64_MAX, limit);
    while (rows.step())
        out.push_back({rows.integer(0), rows.integer(1), std::int32_t(rows.integer(2)), rows.string(3),
                       rows.string(4), rows.string(5)});
    return out;
}

void saveRefusedFile(Database& db, const RefusedFile& f) {
    db.run("INSERT INTO import_refused(path, reason, bytes, at) VALUES(?, ?, ?, ?) "
           "ON CONFLICT DO UPDATE SET at = excluded.at, bytes = excluded.bytes",
           f.path, f.reason, Blob{std::string_view(f.bytes).substr(0, rejectedBytesKept)}, f.at);
}

std::vector<RefusedFile> refusedFiles(Database& db, int limit) {
    std::vector<RefusedFile> out;
    auto rows =
        db.prepare("SELECT at, path, reason, bytes FROM import_refused ORDER BY at DESC, id DESC LIMIT ?");
    rows.with(limit);
    while (rows.step()) out.push_back({rows.time(0), rows.string(1), rows.string(2), rows.string(3)});
    return out;
}

} // namespace waypost::store
