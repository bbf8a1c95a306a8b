// What the verbs of "blocklist" and "lists" share. Internal to cli/.
#pragma once

#include "base/json.h"
#include "cli/globals.h"
#include "reputation/catalogue.h"
#include "reputation/sweep.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waypost::cli {

// Verbs in files of their own.
void addBlocklistCheck(CLI::App& group, Globals& globals);
void addBlocklistCatalogue(CLI::App& group, Globals& globals); // lists, health
void addBlocklistWatch(CLI::App& group, Globals& globals);     // watch, sweep, history, impact

struct ListOptions {
    std::vector<std::string> lists; // ids or zones; empty: all that are alive
    std::string catalogue;          // the user's file instead of lists.json beside the configuration
    int timeoutMs = 3000;
    bool noTxt = false;
};
// --list, --catalogue, --timeout, --no-txt.
void addListOptions(CLI::App& command, ListOptions& options);

Result<std::shared_ptr<const reputation::Catalogue>> openCatalogue(const Globals& globals,
                                                                   const std::string& userFile);
// Those named, or all living ones. A zone of no catalogue is taken as it is.
Result<std::vector<reputation::List>> chosenLists(const Globals& globals, const ListOptions& options);
// Keys of lists from the operator's secret file; a store that cannot be opened has none.
std::function<Secret(const reputation::List&)> listKeys(const Globals& globals,
                                                        const std::vector<reputation::List>& lists);

// Runs the sweep to its end on this thread. Events are called in between.
Result<reputation::SweepCounts> runSweep(const Globals& globals, const ListOptions& options,
                                         reputation::SweepPlan plan, reputation::SweepOptions sweep,
                                         reputation::SweepEvents events);

std::shared_ptr<const dns::PublicSuffixList> listSuffixes(const Globals& globals);

} // namespace waypost::cli
