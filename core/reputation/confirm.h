// Two hits in a row before a listing is raised, two misses in a row before it is cleared: one odd answer is
// no news. What was seen last and what is held to be true are kept side by side. Pure.
#pragma once

#include "base/clock.h"
#include "reputation/judge.h"

namespace waypost::reputation {

inline constexpr int hitsToRaise = 2;
inline constexpr int missesToClear = 2;

struct CellState {
    Status raw = Status::Error; // of the last look
    bool listed = false;        // confirmed
    int hits = 0, misses = 0;   // in a row; looks without an answer count for neither
    UtcTime rawSince;           // since when `raw` is what it is
    UtcTime listedSince;        // the first hit of the confirmed listing; meaningless when not listed
    UtcTime firstHit;           // of the row of hits
    UtcTime at;                 // of the last look
};

enum class Change : std::uint8_t { None, Raised, Cleared };

Change advance(CellState& state, Status seen, UtcTime at);

} // namespace waypost::reputation
