#include "store/verdict_store.h"

#include "store/database.h"
#include "store/event_cells.h"
#include "store/event_names.h"
#include "store/event_segment.h"
#include "store/event_writer.h"
#include "store/rollup_writer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_set>

namespace waypost::store {

namespace {

using Facts = std::unordered_map<std::int64_t, ReplyFacts>;

void saveVerdict(Database& db, const VerdictChange& c, std::int64_t templateId) {
    const StoredReply& r = c.after;
    auto row = db.prepare("SELECT text, code, enhanced, stage, opinion FROM event_reply WHERE id = ?");
    if (!row.with(c.id).step()) return;
    StoredReply whole = r; // what is hashed is what is stored
    whole.text = row.string(0);
    whole.code = std::int32_t(row.integer(1));
    whole.enhanced = row.string(2);
    whole.stage = reply::Stage(row.integer(3));
    whole.opinion = row.string(4);
    row.reset();
    db.run(
        "UPDATE event_reply SET hash = ?, category = ?, outcome = ?, cause = ?, permanence = ?, action = ?, "
        "rule = ?, rule_version = ?, span_start = ?, span_length = ?, template = ?, list = ? WHERE id = ?",
        storedReplyHash(whole), int(r.category), int(r.outcome), int(r.cause), int(r.permanence), r.action,
        r.rule, r.ruleVersion, r.spanStart, r.spanLength, templateId, r.list, c.id);
}

std::int64_t templateFor(Database& db, const StoredReply& r) {
    auto find = db.prepare("SELECT id FROM event_template WHERE key = ?");
    if (find.with(r.templateKey).step()) return find.integer(0);
    db.run("INSERT INTO event_template(key, text) VALUES(?, ?)", r.templateKey, r.templateText);
    return db.lastInsertId();
}

// Moves the events of some replies in all roll-ups.
class Mover {
  public:
    Mover(Database& db, const Facts& before, const Facts& after, VerdictsChanged& out)
        : db_(db), before_(before), after_(after), out_(out) {
        for (const auto& [id, facts] : after) {
            const ReplyFacts& old = before.at(id);
            if (old.classNumber == facts.classNumber && old.templateId == facts.templateId) continue;
            moved_.insert(id);
            touched_.insert({old.templateId, facts.provider});
            touched_.insert({facts.templateId, facts.provider});
        }
    }

    void run() {
        if (moved_.empty()) return;
        findHours();
        if (hours_.empty()) return;
        countHours();
        keepClosed();
        takeOut();
        writeRollups(db_, countedAfter_);
        fixGroups();
    }

  private:
    void findHours() {
        std::vector<std::int64_t> at, reply, kind;
        eachSegment(db_, {INT64_MIN}, {INT64_MAX}, INT64_MAX, false,
                    [&](const Segment&, const ColumnReader& reader) {
                        reader.number(Reply, reply);
                        reader.number(At, at);
                        reader.number(EventKind, kind);
                        for (size_t i = 0; i < reader.rows(); ++i) {
                            if (moved_.contains(reply[i])) {
                                hours_.insert(hourOf({at[i]}));
                                ++out_.events;
                            }
                            noteGroup(reply[i], at[i], kind[i]);
                        }
                        return true;
                    });
    }

    void noteGroup(std::int64_t reply, std::int64_t at, std::int64_t kind) {
        auto it = after_.find(reply);
        if (it == after_.end()) return;
        const ReplyFacts& f = it->second;
        if (!touched_.contains({f.templateId, f.provider})) return;
        auto& g = groups_[{f.templateId, f.provider, f.classFor(kind)}];
        ++g.events;
        g.firstSeen = std::min(g.firstSeen, at);
        g.lastSeen = std::max(g.lastSeen, at);
    }

    void countHours() {
        std::array<std::vector<std::int64_t>, eventNumbers> c;
        const UtcTime since{*hours_.begin() * hourMs}, until{(*hours_.rbegin() + 1) * hourMs};
        eachSegment(db_, since, until, INT64_MAX, false, [&](const Segment& s, const ColumnReader& reader) {
            if (hours_.lower_bound(hourOf(s.minAt)) == hours_.upper_bound(hourOf(s.maxAt))) return true;
            for (size_t i : {size_t(At), size_t(Reply), size_t(Domain), size_t(Stream), size_t(Ip),
                             size_t(Flags), size_t(Latency), size_t(EventKind), size_t(Source)})
                reader.number(i, c[i]);
            for (size_t i = 0; i < reader.rows(); ++i) {
                auto now = after_.find(c[Reply][i]);
                if (now == after_.end() || !hours_.contains(hourOf({c[At][i]}))) continue;
                auto input = [&](const ReplyFacts& f) {
                    return RollupInput{{c[At][i]},
                                       f.provider,
                                       c[Domain][i],
                                       c[Stream][i],
                                       c[Ip][i],
                                       f.templateId,
                                       f.classFor(c[EventKind][i]),
                                       std::uint8_t(c[Flags][i]),
                                       c[Latency][i],
                                       c[Source][i]};
                };
                countedBefore_.addFine(input(before_.at(c[Reply][i])));
                countedAfter_.addFine(input(now->second));
            }
            return true;
        });
        countedBefore_.deriveCoarse();
    }

    // Hours whose stored counts are not those of the events that are left.
    void keepClosed() {
        std::map<std::int64_t, std::int64_t> counted;
        for (const auto& [key, count] : countedBefore_.hourClass) counted[key[0]] += count.events;
        std::unordered_set<std::int64_t> closed;
        auto stored = db_.prepare("SELECT sum(events) FROM rollup_hour_class WHERE hour = ?");
        for (const auto& [hour, events] : counted) {
            if (!stored.with(hour).step() || stored.integer(0) != events) closed.insert(hour);
        }
        if (closed.empty()) return;
        out_.closedHours = closed.size();
        for (auto h : closed) hours_.erase(h);
        // The levels without hours are sums: they are made again without the closed ones.
        countedBefore_ = {};
        countedAfter_ = {};
        if (!hours_.empty()) countHours();
    }

    void takeOut() {
        for (std::string_view table : {"rollup_hour", "rollup_hour_class", "rollup_hour_provider",
                                       "rollup_hour_stream", "rollup_hour_template"}) {
            auto drop = db_.prepare("DELETE FROM " + std::string(table) + " WHERE hour = ?");
            for (auto hour : hours_) drop.run(hour);
        }
        auto domain =
            db_.prepare("UPDATE rollup_domain SET events = events - ? WHERE domain = ? AND class = ?");
        for (const auto& [key, events] : countedBefore_.domain) domain.run(events, key[0], key[1]);
        auto group = db_.prepare(
            "UPDATE reply_group SET events = events - ? WHERE template = ? AND provider = ? AND class = ?");
        for (const auto& [key, count] : countedBefore_.groups)
            group.run(count.events, key[0], key[1], key[2]);
    }

    // First and last seen of what lost or gained events; what is empty goes.
    void fixGroups() {
        db_.run("DELETE FROM rollup_domain WHERE events <= 0");
        db_.run("DELETE FROM reply_group WHERE events <= 0");
        auto seen = db_.prepare("UPDATE reply_group SET first_seen = ?, last_seen = ? WHERE template = ? AND "
                                "provider = ? AND class = ? AND events = ?");
        for (const auto& [key, g] : groups_)
            seen.run(g.firstSeen, g.lastSeen, key[0], key[1], key[2], g.events);
    }

    Database& db_;
    const Facts &before_, &after_;
    VerdictsChanged& out_;
    std::unordered_set<std::int64_t> moved_;
    std::set<std::pair<std::int64_t, std::int64_t>> touched_; // template, provider
    std::map<std::array<std::int64_t, 3>, GroupCount> groups_;
    std::set<std::int64_t> hours_;
    Rollups countedBefore_, countedAfter_;
};

void countReplies(Database& db, std::vector<DistinctReply>& rows) {
    std::unordered_map<std::int64_t, std::uint64_t> counts;
    std::vector<std::int64_t> reply;
    eachSegment(db, {INT64_MIN}, {INT64_MAX}, INT64_MAX, false,
                [&](const Segment&, const ColumnReader& reader) {
                    reader.number(Reply, reply);
                    for (auto id : reply) ++counts[id];
                    return true;
                });
    for (auto& r : rows) r.events = counts[r.reply.id];
}

} // namespace

std::vector<DistinctReply> distinctReplies(Database& db, bool countEvents) {
    std::vector<DistinctReply> out;
    std::unordered_map<std::int64_t, std::string> names;
    auto rows = db.prepare("SELECT r.id, r.text, r.sample, r.code, r.enhanced, r.stage, r.provider, "
                           "r.category, r.outcome, r.cause, "
                           "r.permanence, r.action, r.rule, r.rule_version, r.span_start, r.span_length, "
                           "r.template, t.key, t.text, r.list, r.opinion "
                           "FROM event_reply r JOIN event_template t ON t.id = r.template ORDER BY r.id");
    while (rows.step()) {
        StoredReply r;
        r.id = rows.integer(0);
        r.text = rows.string(1);
        r.sample = rows.string(2);
        r.code = std::int32_t(rows.integer(3));
        r.enhanced = rows.string(4);
        r.stage = reply::Stage(rows.integer(5));
        r.providerId = rows.integer(6);
        auto [name, isNew] = names.try_emplace(r.providerId);
        if (isNew) name->second = nameOf(db, r.providerId);
        r.provider = name->second;
        r.category = reply::Category(rows.integer(7));
        r.outcome = reply::Outcome(rows.integer(8));
        r.cause = reply::Cause(rows.integer(9));
        r.permanence = reply::Permanence(rows.integer(10));
        r.action = rows.string(11);
        r.rule = rows.string(12);
        r.ruleVersion = std::int32_t(rows.integer(13));
        r.spanStart = std::int32_t(rows.integer(14));
        r.spanLength = std::int32_t(rows.integer(15));
        r.templateId = rows.integer(16);
        r.templateKey = rows.string(17);
        r.templateText = rows.string(18);
        r.list = rows.string(19);
        r.opinion = rows.string(20);
        out.push_back({std::move(r), 0});
    }
    if (countEvents) countReplies(db, out);
    return out;
}

VerdictsChanged changeVerdicts(Database& db, std::span<const VerdictChange> changes) {
    VerdictsChanged out;
    if (changes.empty()) return out;
    Transaction transaction(db);
    const Facts before = replyFacts(db);
    for (const auto& c : changes) {
        if (!before.contains(c.id)) continue;
        saveVerdict(db, c, templateFor(db, c.after));
        ++out.replies;
    }
    const Facts after = replyFacts(db);
    Mover(db, before, after, out).run();
    db.run(
        "INSERT INTO event_counter VALUES('verdicts', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1");
    transaction.commit();
    return out;
}

std::int64_t verdictGeneration(Database& db) {
    return db.integer("SELECT value FROM event_counter WHERE name = 'verdicts'");
}

} // namespace waypost::store
