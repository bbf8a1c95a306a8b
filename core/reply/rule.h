// One classification rule and how it is read from a rule file. A file is
//   {"schema_version": 1, "date", "note", "providers": ["gmail"], "rules": [RULE…]}
// and without "providers" its rules are generic. RULE:
//   id, version, source, category, cause, action: always
//   code      "5xx", "550", "none" (no reply code at all) or a list of these
//   enhanced  "5.7.1", "*.7.26", "5.7.606-649" or a list
//   pattern   RE2, case-insensitive, over the reply as one line (flatten.h)
//   stage     "rcpt": only there
//   category_4xx, category_5xx   instead of `category` when the reply's class asks for another family
//   permanence, reason   overrides the class of the reply, and why; `reason` also explains a deferral
//   category
//                        on a 5yz reply
//   distinctive  the words belong to this provider alone: tried for every other provider too, before generic
//   samples   [{"text", "provider"?, "mx"?}…], each a test: this rule must decide it
// Value types, no thread rule.
#pragma once

#include "base/result.h"
#include "reply/event.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace waypost::reply {

inline constexpr int ruleSchemaVersion = 1;
inline constexpr size_t maxPatternBytes = 1000; // of one rule
inline constexpr size_t maxRules = 20'000;      // of one pack

struct CodeCondition {
    std::vector<std::int32_t> codes; // exact
    std::uint8_t classes = 0;        // bit n: nxx; bit 0: no code
    [[nodiscard]] bool any() const { return codes.empty() && classes == 0; }
    [[nodiscard]] bool holds(std::int32_t code) const;
};

struct EnhancedCondition {
    int cls = -1, subject = -1; // -1: any
    int low = 0, high = 0;      // detail, both included
    [[nodiscard]] bool holds(int c, int s, int d) const;
};

struct RuleSample {
    std::string text, provider, mx;
};

struct Rule {
    std::string id;
    int version = 0;
    std::vector<std::string> providers; // empty: generic
    bool distinctive = false;
    bool fromUser = false;
    CodeCondition code;
    std::vector<EnhancedCondition> enhanced;
    std::string pattern;
    std::optional<Stage> stage;
    Category category = Category::Unclassified;
    std::optional<Category> category4xx, category5xx;
    Cause cause = Cause::Unknown;
    std::optional<Permanence> permanence;
    std::string reason;
    std::string action;
    std::string source;
    std::vector<RuleSample> samples;
    std::string file; // for messages

    [[nodiscard]] bool isFor(std::string_view provider) const;
};

// The rules of one file's bytes, or what is wrong in it and where; `name` names it in messages.
Result<std::vector<Rule>> parseRules(std::string_view bytes, const std::string& name, bool fromUser);
Result<std::vector<Rule>> readRuleFile(const std::filesystem::path& file, bool fromUser);
// A file, or every *.json of a folder in the order of their names.
Result<std::vector<Rule>> readRulePack(const std::filesystem::path& pack, bool fromUser);

// What a verdict may advise; "" is not one of them.
bool isAction(std::string_view name);

// The category a rule's category becomes for a reply of this permanence: authentication deferred is
// deferred-auth, reputation refused for good is rejected-reputation. Mailbox, rate-limit, greylist and
// infrastructure describe a condition whatever the class, and stay.
Category inFamilyOf(Category c, Permanence p);

} // namespace waypost::reply
