// Watched domains over time: when each is due again, what a new inspection changed, and which selectors are
// known to be in use. For the engine and the command line. Thread rule: that of the Database. Failure:
// StorageError, or Error where a stored report cannot be read.
#pragma once

#include "base/result.h"
#include "domain/diff.h"
#include "engine/domain_values.h"
#include "store/domain_store.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::engine {

// When a domain is inspected again: the period after its last inspection, and up to a tenth of it more, which
// depends on the name, so that many domains do not come due together.
UtcTime dueAgain(std::string_view name, UtcTime last, Millis period);
// Watched domains that were inspected before and are due by now, the longest due first.
std::vector<std::string> dueDomains(store::Database& db, UtcTime now, Millis period);

// Stores the inspection together with what it changed; gives the differences.
Result<std::vector<domain::Difference>> storeInspection(store::Database& db, store::InspectionRow row);
bool gotWorse(const std::vector<domain::Difference>& differences);
// "3 differences, 1 worse: dkim-missing s1._domainkey.example.org", for the list of what happened.
std::string summaryOf(const std::vector<domain::Difference>& differences);

// Selectors that watched domains sign with, in messages that were checked and in those that seed mailboxes
// hold; what is known already is only brought up to date.
void harvestSelectors(store::Database& db);
// Selectors of a domain that are known to be in use: given, or seen in the last 90 days. Never guessed.
std::vector<std::string> knownSelectors(store::Database& db, const std::string& domain, UtcTime now);
// How a selector became known: "given; seen in a message of 2026-05-01". Empty: it is not known.
std::string originOf(store::Database& db, const std::string& domain, std::string_view selector);

} // namespace waypost::engine
