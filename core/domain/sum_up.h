// Private to domain.
#pragma once

#include "domain/report.h"

namespace waypost::domain {

// An area of several parts could not be looked at when any part could not.
template <class Parts>
void sumUp(Area& area, const Parts& parts) {
    area.state = AreaState::Checked;
    for (const auto& part : parts) {
        area.evidence.insert(area.evidence.end(), part.evidence.begin(), part.evidence.end());
        if (part.state != AreaState::CouldNotLook) continue;
        area.state = AreaState::CouldNotLook;
        area.reason = part.reason;
    }
}

} // namespace waypost::domain
