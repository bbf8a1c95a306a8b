// A report as the command line writes it:
//   {"file","kind","recipients":[{"address","action","status","diagnostic","category","permanence",…}],…}
// Feedback fields stand under "feedback", a field that may repeat as a list. Evidence is {"offset","length"}
// in octets of the mail, "exact": false where the words stand there encoded.
#pragma once

#include "base/json.h"
#include "bounce/report.h"

namespace waypost::bounce {

json::object toJson(std::string_view file, const Report& report);

} // namespace waypost::bounce
