#include "store/selector_store.h"

#include "base/text.h"
#include "store/database.h"

namespace waypost::store::selectors {

namespace {

std::string folded(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return text::lowered(name);
}

} // namespace

void saw(Database& db, std::string_view domain, std::string_view selector, std::string_view origin,
         UtcTime at) {
    const std::string name = folded(domain);
    const std::string label = folded(selector);
    db.run("UPDATE domain_selector SET first_seen = min(first_seen, ?1), last_seen = max(last_seen, ?1) "
           "WHERE domain = ?2 AND selector = ?3 AND origin = ?4",
           at, name, label, origin);
    if (db.changes() > 0) return;
    db.run("INSERT INTO domain_selector(domain, selector, origin, first_seen, last_seen) "
           "SELECT ?1, ?2, ?3, ?4, ?4 "
           "WHERE (SELECT count(*) FROM domain_selector WHERE domain = ?1) < ?5",
           name, label, origin, at, maxOfDomain);
}

std::vector<SelectorRow> of(Database& db, std::string_view domain) {
    auto select = db.prepare("SELECT selector, origin, first_seen, last_seen FROM domain_selector "
                             "WHERE domain = ? ORDER BY selector, origin");
    select.with(folded(domain));
    std::vector<SelectorRow> rows;
    while (select.step())
        rows.push_back({select.string(0), select.string(1), select.time(2), select.time(3)});
    return rows;
}

} // namespace waypost::store::selectors
