// When a domain was inspected, and what differs between two times.
#include "engine/context.h"
#include "engine/inspection.h"

namespace waypost::engine {

Snapshot answer(Context& c, const InspectionsQuery& q) {
    constexpr int shown = 1000;
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Inspections out{q.name, {}};
        for (const store::InspectionRow& row : store::domains::history(db, q.name, shown))
            out.inspections.push_back({row.at, row.errors, row.warnings, row.couldNotLook});
        return out;
    }));
}

Snapshot answer(Context& c, const DomainDiffQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) { return domainDiff(db, q); }));
}

} // namespace waypost::engine
