#include "store/migrations.h"

#include "store/database.h"

#include <fmt/format.h>

namespace waypost::store {

int latestSchema() {
    auto all = migrations();
    return all.empty() ? 0 : all.back().number;
}

int schemaOf(Database& db) {
    return int(db.integer("PRAGMA user_version"));
}

void migrate(Database& db, int upTo, const std::function<void()>& afterStatement) {
    int version = schemaOf(db);
    for (const Migration& m : migrations()) {
        if (m.number <= version || m.number > upTo) continue;
        Transaction transaction(db);
        db.script(m.sql, afterStatement);
        db.script(
            fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", applicationId, m.number),
            afterStatement);
        transaction.commit();
    }
}

} // namespace waypost::store
