// Seeds between the store's rows and the placement module. Internal to engine/.
#pragma once

#include "engine/context.h"
#include "placement/seed.h"
#include "store/placement_store.h"

namespace waypost::engine {

placement::Seed toSeed(const store::SeedRow& row);
Result<std::vector<placement::Seed>> seedsOf(Context& c, const std::string& listId);
// Reads the CSV into the list of this name (made or replaced).
Result<SeedsImported> importSeedCsv(Context& c, const std::string& listName, const std::string& csv);

} // namespace waypost::engine
