// "Make a rule" of replies that no rule speaks of: a pattern of the words they have in common, as a rule file
// the operator looks over, gives a category and saves. Pure, any thread.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "reply/event.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::reply {

struct RuleProposal {
    std::string id, pattern, provider;
    std::int32_t codeClass = 0;                   // 4 or 5; 0: none
    std::vector<std::string> samples;             // whole replies, each of which the pattern matches
    Category category = Category::RejectedPolicy; // a guess by the code's class, to be set by the operator
};

// `text` is the template with its placeholders. Error: no word of it is constant.
Result<RuleProposal> proposeRule(std::string_view templateKey, std::string_view text,
                                 std::string_view provider, std::vector<std::string> samples);
// A rule file (rule.h) with the one rule.
json::object ruleFileOf(const RuleProposal& proposal, std::string_view date);

} // namespace waypost::reply
