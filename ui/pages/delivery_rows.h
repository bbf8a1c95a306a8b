// How the Delivery screen puts engine values into chart, facets and tables. Pure functions, GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/charts/time_series.h"
#include "ui/models/row_model.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waypost::ui::delivery {

TimeSeries chartOf(const engine::Overview& overview);
std::vector<FacetGroup> facetsOf(const engine::Overview& overview);

std::vector<Column> groupColumns();
// In the order asked for: a group list is short and sorted here.
// States are of a template at a provider; a group that is not among them shows none.
using GroupStates = std::map<std::pair<std::string, std::string>, std::string>;
std::vector<Row> groupRows(const engine::Overview& overview, const GroupStates& states,
                           const QString& sortColumn, Qt::SortOrder order, const QTimeZone& zone);

std::vector<Column> eventColumns();
Row eventRow(const engine::EventRow& event, const QTimeZone& zone);

Evidence evidenceOf(const engine::EventDetail& detail);

// "deferred-rate-limit" as words: "deferred: rate limit".
QString categoryWord(const std::string& category);

// "NEW": what is news stands in capitals; and its mark, where the state is good or bad news.
QString templateStateWord(const std::string& state);
std::optional<Outcome> templateStateMark(const std::string& state);

} // namespace waypost::ui::delivery
