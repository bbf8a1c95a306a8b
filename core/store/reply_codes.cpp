#include "store/reply_codes.h"

#include "store/database.h"

namespace waypost::store {

std::vector<ReplyCodeRow> replyCodes(Database& db, UtcTime since) {
    // Replies with one template have one code, up to the parts a template leaves out.
    auto select =
        db.prepare("SELECT n.value, r.enhanced, r.sample, sum(g.events), max(g.last_seen) FROM reply_group g "
                   "JOIN event_name n ON n.id = g.provider "
                   "JOIN (SELECT template, provider, enhanced, min(sample) AS sample FROM event_reply "
                   "  WHERE enhanced <> '' AND code >= 400 GROUP BY template, provider, enhanced) r "
                   "ON r.template = g.template AND r.provider = g.provider "
                   "WHERE g.last_seen >= ? GROUP BY n.value, r.enhanced ORDER BY n.value, r.enhanced");
    select.with(since);
    std::vector<ReplyCodeRow> rows;
    while (select.step())
        rows.push_back({select.string(0), select.string(1), select.string(2),
                        std::uint64_t(select.integer(3)), select.time(4)});
    return rows;
}

} // namespace waypost::store
