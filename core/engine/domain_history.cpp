#include "engine/context.h"

namespace waypost::engine {

Snapshot answer(Context&, const InspectionsQuery&) {
    return Error(ErrorCode::Unsupported, "domain_history", "Not built yet.");
}

Snapshot answer(Context&, const DomainDiffQuery&) {
    return Error(ErrorCode::Unsupported, "domain_history", "Not built yet.");
}

} // namespace waypost::engine
