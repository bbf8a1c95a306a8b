#include "engine/context.h"

namespace waypost::engine {

Snapshot answer(Context&, const SpfTrialQuery&) {
    return Error(ErrorCode::Unsupported, "spf_trial", "Not built yet.");
}

} // namespace waypost::engine
