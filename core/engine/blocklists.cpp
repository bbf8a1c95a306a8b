// Questions and commands of the Blocklists screen.
#include "engine/blocklists.h"

#include "base/text.h"
#include "engine/context.h"
#include "store/settings_store.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

constexpr std::int64_t dayMs = 86'400'000;
constexpr int maxDays = 3660;

UtcTime daysAgo(UtcTime now, int days) {
    return {now.ms - std::int64_t(std::clamp(days, 0, maxDays)) * dayMs};
}

} // namespace

Result<std::shared_ptr<const reputation::Catalogue>> listCatalogue(Context& c) {
    auto file =
        c.workspace->read([](store::Database& db) { return store::settings::text(db, "lists.file"); });
    if (!file) return fail(file.error());
    // The lab has lists of its own: the world's do not exist there.
    if (c.lab) return reputation::Catalogue::load(c.options.resources / "lab");
    return listCatalogue(c.options.resources, *file);
}

Snapshot answer(Context& c, const BlocklistQuery& q) {
    auto catalogue = listCatalogue(c);
    if (!catalogue) return catalogue.error();
    const UtcTime now = c.clock.now();
    auto matrix = c.workspace->read([&](store::Database& db) {
        BlocklistMatrix m = blocklistMatrix(db, **catalogue);
        const BlocklistImpact impact = blocklistImpact(db, *catalogue, daysAgo(now, q.days), now);
        for (const ListColumn& column : m.lists) {
            const reputation::List* list =
                column.status == "needs-key" ? (*catalogue)->find(column.id) : nullptr;
            if (!list) continue;
            --(c.secrets->has(list->keySecret) ? m.needKey : m.on); // without its key it is not asked
        }
        for (ListColumn& column : m.lists)
            for (const ListImpact& i : impact.lists)
                if (i.list == column.id) column.messages = i.messages;
        const Millis period(store::settings::integer(db, "lists.sweep") * 3'600'000);
        if (period.count() > 0 && m.swept.ms > 0) m.next = m.swept + period;
        return m;
    });
    return toSnapshot(std::move(matrix));
}

Snapshot answer(Context& c, const BlocklistCellQuery& q) {
    auto catalogue = listCatalogue(c);
    if (!catalogue) return catalogue.error();
    const UtcTime now = c.clock.now();
    auto cell = c.workspace->read([&](store::Database& db) -> Result<BlocklistCell> {
        auto out = blocklistCell(db, **catalogue, q);
        if (out) out->impact = impactRows(db, *catalogue, out->list, q.target, daysAgo(now, q.days), now);
        return out;
    });
    return toSnapshot(std::move(cell));
}

Snapshot answer(Context& c, const BlocklistHistoryQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) { return blocklistHistory(db, q); }));
}

Snapshot answer(Context& c, const BlocklistImpactQuery& q) {
    auto catalogue = listCatalogue(c);
    if (!catalogue) return catalogue.error();
    const UtcTime now = c.clock.now();
    return toSnapshot(c.workspace->read(
        [&](store::Database& db) { return blocklistImpact(db, *catalogue, daysAgo(now, q.days), now); }));
}

Snapshot answer(Context& c, const BlocklistChangesQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) { return blocklistChanges(db, q); }));
}

Snapshot answer(Context& c, const ListCatalogueQuery&) {
    auto catalogue = listCatalogue(c);
    if (!catalogue) return catalogue.error();
    const UtcTime now = c.clock.now();
    auto rows = c.workspace->read([&](store::Database& db) {
        auto out = catalogueRows(db, **catalogue, now,
                                 [&c](const std::string& name) { return c.secrets->has(name); });
        out.userFile = store::settings::text(db, "lists.file");
        return out;
    });
    return toSnapshot(std::move(rows));
}

Snapshot perform(Context& c, const WatchTargets& command) {
    const UtcTime now = c.clock.now();
    auto watched = c.workspace
                       ->write([command, now](store::Database& db) -> Result<int> {
                           store::Transaction whole(db);
                           int count = 0;
                           for (const std::string& given : command.targets) {
                               auto added = watchTargets(db, given, command.role, now);
                               if (!added) return fail(added.error());
                               count += *added;
                           }
                           whole.commit();
                           return count;
                       })
                       .get();
    if (!watched) return watched.error();
    c.activity("blocklist.watch", text::join(command.targets, ", "),
               fmt::format("{} watched on DNS lists.", text::counted(size_t(*watched), "target")));
    c.changed("blocklists");
    return Done{};
}

Snapshot perform(Context& c, const WatchOurs&) {
    const UtcTime now = c.clock.now();
    auto added = c.workspace->write([now](store::Database& db) { return watchOurs(db, now); }).get();
    if (!added) return added.error();
    c.activity("blocklist.watch", "events",
               fmt::format("{} of the mail that was sent watched on DNS lists.",
                           text::counted(size_t(*added), "new target")));
    c.changed("blocklists");
    return Done{};
}

Snapshot perform(Context& c, const UnwatchTargets& command) {
    auto gone = c.workspace
                    ->write([command](store::Database& db) {
                        int count = 0;
                        for (const std::string& t : command.targets) count += store::lists::unwatch(db, t);
                        return count;
                    })
                    .get();
    if (!gone) return gone.error();
    c.activity("blocklist.unwatch", text::join(command.targets, ", "),
               fmt::format("{} not watched any more.", text::counted(size_t(*gone), "target")));
    c.changed("blocklists");
    return Done{};
}

Snapshot perform(Context& c, const EnableList& command) {
    auto catalogue = listCatalogue(c);
    if (!catalogue) return catalogue.error();
    const reputation::List* list = (*catalogue)->find(command.list);
    if (!list)
        return Error(ErrorCode::NotFound, "list",
                     "There is no list \"" + text::printable(command.list) + "\".");
    if (command.on && list->status == reputation::ListStatus::Dead)
        return Error(ErrorCode::Refused, "list",
                     "This list is dead since " + list->since + " and is never asked.");
    auto done = c.workspace
                    ->write([id = list->id, on = command.on](store::Database& db) {
                        store::lists::setOff(db, id, !on);
                    })
                    .get();
    if (!done) return done.error();
    c.activity("blocklist.list", list->id,
               command.on ? "The list is asked again." : "The list is not asked.");
    c.changed("blocklists");
    return Done{};
}

Snapshot perform(Context& c, const SweepBlocklists& command) {
    return startSweep(c, command, false);
}

} // namespace waypost::engine
