// DNS answers to and from JSON, with the octets as they came. Internal to message/. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "dns/answer.h"

#include <vector>

namespace waypost::message {

json::array answersToJson(const std::vector<dns::Answer>& answers);
// Error: Corrupt, with the number of the answer.
Result<std::vector<dns::Answer>> answersFromJson(const json::array& list);

} // namespace waypost::message
