#include "engine/context.h"

namespace waypost::engine {

Snapshot answer(Context&, const MessagesQuery&) {
    return Error(ErrorCode::Unsupported, "message", "Not built yet.");
}

Snapshot answer(Context&, const MessageQuery&) {
    return Error(ErrorCode::Unsupported, "message", "Not built yet.");
}

Snapshot perform(Context&, const CheckMessage&) {
    return Error(ErrorCode::Unsupported, "message", "Not built yet.");
}

Snapshot perform(Context&, const ForgetMessage&) {
    return Error(ErrorCode::Unsupported, "message", "Not built yet.");
}

Snapshot perform(Context&, const ExportBundle&) {
    return Error(ErrorCode::Unsupported, "message", "Not built yet.");
}

} // namespace waypost::engine
