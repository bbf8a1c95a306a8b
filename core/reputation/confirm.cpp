#include "reputation/confirm.h"

namespace waypost::reputation {

Change advance(CellState& state, Status seen, UtcTime at) {
    if (seen != state.raw || state.at.ms == 0) state.rawSince = at;
    state.raw = seen;
    state.at = at;
    if (seen == Status::Listed) {
        if (state.hits == 0) state.firstHit = at;
        ++state.hits;
        state.misses = 0;
        if (state.listed || state.hits < hitsToRaise) return Change::None;
        state.listed = true;
        state.listedSince = state.firstHit;
        return Change::Raised;
    }
    if (seen != Status::Clean) return Change::None;
    ++state.misses;
    state.hits = 0;
    if (!state.listed || state.misses < missesToClear) return Change::None;
    state.listed = false;
    return Change::Cleared;
}

} // namespace waypost::reputation
