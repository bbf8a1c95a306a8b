// Error: why something the operator asked for cannot be done.
//
// Three kinds of failure are kept apart (ARCHITECTURE.md, "Kinds of failure"). An *outcome* (a 550, an SPF
// fail, a refused connection while probing) is a value of its own domain and never an Error. An *Error* is
// what the operator has to change: a bad address, an unreadable file, a locked workspace. An *exception* is a
// broken environment or a bug.
#pragma once

#include <string>
#include <string_view>

namespace waypost {

enum class ErrorCode {
    InvalidArgument, // what was typed or given is not of the right form
    NotFound,        // the named thing does not exist
    Conflict,        // somebody else holds it, or it exists already
    Refused,         // a rule of ours forbids it
    Unsupported,     // a form we know and do not handle
    Corrupt,         // stored or received bytes do not make sense
    TooLarge,        // a cap was reached
    Io,              // the operating system said no
    Storage,         // the workspace cannot be read or written
    Network,         // nothing could be looked up or reached
    Timeout,
    Cancelled,
    Permission, // credentials, secrets, file modes
    Internal,
};

std::string_view errorCodeName(ErrorCode code);

// A stable value: `code` for programs, `stage` names the step ("seeds.csv line 4", "imap login"),
// `text` is one sentence for a person that says what was wrong and where.
struct [[nodiscard]] Error {
    Error(ErrorCode c, std::string s, std::string t) : code(c), stage(std::move(s)), text(std::move(t)) {}

    // "stage: text", for logs and the terminal.
    [[nodiscard]] std::string describe() const;

    bool operator==(const Error&) const = default;

    ErrorCode code;
    std::string stage;
    std::string text;
};

// The exit status of waypost-cli for an error: 2 usage, 4 could not look, 5 permission, 6 storage, 7
// conflict, 1 other.
int exitStatusFor(ErrorCode code);

} // namespace waypost
