// The message of a seed test, checked before anything is sent. Internal to engine/.
#pragma once

#include "base/random.h"
#include "engine/values.h"

#include <string>
#include <vector>

namespace waypost::engine {

struct RunMessage {
    std::string bytes;
    std::string sender; // envelope sender and From address
    std::vector<std::string> problems;
};

// The operator's .eml, or a message made of from, subject and body.
RunMessage runMessage(const RunSpec& spec, UtcTime now, Random& random);

} // namespace waypost::engine
