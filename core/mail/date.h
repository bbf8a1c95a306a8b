// RFC 5322 date-time of headers: obsolete forms too (two-digit years, named and military zones, comments,
// missing weekday, asctime order of the year). Nothing when a part is missing or impossible; a date without a
// zone is nothing too, because guessing one would be a wrong instant.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace waypost::mail {

std::optional<UtcTime> parseMailDate(std::string_view text);

} // namespace waypost::mail
