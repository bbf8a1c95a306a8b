// --filter: the filter language (filter/query.h), for every command that reads stored events. Times are UTC.
// Error: what is wrong and where; an unknown field is an error, never an empty result.
#pragma once

#include "base/result.h"
#include "store/event_cells.h"

#include <string_view>

namespace waypost::app {

Result<store::EventFilter> parseFilter(std::string_view text, UtcTime now);

} // namespace waypost::app
