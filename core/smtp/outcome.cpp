#include "smtp/outcome.h"

namespace waypost::smtp {

std::string_view stageName(Stage s) {
    switch (s) {
    case Stage::Connect: return "connect";
    case Stage::Tls: return "tls";
    case Stage::Helo: return "helo";
    case Stage::Auth: return "auth";
    case Stage::Mail: return "mail";
    case Stage::Rcpt: return "rcpt";
    case Stage::Data: return "data";
    case Stage::Body: return "body";
    case Stage::After: return "after";
    }
    return "unknown";
}

std::string_view outcomeName(Outcome o) {
    switch (o) {
    case Outcome::Accepted: return "accepted";
    case Outcome::Deferred: return "deferred";
    case Outcome::Rejected: return "rejected";
    case Outcome::Uncertain: return "uncertain";
    case Outcome::NotAttempted: return "not-attempted";
    }
    return "unknown";
}

std::string_view failureKindName(FailureKind k) {
    switch (k) {
    case FailureKind::Connect: return "connect";
    case FailureKind::Closed: return "closed";
    case FailureKind::Timeout: return "timeout";
    case FailureKind::Protocol: return "protocol";
    case FailureKind::Refused: return "refused";
    case FailureKind::Tls: return "tls";
    case FailureKind::Auth: return "auth";
    case FailureKind::Local: return "local";
    }
    return "unknown";
}

std::string_view tlsStateName(TlsState s) {
    switch (s) {
    case TlsState::NotTried: return "not-tried";
    case TlsState::NotOffered: return "not-offered";
    case TlsState::Refused: return "refused";
    case TlsState::Failed: return "failed";
    case TlsState::Established: return "established";
    }
    return "unknown";
}

} // namespace waypost::smtp
