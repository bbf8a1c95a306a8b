#include "store/dns_store.h"

#include "base/text.h"
#include "store/database.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::store::dnsrecord {

namespace {

std::string folded(std::string_view name) {
    if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
    return text::lowered(name);
}

// Servers rotate their records and count TTLs down: neither makes another answer.
std::string recordLines(const dns::Answer& answer) {
    std::vector<std::string> lines;
    lines.reserve(answer.records.size());
    for (const auto& r : answer.records)
        lines.push_back(
            fmt::format("{} {} {}", folded(r.name), dns::recordTypeName(r.type), dns::presentation(r)));
    std::sort(lines.begin(), lines.end());
    return text::join(lines, "\n");
}

std::string hashOf(const dns::Answer& a, const std::string& records) {
    auto whole = fmt::format("{}\n{}\n{}\n{}", int(a.status), a.rcode, a.text, records);
    return text::sha256Hex(whole).substr(0, 32);
}

std::int64_t answerId(Database& db, const dns::Answer& a, const std::string& name) {
    auto records = recordLines(a);
    auto upsert = db.prepare(
        "INSERT INTO dns_answer(name, type, hash, status, rcode, records, text, first_seen, "
        "last_seen) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT(name, type, hash) DO UPDATE SET "
        "first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen) "
        "RETURNING id");
    auto hash = hashOf(a, records);
    upsert.with(name, int(a.question.type), Blob{hash}, int(a.status), a.rcode, records, a.text, a.at);
    upsert.step();
    auto id = upsert.integer(0);
    upsert.step(); // RETURNING: the statement ends with the next step
    return id;
}

std::optional<std::int64_t> ttlOf(const dns::Answer& a) {
    if (a.records.empty() && a.authority.empty()) return std::nullopt;
    return a.ttl();
}

constexpr std::string_view rowSelect =
    "SELECT l.id, l.answer, l.name, l.type, a.status, a.rcode, l.ttl, l.authenticated, l.authoritative, "
    "l.truncated, l.transport, l.server, a.records, l.raw, a.text, l.at, l.took "
    "FROM dns_lookup l JOIN dns_answer a ON a.id = l.answer ";

DnsRow rowOf(const Statement& s) {
    DnsRow row;
    row.id = s.integer(0);
    row.answerId = s.integer(1);
    row.question = {s.string(2), dns::RecordType(s.integer(3))};
    row.status = dns::Status(s.integer(4));
    row.rcode = int(s.integer(5));
    row.ttl = s.optionalInteger(6);
    row.authenticated = s.integer(7) != 0;
    row.authoritative = s.integer(8) != 0;
    row.truncated = s.integer(9) != 0;
    row.transport = dns::Transport(s.integer(10));
    row.server = s.string(11);
    row.records = s.string(12);
    row.raw = s.string(13);
    row.text = s.string(14);
    row.at = s.time(15);
    row.took = Millis(s.integer(16));
    return row;
}

std::string definiteStatuses() {
    return fmt::format("{}, {}, {}", int(dns::Status::Ok), int(dns::Status::NxDomain),
                       int(dns::Status::NoData));
}

} // namespace

std::int64_t append(Database& db, const dns::Answer& a) {
    auto name = folded(a.question.name);
    Transaction both(db);
    auto answer = answerId(db, a, name);
    db.run("INSERT INTO dns_lookup(name, type, at, answer, ttl, took, server, transport, authenticated, "
           "authoritative, truncated, raw) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           name, int(a.question.type), a.at, answer, ttlOf(a), a.took, a.server, int(a.transport),
           a.authenticated, a.authoritative, a.truncated, Blob{a.raw});
    auto id = db.lastInsertId();
    both.commit();
    return id;
}

std::optional<DnsRow> lookup(Database& db, std::int64_t id) {
    auto select = db.prepare(fmt::format("{}WHERE l.id = ?", rowSelect));
    if (!select.with(id).step()) return std::nullopt;
    return rowOf(select);
}

std::optional<DnsRow> asOf(Database& db, const dns::Question& question, UtcTime at, bool definiteOnly) {
    auto select =
        db.prepare(fmt::format("{}WHERE l.name = ? AND l.type = ? AND l.at <= ? AND (? OR a.status IN "
                               "({})) ORDER BY l.at DESC, l.id DESC LIMIT 1",
                               rowSelect, definiteStatuses()));
    if (!select.with(folded(question.name), int(question.type), at, !definiteOnly).step())
        return std::nullopt;
    return rowOf(select);
}

std::vector<DnsPeriod> history(Database& db, const dns::Question& question, int limit) {
    // Runs of equal answers: a run's number is the count of changes up to it.
    auto select = db.prepare(
        "WITH seen AS (SELECT id, answer, at, server, answer IS NOT lag(answer) OVER byTime AS new "
        "  FROM dns_lookup WHERE name = ? AND type = ? WINDOW byTime AS (ORDER BY at, id)), "
        "run AS (SELECT answer, at, server, sum(new) OVER (ORDER BY at, id) AS number FROM seen) "
        "SELECT a.id, a.status, a.rcode, group_concat(DISTINCT run.server), a.records, a.text, min(run.at), "
        "  max(run.at), count(*) "
        "FROM run JOIN dns_answer a ON a.id = run.answer GROUP BY run.number ORDER BY run.number DESC LIMIT "
        "?");
    select.with(folded(question.name), int(question.type), limit);
    std::vector<DnsPeriod> periods;
    while (select.step())
        periods.push_back({select.integer(0), dns::Status(select.integer(1)), int(select.integer(2)),
                           select.string(3), select.string(4), select.string(5), select.time(6),
                           select.time(7), select.integer(8)});
    std::reverse(periods.begin(), periods.end());
    return periods;
}

std::vector<DnsRow> changes(Database& db, UtcTime from, UtcTime to, int limit) {
    auto select = db.prepare(fmt::format(
        "{0}WHERE l.at >= ? AND l.at < ? AND a.status IN ({1}) AND l.answer IS NOT ("
        "SELECT p.answer FROM dns_lookup p JOIN dns_answer pa ON pa.id = p.answer WHERE p.name = l.name "
        "AND p.type = l.type AND (p.at, p.id) < (l.at, l.id) AND pa.status IN ({1}) "
        "ORDER BY p.at DESC, p.id DESC LIMIT 1) ORDER BY l.at, l.id LIMIT ?",
        rowSelect, definiteStatuses()));
    select.with(from, to, limit);
    std::vector<DnsRow> rows;
    while (select.step()) rows.push_back(rowOf(select));
    return rows;
}

} // namespace waypost::store::dnsrecord
