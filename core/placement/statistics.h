// Counts, rates and what they can prove. Only a seed with a verdict (inbox, category, junk, other, not found
// after the wait) is in a denominator; seeds that were not sent, are still waiting, or whose mailbox could
// not be read are counted apart. A seed that was not found is "missing", never "spam".
#pragma once

#include "placement/run.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::placement {

struct Counts {
    int seeds = 0;
    int inbox = 0, category = 0, junk = 0, other = 0, missing = 0; // verdicts
    int waiting = 0;                                               // planned, sending, waiting
    int notSent = 0;                                               // failed or deferred
    int mailbox = 0;                                               // could not be read
    int uncertain = 0;                                             // unknown whether accepted, and not found
    [[nodiscard]] int verdicts() const { return inbox + category + junk + other + missing; }
    [[nodiscard]] int unknown() const { return seeds - verdicts(); }
    bool operator==(const Counts&) const = default;
};

// Below this many verdicts a share is drawn hatched.
constexpr int fewSeeds = 10;

// A share with its 95 % interval (Wilson score); nothing when the denominator is 0.
struct Share {
    int part = 0, of = 0;
    double value = 0, low = 0, high = 1;
    [[nodiscard]] bool hatched() const { return of < fewSeeds; }
};
std::optional<Share> share(int part, int of);

struct ProviderCounts {
    std::string provider;
    Counts counts;
    std::optional<Share> inbox, category, junk, missing; // of verdicts
    std::optional<Millis> medianLatency;                 // of the seeds found
};

Counts count(const std::vector<SeedResult>& results);
// By provider name; a seed without one is under "unknown".
std::vector<ProviderCounts> byProvider(const std::vector<SeedResult>& results);

// Two-sided Fisher exact test of a/(a+b) against c/(c+d): the chance of a table at least as unlikely.
double fisherExact(int a, int b, int c, int d);

struct Difference {
    Share before, after;
    double change = 0; // of the share, -1 … 1
    double p = 1;
    bool couldBeChance = true; // p ≥ 0.05, under 5 points, or fewer than 3 seeds on a side
    std::string sentence;
};
// Inbox share (category included or not by the caller's choice of `part`) of two runs; nothing without
// verdicts.
std::optional<Difference> difference(int partBefore, int ofBefore, int partAfter, int ofAfter);

// What these counts prove and what they do not, as sentences.
std::vector<std::string> limitsOf(const Counts& counts);

} // namespace waypost::placement
