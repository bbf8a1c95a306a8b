// What is wrong in a rule pack, one sentence each: a sample another rule takes, an id given twice, a rule
// that can never be reached, a category that contradicts the permanence. Pure.
#pragma once

#include "reply/classifier.h"
#include "reply/rule.h"

namespace waypost::reply {

std::vector<std::string> validateRules(const Classifier& classifier, const std::vector<Rule>& rules);

} // namespace waypost::reply
