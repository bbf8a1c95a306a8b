// Parts of the "domain" group that have files of their own. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "domain/inspect.h"

namespace waypost::cli {

// `domain diff`, `domain recheck`.
void addDomainHistory(CLI::App& group, Globals& globals);

// For people: a line for each area, then the findings.
std::string reportText(const domain::DomainReport& report);

} // namespace waypost::cli
