#include "base/error.h"

namespace waypost {

std::string_view errorCodeName(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument: return "invalid-argument";
    case ErrorCode::NotFound: return "not-found";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::Refused: return "refused";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Corrupt: return "corrupt";
    case ErrorCode::TooLarge: return "too-large";
    case ErrorCode::Io: return "io";
    case ErrorCode::Storage: return "storage";
    case ErrorCode::Network: return "network";
    case ErrorCode::Timeout: return "timeout";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::Permission: return "permission";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

std::string Error::describe() const {
    return stage.empty() ? text : stage + ": " + text;
}

int exitStatusFor(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument:
    case ErrorCode::NotFound:
    case ErrorCode::Unsupported: return 2;
    case ErrorCode::Network:
    case ErrorCode::Timeout: return 4;
    case ErrorCode::Permission: return 5;
    case ErrorCode::Storage:
    case ErrorCode::Io: return 6;
    case ErrorCode::Conflict: return 7;
    case ErrorCode::Cancelled: return 130;
    default: return 1;
    }
}

} // namespace waypost
