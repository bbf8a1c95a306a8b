#include "store/placement_store.h"

#include "base/text.h"
#include "store/database.h"
#include "store/deflate.h"

#include <fmt/format.h>

#include <set>

namespace waypost::store::placement {

namespace {

std::vector<SeedRow> seedsOf(Database& db, std::string_view list) {
    auto select =
        db.prepare("SELECT address, provider, imap_host, imap_port, tls, auth, user, secret, enabled "
                   "FROM seed WHERE list = ? ORDER BY position");
    select.with(list);
    std::vector<SeedRow> rows;
    while (select.step())
        rows.push_back({select.string(0), select.string(1), select.string(2), int(select.integer(3)),
                        select.string(4), select.string(5), select.string(6), select.string(7),
                        select.integer(8) != 0});
    return rows;
}

std::unexpected<Error> badList(const SeedListRow& list, std::string text) {
    return fail(ErrorCode::InvalidArgument, fmt::format("seed list {}", text::printable(list.name)),
                std::move(text));
}

Result<void> checkList(Database& db, const SeedListRow& list) {
    if (list.id.empty() || list.name.empty()) return badList(list, "A seed list needs an id and a name.");
    auto other = db.prepare("SELECT 1 FROM seed_list WHERE name = ? AND id <> ?");
    if (other.with(list.name, list.id).step())
        return fail(ErrorCode::Conflict, "seed list",
                    fmt::format("There is another seed list named \"{}\".", text::printable(list.name)));
    std::set<std::string> seen;
    for (const auto& seed : list.seeds) {
        if (seed.imapPort < 1 || seed.imapPort > 65535)
            return badList(list, fmt::format("{}: {} is not a port; 1 to 65535 are.",
                                             text::printable(seed.address), seed.imapPort));
        if (!seen.insert(text::lowered(seed.address)).second)
            return badList(list, fmt::format("{} stands in the list twice.", text::printable(seed.address)));
    }
    return {};
}

constexpr std::string_view resultSelect =
    "SELECT run, seed, provider, state, folder, text, detail, category, message_key, sent_at, found_at, "
    "latency, "
    "headers, smtp_transcript, imap_transcript, updated FROM placement_result ";

SeedResultRow resultOf(const Statement& s) {
    SeedResultRow row{s.string(0),          s.string(1),       s.string(2),        s.string(3),
                      s.string(4),          s.string(5),       s.string(6),        s.string(7),
                      s.string(8),          s.optionalTime(9), s.optionalTime(10), std::nullopt,
                      s.optionalString(12), s.string(13),      s.string(14),       s.time(15)};
    if (!s.isNull(11)) row.latency = Millis(s.integer(11));
    return row;
}

RunRow runOf(const Statement& s) {
    return {s.string(0), s.string(1), s.string(2), s.string(3), s.string(4),       s.string(5),
            s.string(6), s.string(7), s.string(8), s.time(9),   s.optionalTime(10)};
}

} // namespace

Result<void> saveList(Database& db, const SeedListRow& list) {
    if (auto ok = checkList(db, list); !ok) return ok;
    Transaction transaction(db);
    db.run("INSERT INTO seed_list(id, name, created) VALUES(?, ?, ?) "
           "ON CONFLICT(id) DO UPDATE SET name = excluded.name",
           list.id, list.name, list.created);
    db.run("DELETE FROM seed WHERE list = ?", list.id);
    auto insert =
        db.prepare("INSERT INTO seed(list, position, address, provider, imap_host, imap_port, tls, auth, "
                   "user, secret, enabled) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (size_t i = 0; i < list.seeds.size(); ++i) {
        const auto& s = list.seeds[i];
        insert.run(list.id, i, s.address, s.provider, s.imapHost, s.imapPort, s.tls, s.auth, s.user, s.secret,
                   s.enabled);
    }
    transaction.commit();
    return {};
}

bool removeList(Database& db, std::string_view id) {
    db.run("DELETE FROM seed_list WHERE id = ?", id);
    return db.changes() == 1;
}

std::vector<SeedListRow> lists(Database& db) {
    auto select = db.prepare("SELECT id, name, created FROM seed_list ORDER BY name, id");
    std::vector<SeedListRow> rows;
    while (select.step())
        rows.push_back({select.string(0), select.string(1), select.time(2), seedsOf(db, select.string(0))});
    return rows;
}

std::optional<SeedListRow> list(Database& db, std::string_view id) {
    auto select = db.prepare("SELECT id, name, created FROM seed_list WHERE id = ?");
    if (!select.with(id).step()) return std::nullopt;
    return SeedListRow{select.string(0), select.string(1), select.time(2), seedsOf(db, id)};
}

void insertRun(Database& db, const RunRow& r) {
    db.run("INSERT INTO placement_run(id, name, list, route, token, state, text, spec, message, started, "
           "finished) "
           "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
           r.id, r.name, r.list, r.route, r.token, r.state, r.text, r.spec, Blob{r.message}, r.started,
           r.finished);
}

bool setRunState(Database& db, std::string_view id, std::string_view state, std::string_view text,
                 std::optional<UtcTime> finished) {
    db.run("UPDATE placement_run SET state = ?, text = ?, finished = ? WHERE id = ?", state, text, finished,
           id);
    return db.changes() == 1;
}

std::optional<RunRow> run(Database& db, std::string_view id) {
    auto select =
        db.prepare("SELECT id, name, list, route, token, state, text, spec, message, started, finished "
                   "FROM placement_run WHERE id = ?");
    if (!select.with(id).step()) return std::nullopt;
    return runOf(select);
}

std::vector<RunRow> runs(Database& db, int limit) {
    auto select = db.prepare("SELECT id, name, list, route, token, state, text, spec, '', started, finished "
                             "FROM placement_run ORDER BY started DESC, id DESC LIMIT ?");
    select.with(limit);
    std::vector<RunRow> rows;
    while (select.step()) rows.push_back(runOf(select));
    return rows;
}

void saveResult(Database& db, const SeedResultRow& r) {
    std::optional<Blob> headers;
    if (r.headers) headers = Blob{*r.headers};
    db.run(
        "INSERT OR REPLACE INTO placement_result(run, seed, provider, state, folder, text, detail, category, "
        "message_key, sent_at, found_at, latency, headers, smtp_transcript, imap_transcript, updated) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        r.run, r.seed, r.provider, r.state, r.folder, r.text, r.detail, r.category, r.messageKey, r.sentAt,
        r.foundAt, r.latency, headers, r.smtpTranscript, r.imapTranscript, r.updated);
}

std::vector<std::pair<std::string, UtcTime>> newestHeaders(Database& db, int limit) {
    auto select = db.prepare("SELECT headers, coalesce(found_at, updated) FROM placement_result "
                             "WHERE headers IS NOT NULL ORDER BY updated DESC LIMIT ?");
    select.with(limit);
    std::vector<std::pair<std::string, UtcTime>> rows;
    while (select.step()) rows.emplace_back(select.string(0), select.time(1));
    return rows;
}

std::vector<SeedResultRow> results(Database& db, std::string_view run) {
    auto select = db.prepare(fmt::format("{}WHERE run = ? ORDER BY provider, seed", resultSelect));
    select.with(run);
    std::vector<SeedResultRow> rows;
    while (select.step()) rows.push_back(resultOf(select));
    return rows;
}

std::optional<SeedResultRow> result(Database& db, std::string_view run, std::string_view seed) {
    auto select = db.prepare(fmt::format("{}WHERE run = ? AND seed = ?", resultSelect));
    if (!select.with(run, seed).step()) return std::nullopt;
    return resultOf(select);
}

void saveMessage(Database& db, std::string_view run, std::string_view seed, std::string_view bytes) {
    if (bytes.size() > maxSeedMessage) return;
    const std::string packed = deflated(bytes);
    db.run("INSERT OR REPLACE INTO seed_message(run, seed, size, body) VALUES(?, ?, ?, ?)", run, seed,
           bytes.size(), Blob{packed});
}

std::optional<std::string> message(Database& db, std::string_view run, std::string_view seed) {
    auto select = db.prepare("SELECT size, body FROM seed_message WHERE run = ? AND seed = ?");
    if (!select.with(run, seed).step()) return std::nullopt;
    return inflated(select.text(1), select.integer(0), maxSeedMessage);
}

} // namespace waypost::store::placement
