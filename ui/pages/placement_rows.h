// How placement runs and seeds read in tables: columns, words and marks. Pure functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/charts/dot_interval.h"
#include "ui/models/row_model.h"
#include "ui/theme/tokens.h"

#include <utility>

namespace waypost::ui::placement {

// "found-junk" -> "spam" with its mark; a name nobody knows stays as it is, marked unknown.
std::pair<QString, Outcome> seedState(const std::string& state);
std::pair<QString, Outcome> runState(const std::string& state); // "cancelled" -> "cancelled, partial"
bool runIsLive(const engine::RunLine& run);

std::vector<Column> providerColumns();
Row providerRow(const engine::ProviderRow& row);
DotRow dotRow(const engine::ProviderRow& row);
std::vector<Column> seedColumns();
Row seedRow(const engine::SeedRow& row);
void sortRows(std::vector<Row>& rows, const std::vector<Column>& columns, const PageAsk& ask);

// "gmail 6, microsoft 4": enabled seeds, providers by name.
QString providerCounts(const engine::SeedList& list);
int enabledSeeds(const engine::SeedList& list);

} // namespace waypost::ui::placement
