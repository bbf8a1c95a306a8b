// The part of the filter language the command line has so far: "provider:gmail outcome:{deferred,blocked}
// stream:news". Terms narrow each other, values in braces are alternatives; an unknown field is an error,
// never an empty result.
#pragma once

#include "base/result.h"
#include "store/event_cells.h"

#include <string_view>

namespace waypost::app {

Result<store::EventFilter> parseFilter(std::string_view text);

} // namespace waypost::app
