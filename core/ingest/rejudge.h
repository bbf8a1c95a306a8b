// Judging stored replies anew: what a set of rules would change, before it is in force, and putting it in
// force. Every distinct reply is judged once; what is changed is counted over the stored events, and the
// roll-ups stay exact (store/verdict_store.h). Thread rule: functions without a Database are pure; the others
// have the rule of theirs. Failure: StorageError; Error for a rule file that cannot be read.
#pragma once

#include "base/result.h"
#include "reply/classifier.h"
#include "store/verdict_store.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace waypost::ingest {

// One distinct reply whose verdict differs.
struct RehearsalChange {
    std::int64_t reply = 0;
    std::string sample, provider, templateKey;
    reply::Category before = reply::Category::Unclassified, after = reply::Category::Unclassified;
    std::string ruleBefore, ruleAfter; // empty: none
    std::string actionBefore, actionAfter;
    std::string listBefore, listAfter;
    std::uint64_t events = 0;
};

struct Rehearsal {
    std::uint64_t replies = 0, events = 0;               // looked at
    std::uint64_t changedReplies = 0, changedEvents = 0; // with another category, action or list
    // Events whose recipient would be suppressed at once, and would not any more; tried again, and not any
    // more.
    std::uint64_t suppressed = 0, released = 0, retried = 0, givenUp = 0;
    std::uint64_t unclassifiedBefore = 0, unclassifiedAfter = 0; // events
    std::vector<RehearsalChange> changes;                        // most events first, all of them
    std::vector<std::string> faults; // what validate() says of the rules; empty: sound
};

Rehearsal rehearse(const std::vector<store::DistinctReply>& stored, const reply::Classifier& rules);

// Judges all stored replies by `rules` and moves what changed; the caller's transaction.
store::VerdictsChanged rejudge(store::Database& db, const reply::Classifier& rules);

inline constexpr size_t maxUserRuleBytes = 8 * 1024 * 1024;
// Puts `bytes` in the place of the user's rule file, the old one beside it as FILE.old. What cannot be read
// as rules, or does not hold with the shipped pack, is refused and nothing is touched.
Result<std::shared_ptr<const reply::Classifier>> saveUserRules(const std::filesystem::path& shipped,
                                                               const std::filesystem::path& file,
                                                               std::string_view bytes);

} // namespace waypost::ingest
