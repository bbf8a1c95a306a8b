#include "engine/context.h"

namespace waypost::engine {

Snapshot answer(Context&, const RotationsQuery&) {
    return Error(ErrorCode::Unsupported, "rotation", "Not built yet.");
}

Snapshot perform(Context&, const StartRotation&) {
    return Error(ErrorCode::Unsupported, "rotation", "Not built yet.");
}

Snapshot perform(Context&, const AdvanceRotation&) {
    return Error(ErrorCode::Unsupported, "rotation", "Not built yet.");
}

} // namespace waypost::engine
