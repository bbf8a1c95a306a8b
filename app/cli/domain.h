// Parts of the "domain" group that have files of their own. Internal to cli/.
#pragma once

#include "cli/globals.h"
#include "domain/inspect.h"

namespace waypost::cli {

// `domain diff`.
void addDomainHistory(CLI::App& group, Globals& globals);

// `domain recheck`.
void addDomainRecheck(CLI::App& group, Globals& globals);

// `domain requirements`.
void addDomainRequirements(CLI::App& group, Globals& globals);

// For people: a line for each area, then the findings.
std::string reportText(const domain::DomainReport& report);
// Prints it, and raises the exit status when something could not be looked at.
void printReport(Globals& globals, const domain::DomainReport& report);
// As it is asked for, or why not.
Result<std::string> inspectableName(const std::string& name);

} // namespace waypost::cli
