// Values of the Rules tab: the rules in force, one of them as a draft, what the draft would change, and what
// others call the same reply. Thread rule: values; copy or share as const.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::engine {

struct RuleView {
    std::string id, file, category, cause, action, source, pattern, code, enhanced, provider, stage;
    std::vector<std::string> samples;
    int version = 0;
    bool own = false;  // the operator's; one with the id of a shipped rule stands in its place
    std::string whole; // JSON of the rule: what the form does not show is kept
};
struct RulesQuery {};
struct Rules {
    std::vector<RuleView> rules; // the operator's first, then in the order they are tried
    std::string userFile;        // empty: own rules cannot be kept here
    std::vector<std::string> categories, causes, actions, stages; // the words a draft may use
};

// A rule made of a template: a pattern of the words its replies have in common.
struct ProposeRuleQuery {
    std::string templateKey;
};
struct RuleProposalView {
    RuleView rule;
};

// What would change if `rule` were in force (or, with `remove`, were not any more). Nothing is saved.
struct RehearseQuery {
    RuleView rule;
    bool remove = false;
};
struct RehearsalView {
    struct Change {
        std::string sample, provider, templateKey, before, after, ruleBefore, ruleAfter, actionBefore,
            actionAfter;
        std::uint64_t events = 0;
    };
    std::uint64_t replies = 0, events = 0, changedReplies = 0, changedEvents = 0;
    // Attempts whose recipient would be suppressed at once, and would not any more; tried again, and not any
    // more.
    std::uint64_t suppressed = 0, released = 0, retried = 0, givenUp = 0;
    std::uint64_t unclassifiedBefore = 0, unclassifiedAfter = 0;
    std::vector<Change> changes;     // most attempts first, at most 500
    std::vector<std::string> faults; // why it cannot be saved; empty: sound
};

// Puts the rule in force and judges everything stored anew, as a job.
struct SaveRule {
    RuleView rule;
    bool remove = false;
};

struct CrosswalkQuery {};
struct CrosswalkView {
    struct Row {
        std::string category;
        std::vector<std::string> terms; // by vocabulary; empty: it has no word for this
        std::string disagreement;
    };
    std::vector<std::string> vocabularies, sources;
    std::vector<Row> rows;
};

} // namespace waypost::engine
