// Values of the Replies tab: reply templates with what was decided about them, and the decisions. Thread
// rule: values; copy or share as const.
#pragma once

#include "base/clock.h"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace waypost::engine {

struct WordChangeView {
    std::string before, after; // one of them may be empty
};
struct ReplyTemplate {
    std::string key, text, name, provider, providerLabel, category;
    std::string state; // "new", "known", "resolved", "regressed", "muted"
    UtcTime mutedUntil;
    std::uint64_t events = 0;                       // of all times
    std::uint64_t dayEvents = 0, dayOfProvider = 0; // the last day, and the denominator of its share
    UtcTime firstSeen, lastSeen;
    std::vector<std::string> merged;     // keys that count here, too
    std::string nearestKey, nearestText; // nearest older template of the provider; empty: none is near
    double nearestSimilarity = 0;
    std::vector<WordChangeView> changes;
};
struct TemplatesQuery {
    std::string state;    // empty: all
    std::string provider; // empty: all
    std::string contains; // in text, name or key
    bool onlyUnclassified = false;
    int limit = 500;
};
struct Templates {
    std::vector<ReplyTemplate> rows; // news first
    std::uint64_t total = 0;         // before the limit
    std::vector<std::pair<std::string, std::uint64_t>> byState;
    // Attempts of all times that no rule speaks of, their denominator, and how many templates they are.
    std::uint64_t unclassified = 0, events = 0, unclassifiedTemplates = 0;
    UtcTime dayStart, dayEnd, asOf;
};

struct TemplateQuery {
    std::string key, provider;
};
struct TemplateView {
    struct Day {
        UtcTime start;
        std::uint64_t events = 0, ofProvider = 0;
    };
    ReplyTemplate row;
    std::string sample, rule; // one whole reply; the rule that decided it, empty: none
    int ruleVersion = 0;
    int spanStart = 0, spanLength = 0; // in the sample
    std::vector<Day> days;             // oldest first
    std::vector<std::string> providers;
};

// One decision about a template. Every decision is in the activity log, with its reason.
struct ChangeTemplate {
    enum class What : std::uint8_t { Name, State, Merge, Unmerge, Split };
    What what = What::Name;
    std::string key, provider;
    std::string text;   // the name; the key to merge into; what the replies to split off contain
    std::string state;  // "known", "resolved", "muted"
    UtcTime mutedUntil; // of "muted": mandatory, as is the reason
    std::string reason;
};

} // namespace waypost::engine
