#include "store/event_keys.h"

#include "store/database.h"
#include "store/event_text.h"

namespace waypost::store {

namespace {

constexpr std::int64_t dayMs = 86'400'000;

std::int64_t dayOf(UtcTime t) {
    return t.ms >= 0 ? t.ms / dayMs : -((-t.ms + dayMs - 1) / dayMs);
}

} // namespace

bool takeEventKey(Database& db, UtcTime at, std::string_view name) {
    db.run("INSERT OR IGNORE INTO event_key(day, key) VALUES(?, ?)", dayOf(at), std::int64_t(hashOf(name)));
    return db.changes() == 1;
}

void dropEventKeys(Database& db, UtcTime until) {
    db.run("DELETE FROM event_key WHERE day < ?", dayOf(until));
}

} // namespace waypost::store
