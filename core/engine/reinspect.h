// Watched domains are inspected again when they are due. Internal to engine/.
#pragma once

#include "engine/context.h"

namespace waypost::engine {

// Starts the job; answered with Done{job}. `scheduled`: the record tells of changes only. Query worker.
Snapshot startInspection(Context& c, const std::string& name, const std::string& commandLine, bool scheduled);

// From the opening of the engine to its end: every OpenOptions::scheduleTick it is looked what is due.
void startSchedule(Context& c);
// No tick begins after it has returned.
void stopSchedule(Context& c);

} // namespace waypost::engine
