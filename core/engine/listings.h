// Watched targets on DNS lists over a workspace: what is due, what a look changes, what the screens and the
// command line show, and what lists cost by the replies that quote them. Thread rule: that of the Database.
// Failure: StorageError, or Error where said.
#pragma once

#include "base/result.h"
#include "engine/blocklist_values.h"
#include "reputation/confirm.h"
#include "reputation/quoted_lists.h"
#include "reputation/sweep.h"
#include "store/list_store.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace waypost::engine {

// How long a look at a list's health is believed (domain practice: hourly, and before anything is raised).
inline constexpr Millis healthHolds{3'600'000};

// The catalogue with the operator's own file over it; `config` may be empty.
Result<std::shared_ptr<const reputation::Catalogue>> listCatalogue(const std::filesystem::path& resources,
                                                                   const std::filesystem::path& userFile);
// Lists that are asked: not dead, not private, not switched off.
std::vector<reputation::List> askedLists(store::Database& db, const reputation::Catalogue& catalogue);

// --- watching
// Adds the targets, or those of a range; how many are watched by it. Error: no target, or too many.
Result<int> watchTargets(store::Database& db, const std::string& given, const std::string& role, UtcTime now);
// Sending addresses of the events, watched domains, our HELO name. How many are new.
int watchOurs(store::Database& db, UtcTime now);

// --- sweeping
struct DueOptions {
    std::vector<std::string> targets, lists; // empty: all watched, all that are asked
    bool again = false;                      // also what still holds
};
struct DuePlan {
    reputation::SweepPlan plan;
    std::set<std::pair<size_t, size_t>> known;             // list, target: still holds
    std::vector<std::vector<store::ListHealthRow>> health; // by list: recent enough to be believed
    std::vector<std::int64_t> askedToday;                  // by list
};
Result<DuePlan> duePlan(store::Database& db, const reputation::Catalogue& catalogue,
                        const DueOptions& options, UtcTime now);
// Options of a sweep over it; `due` must outlive the sweep.
reputation::SweepOptions sweepOptions(const DuePlan& due);

struct KeptLook {
    store::ListLook look;
    std::int64_t recheckSeconds = 0;
    bool asked = false;
};
KeptLook lookOf(const reputation::SweepPlan& plan, reputation::Cell cell);
// Keeps it, carries the cell on, and writes the change it makes.
reputation::Change keepLook(store::Database& db, const KeptLook& kept);
store::ListHealthRow healthRow(const reputation::List& list, const reputation::HealthReport& report);

// --- showing
BlocklistMatrix blocklistMatrix(store::Database& db, const reputation::Catalogue& catalogue);
Result<BlocklistCell> blocklistCell(store::Database& db, const reputation::Catalogue& catalogue,
                                    const BlocklistCellQuery& q);
BlocklistHistory blocklistHistory(store::Database& db, const BlocklistHistoryQuery& q);
BlocklistImpact blocklistImpact(store::Database& db, std::shared_ptr<const reputation::Catalogue> catalogue,
                                UtcTime from, UtcTime to);
// Replies that quote the list, about this sending address or about one that is not known.
std::vector<ImpactRow> impactRows(store::Database& db, std::shared_ptr<const reputation::Catalogue> catalogue,
                                  const std::string& list, const std::string& target, UtcTime from,
                                  UtcTime to);
BlocklistChanges blocklistChanges(store::Database& db, const BlocklistChangesQuery& q);
ListCatalogue catalogueRows(store::Database& db, const reputation::Catalogue& catalogue, UtcTime now,
                            const std::function<bool(const std::string&)>& hasSecret);
std::optional<CellState> cellStateFromName(std::string_view name);

// Watched targets of the same range: /24 of IPv4, /64 of IPv6, the same domain or below it.
bool sameRange(const std::string& a, const std::string& b);

} // namespace waypost::engine
