// The scope of a question of the Delivery screen as the store takes it. Internal to engine/. Pure.
#pragma once

#include "engine/delivery_values.h"
#include "store/event_cells.h"

namespace waypost::engine {

store::EventFilter toStore(const DeliveryFilter& filter);

inline store::EventRange toRange(const TimeRange& r) {
    return {r.from, r.to};
}

} // namespace waypost::engine
