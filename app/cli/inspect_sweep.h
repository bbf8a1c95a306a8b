// `domain inspect`: one name or many. Names are worked on side by side and their reports printed, kept and
// dropped in the order of the names: memory does not grow with their number. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "domain/inspect.h"
#include "domain/network_prober.h"

namespace waypost::cli {

struct SweepInput {
    std::vector<std::string> names;
    std::string batch; // file with more of them, one a line; "-" is standard input; empty: none
    std::optional<domain::ProbeOptions> probe; // nothing: DNS only
};

// Prints what became of each name, an error for one that is refused, and keeps reports and answers when there
// is a --workspace. Error: the file, the name servers or the workspace cannot be used.
Result<void> sweep(Globals& globals, const SweepInput& input, domain::InspectOptions options);

} // namespace waypost::cli
