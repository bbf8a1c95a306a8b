// The report of an inspection, as it is stored (JSON), as what a screen shows. Reading the stored form has
// one path for a report of a minute ago and one of last year. Pure.
#pragma once

#include "base/result.h"
#include "engine/values.h"

#include <string_view>

namespace waypost::engine {

// AnswerView::raw is left empty: the octets are with the recorded answers.
Result<DomainView> domainViewFromJson(std::string_view report);
// "spf" for "spf-multiple"; "general" where a finding belongs to no one area.
std::string areaOfFinding(std::string_view findingId);

} // namespace waypost::engine
