// A verdict as the command line and exports write it:
//   {"id","category","cause","permanence","action","rule","span","template"}
// permanence is "permanent", "temporary" or null; rule is null when the classifier abstained; span is
// {"start","length"} in bytes of the reply, or null; template is the normalised text, template_key its key.
#pragma once

#include "base/json.h"
#include "reply/classifier.h"

namespace waypost::reply {

json::object toJson(const json::value& id, const Verdict& verdict);

} // namespace waypost::reply
