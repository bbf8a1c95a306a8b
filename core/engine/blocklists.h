// Internal to engine/: the sweep as a job, and its schedule.
#pragma once

#include "engine/context.h"
#include "engine/listings.h"

namespace waypost::engine {

// With the operator's own file, as the settings name it.
Result<std::shared_ptr<const reputation::Catalogue>> listCatalogue(Context& c);
// Error: nothing is watched or due, a name of no list, a sweep that runs already. `scheduled`: tells of
// changes only.
Snapshot startSweep(Context& c, const SweepBlocklists& command, bool scheduled);
// On the query worker, at each tick of the schedule.
void startDueSweep(Context& c);

} // namespace waypost::engine
