#include "engine/context.h"

namespace waypost::engine {

Snapshot answer(Context&, const RequirementsQuery&) {
    return Error(ErrorCode::Unsupported, "requirements", "Not built yet.");
}

} // namespace waypost::engine
