#include "store/message_store.h"

#include "base/text.h"
#include "store/database.h"
#include "store/deflate.h"

#include <fmt/format.h>

namespace waypost::store::messages {

namespace {

MessageRow rowOf(const Statement& s) {
    MessageRow r;
    r.id = s.string(0);
    r.title = s.string(1);
    r.sender = s.string(2);
    r.source = s.string(3);
    r.added = s.time(4);
    r.ip = s.string(5);
    r.helo = s.string(6);
    r.mailFrom = s.string(7);
    r.headersOnly = s.integer(8) != 0;
    r.job = s.string(9);
    r.judged = s.optionalTime(10);
    r.again = s.optionalTime(11);
    r.verdict = s.string(12);
    r.state = int(s.integer(13));
    r.size = s.integer(14);
    r.report = s.string(15);
    return r;
}

} // namespace

void insert(Database& db, const MessageRow& r, std::string_view packed) {
    db.run("INSERT INTO message(id, title, sender, source, added, ip, helo, mail_from, headers_only, job, "
           "judged, again, verdict, state, report, size, body) "
           "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           r.id, r.title, r.sender, r.source, r.added, r.ip, r.helo, r.mailFrom, r.headersOnly, r.job,
           r.judged, r.again, r.verdict, r.state, r.report, r.size, Blob{packed});
}

bool setJob(Database& db, std::string_view id, std::string_view job) {
    db.run("UPDATE message SET job = ? WHERE id = ?", job, id);
    return db.changes() == 1;
}

bool setConnection(Database& db, std::string_view id, std::string_view ip, std::string_view helo,
                   std::string_view mailFrom) {
    db.run("UPDATE message SET ip = ?, helo = ?, mail_from = ? WHERE id = ?", ip, helo, mailFrom, id);
    return db.changes() == 1;
}

bool setJudged(Database& db, std::string_view id, UtcTime at, std::string_view verdict, int state,
               std::string_view report) {
    db.run("UPDATE message SET again = CASE WHEN judged IS NULL THEN NULL ELSE ?1 END, "
           "judged = coalesce(judged, ?1), verdict = ?2, state = ?3, report = ?4 WHERE id = ?5",
           at, verdict, state, report, id);
    return db.changes() == 1;
}

std::optional<MessageRow> find(Database& db, std::string_view id) {
    auto select =
        db.prepare("SELECT id, title, sender, source, added, ip, helo, mail_from, headers_only, job, "
                   "judged, again, verdict, state, size, report FROM message WHERE id = ?");
    if (!select.with(id).step()) return std::nullopt;
    return rowOf(select);
}

Result<std::string> bytes(Database& db, std::string_view id) {
    auto select = db.prepare("SELECT size, body FROM message WHERE id = ?");
    if (!select.with(id).step())
        return fail(ErrorCode::NotFound, "message",
                    fmt::format("There is no message {}.", text::printable(id)));
    auto plain = inflated(select.text(1), select.integer(0), maxBytes);
    if (!plain)
        return fail(ErrorCode::Corrupt, "message",
                    fmt::format("The stored message {} is damaged.", text::printable(id)));
    return std::move(*plain);
}

std::vector<MessageRow> all(Database& db, int limit) {
    auto select =
        db.prepare("SELECT id, title, sender, source, added, ip, helo, mail_from, headers_only, job, "
                   "judged, again, verdict, state, size, '' FROM message "
                   "ORDER BY added DESC, rowid DESC LIMIT ?");
    select.with(limit);
    std::vector<MessageRow> rows;
    while (select.step()) rows.push_back(rowOf(select));
    return rows;
}

bool remove(Database& db, std::string_view id) {
    db.run("DELETE FROM message WHERE id = ?", id);
    return db.changes() == 1;
}

} // namespace waypost::store::messages
