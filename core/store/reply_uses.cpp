// How often given replies were had in a range: segments are read by their columns, no event is made.
#include "reply/event.h"
#include "store/database.h"
#include "store/event_names.h"
#include "store/event_segment.h"
#include "store/list_store.h"

#include <map>
#include <unordered_set>

namespace waypost::store {

namespace {

struct Use {
    std::uint64_t events = 0;
    std::int64_t first = 0, last = 0;
};
using Uses = std::map<std::pair<std::int64_t, std::int64_t>, Use>; // reply, address

struct Columns {
    std::vector<std::int64_t> at, reply, ip, kind;
};

void count(const ColumnReader& reader, UtcTime from, UtcTime to,
           const std::unordered_set<std::int64_t>& wanted, Columns& c, Uses& uses) {
    reader.number(EventNumber::Reply, c.reply);
    bool any = false;
    for (const std::int64_t reply : c.reply) any = any || wanted.contains(reply);
    if (!any) return;
    reader.number(EventNumber::At, c.at);
    reader.number(EventNumber::Ip, c.ip);
    reader.number(EventNumber::EventKind, c.kind);
    for (size_t row = 0; row < c.reply.size(); ++row) {
        if (c.kind[row] != 0 || c.at[row] < from.ms || c.at[row] >= to.ms || !wanted.contains(c.reply[row]))
            continue;
        Use& use = uses[{c.reply[row], c.ip[row]}];
        if (use.events == 0) use.first = use.last = c.at[row];
        use.first = std::min(use.first, c.at[row]);
        use.last = std::max(use.last, c.at[row]);
        ++use.events;
    }
}

} // namespace

std::vector<ReplyTextRow> replyTexts(Database& db, std::int64_t after, int limit) {
    auto s = db.prepare("SELECT id, sample FROM event_reply WHERE id > ? ORDER BY id LIMIT ?");
    s.with(after, limit);
    std::vector<ReplyTextRow> rows;
    while (s.step()) rows.push_back({s.integer(0), s.string(1)});
    return rows;
}

std::vector<ReplyUse> replyUses(Database& db, UtcTime from, UtcTime to,
                                const std::vector<std::int64_t>& replies) {
    std::vector<ReplyUse> out;
    const std::unordered_set<std::int64_t> wanted(replies.begin(), replies.end());
    if (wanted.empty()) return out;
    Uses uses;
    Columns columns;
    eachSegment(db, from, to, INT64_MAX, false, [&](const Segment&, const ColumnReader& reader) {
        count(reader, from, to, wanted, columns, uses);
        return true;
    });
    auto facts = db.prepare("SELECT sample, provider, category FROM event_reply WHERE id = ?");
    for (const auto& [key, use] : uses) {
        ReplyUse row;
        row.reply = key.first;
        row.ip = key.second == 0 ? "" : nameOf(db, key.second);
        row.events = use.events;
        row.firstSeen = {use.first};
        row.lastSeen = {use.last};
        if (facts.with(key.first).step()) {
            row.text = facts.string(0);
            row.provider = facts.integer(1) == 0 ? "" : nameOf(db, facts.integer(1));
            row.category = reply::categoryName(reply::Category(facts.integer(2)));
        }
        out.push_back(std::move(row));
    }
    return out;
}

} // namespace waypost::store
