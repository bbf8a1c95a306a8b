// UUIDv7 (RFC 9562 section 5.7): keys that sort by the time they were made and need no server.
#pragma once

#include "base/clock.h"
#include "base/random.h"

#include <string>

namespace waypost {

// "0193a1b2-…", 36 characters.
std::string uuid7(UtcTime now, Random& random);

} // namespace waypost
