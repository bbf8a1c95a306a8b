// Reply templates as the operator works with them: groups of replies by template and provider, with when they
// were first and last seen, their share of the day, what they are called and what was decided about them. The
// counts are those of the roll-ups; merged templates count as one. Every change is written to the activity
// log. Thread rule: that of the Database. Failure: Result for what cannot be done, StorageError for the rest.
#pragma once

#include "base/result.h"
#include "reply/event.h"
#include "reply/template_diff.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

enum class TemplateState : std::uint8_t {
    New,       // first seen when its provider was already known for a day, and nobody has looked at it yet
    Known,     // seen before, or confirmed by the operator
    Resolved,  // the operator says its cause is gone, and it has not been seen since
    Regressed, // seen again after it was resolved
    Muted,     // not shown as news until a time
};
inline constexpr int templateStateCount = int(TemplateState::Muted) + 1;
std::string_view templateStateName(TemplateState s); // "new", "known", "resolved", "regressed", "muted"
std::optional<TemplateState> templateStateFromName(std::string_view name);

// How long a provider must have been seen before one of its templates is news.
inline constexpr std::int64_t templateLearningMs = 24 * 3'600'000;
// How long a template that nobody has looked at stays news.
inline constexpr std::int64_t templateNewsMs = 14 * 24 * 3'600'000LL;

struct TemplateRow {
    std::string key, text, name, provider;
    reply::Category category = reply::Category::Unclassified; // of most of its events
    TemplateState state = TemplateState::Known;
    UtcTime mutedUntil;       // when Muted
    std::uint64_t events = 0; // of all times
    // The last day: of this group, and of all events of its provider.
    std::uint64_t dayEvents = 0, dayOfProvider = 0;
    UtcTime firstSeen, lastSeen;
    std::vector<std::string> merged; // keys of the templates that count here, too
    // Nearest older template of the same provider, for groups that are New; empty: none is near.
    std::string nearestKey, nearestText;
    double nearestSimilarity = 0;
    std::vector<reply::WordChange> changes;
};

struct TemplateAsk {
    UtcTime now;                       // the day ends here, or with the last stored event if that is older
    std::vector<TemplateState> states; // empty: all
    std::string provider;              // empty: all
    std::string contains;              // in text, name or key, without regard to case
    bool onlyUnclassified = false;
    int limit = 500;
};
struct TemplateList {
    std::vector<TemplateRow> rows; // news first, then most events of the last day, then of all times
    std::uint64_t total = 0;       // before the limit
    std::uint64_t byState[templateStateCount] = {};
    UtcTime dayStart, dayEnd;
};
TemplateList templates(Database& db, const TemplateAsk& ask);

struct TemplateDay {
    UtcTime start;
    std::uint64_t events = 0, ofProvider = 0;
};
struct TemplateDetail {
    TemplateRow row;
    std::string sample; // one whole reply
    std::string rule;   // that decided it, empty: none
    int ruleVersion = 0;
    int spanStart = 0, spanLength = 0;  // in the sample
    std::vector<TemplateDay> days;      // the last 30 with events of the provider, oldest first
    std::vector<std::string> providers; // all where this template is seen
};
std::optional<TemplateDetail> templateDetail(Database& db, std::string_view key, std::string_view provider,
                                             UtcTime now);

// Who changes something, and when.
struct TemplateActor {
    std::string name = "operator";
    UtcTime at;
};
// An empty name takes it away. At most 120 bytes, one line.
Result<void> nameTemplate(Database& db, std::string_view key, std::string_view name, const TemplateActor& by);
// Known, Resolved or Muted (which needs a time to come). The empty provider stands for all that have it.
Result<void> setTemplateState(Database& db, std::string_view key, std::string_view provider,
                              TemplateState state, UtcTime mutedUntil, const TemplateActor& by);
// `key` counts as part of `into` from now on; templates merged into `key` before go along.
Result<void> mergeTemplate(Database& db, std::string_view key, std::string_view into,
                           const TemplateActor& by);
// Takes a merged template out again.
Result<void> unmergeTemplate(Database& db, std::string_view key, const TemplateActor& by);
// Replies of `key` whose text holds `contains` become a template of their own, those stored and those to
// come; its key is the result. Roll-ups stay exact.
Result<std::string> splitTemplate(Database& db, std::string_view key, std::string_view contains,
                                  const TemplateActor& by);

// What no rule speaks of, most events first.
struct UnclassifiedRow {
    std::string key, text, provider, sample;
    std::uint64_t events = 0;
    UtcTime firstSeen, lastSeen;
    std::int64_t event = 0; // key of a stored event with it, the newest that was found; 0: none
};
struct UnclassifiedQueue {
    std::vector<UnclassifiedRow> rows;
    std::uint64_t templates = 0;                // before the limit
    std::uint64_t unclassified = 0, events = 0; // attempts of all times: the share and its denominator
};
UnclassifiedQueue unclassifiedQueue(Database& db, int limit);

} // namespace waypost::store
