#include "ingest/rejudge.h"

#include "ingest/reply_book.h"
#include "store/atomic_file.h"
#include "store/database.h"

#include <algorithm>

namespace waypost::ingest {

namespace {

// What a source or a decoder decided without any rule stays; only our own abstaining is looked at again.
bool decidedElsewhere(const store::StoredReply& r) {
    return r.rule.empty() && r.category != reply::Category::Unclassified;
}

Fate fateOf(const store::StoredReply& r) {
    if (r.category == reply::Category::Accepted) return Fate::Accepted;
    const bool probe = r.category == reply::Category::Other && r.cause == reply::Cause::None &&
                       r.permanence == reply::Permanence::None;
    return probe ? Fate::Probe : Fate::Failed;
}

// The stored reply as `rules` see it. Its template stays: the operator may have split it, and it does not
// depend on the rules.
store::StoredReply judged(const store::StoredReply& before, const reply::Classifier& rules) {
    store::StoredReply after = before;
    takeVerdict(
        rules.classify({before.sample, before.code, before.enhanced, before.provider, {}, before.stage}),
        fateOf(before), after);
    // Where the rules abstain, what the source calls the reply still holds.
    if (after.category == reply::Category::Unclassified && !before.opinion.empty() &&
        before.rule == before.opinion)
        return before;
    after.templateKey = before.templateKey;
    after.templateText = before.templateText;
    return after;
}

bool sameMeaning(const store::StoredReply& a, const store::StoredReply& b) {
    return a.category == b.category && a.action == b.action && a.list == b.list && a.cause == b.cause;
}

bool sameVerdict(const store::StoredReply& a, const store::StoredReply& b) {
    return sameMeaning(a, b) && a.rule == b.rule && a.ruleVersion == b.ruleVersion &&
           a.outcome == b.outcome && a.spanStart == b.spanStart && a.spanLength == b.spanLength;
}

bool suppresses(const store::StoredReply& r) {
    return r.action == "suppress-recipient";
}

bool retries(const store::StoredReply& r) {
    return reply::outcomeOf(r.category) == reply::Outcome::Deferred || r.outcome == reply::Outcome::Deferred;
}

} // namespace

Rehearsal rehearse(const std::vector<store::DistinctReply>& stored, const reply::Classifier& rules) {
    Rehearsal out;
    for (const auto& d : stored) {
        const auto& before = d.reply;
        ++out.replies;
        out.events += d.events;
        const bool kept = decidedElsewhere(before);
        const store::StoredReply after = kept ? before : judged(before, rules);
        if (before.category == reply::Category::Unclassified) out.unclassifiedBefore += d.events;
        if (after.category == reply::Category::Unclassified) out.unclassifiedAfter += d.events;
        if (sameMeaning(before, after)) continue;
        ++out.changedReplies;
        out.changedEvents += d.events;
        if (suppresses(after) && !suppresses(before)) out.suppressed += d.events;
        if (suppresses(before) && !suppresses(after)) out.released += d.events;
        if (retries(after) && !retries(before)) out.retried += d.events;
        if (retries(before) && !retries(after)) out.givenUp += d.events;
        out.changes.push_back({before.id, before.sample, before.provider, before.templateKey, before.category,
                               after.category, before.rule, after.rule, before.action, after.action,
                               before.list, after.list, d.events});
    }
    std::sort(out.changes.begin(), out.changes.end(), [](const auto& a, const auto& b) {
        return std::pair(b.events, a.reply) < std::pair(a.events, b.reply);
    });
    out.faults = rules.validate();
    return out;
}

store::VerdictsChanged rejudge(store::Database& db, const reply::Classifier& rules) {
    std::vector<store::VerdictChange> changes;
    for (auto& d : store::distinctReplies(db, false)) {
        if (decidedElsewhere(d.reply)) continue;
        store::StoredReply after = judged(d.reply, rules);
        if (!sameVerdict(d.reply, after)) changes.push_back({d.reply.id, std::move(after)});
    }
    return store::changeVerdicts(db, changes);
}

Result<std::shared_ptr<const reply::Classifier>> saveUserRules(const std::filesystem::path& shipped,
                                                               const std::filesystem::path& file,
                                                               std::string_view bytes) {
    if (bytes.size() > maxUserRuleBytes)
        return fail(ErrorCode::TooLarge, file.string(), "A rule file has at most 8 MB.");
    std::error_code ec;
    std::filesystem::create_directories(file.parent_path(), ec);
    const std::filesystem::path trial = file.string() + ".new";
    if (auto written = store::replaceFile(trial, bytes); !written) return std::unexpected(written.error());
    auto rules = reply::Classifier::load(shipped, trial);
    std::vector<std::string> faults;
    if (rules) faults = (*rules)->validate();
    std::filesystem::remove(trial, ec);
    if (!rules) return rules;
    if (!faults.empty())
        return fail(ErrorCode::InvalidArgument, file.filename().string(),
                    faults.front() + (faults.size() > 1 ? " There are more faults." : ""));
    auto old = store::readWhole(file, maxUserRuleBytes);
    if (!old) return std::unexpected(old.error());
    if (*old) {
        if (auto kept = store::replaceFile(file.string() + ".old", **old); !kept)
            return std::unexpected(kept.error());
    }
    if (auto written = store::replaceFile(file, bytes); !written) return std::unexpected(written.error());
    return rules;
}

} // namespace waypost::ingest
