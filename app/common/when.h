// Times as the command line takes them: "now", "now-24h", "now+14d", "today", "yesterday", "2026-05-01",
// "2026-05-01T10:00Z". UTC.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <string_view>

namespace waypost::app {

Result<UtcTime> parseWhen(std::string_view text, UtcTime now);

} // namespace waypost::app
