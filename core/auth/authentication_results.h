// Authentication-Results (RFC 8601 section 2.2): read with CFWS, quoted values and every method, and written.
// Also the value of an ARC-Authentication-Results behind its i=. Pure.
#pragma once

#include "auth/spf_record.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

struct AuthProperty {
    std::string ptype, property, value; // "header", "d", "example.org"; value unquoted
    Span span;
};

struct AuthMethodResult {
    std::string method; // lower case: "spf"
    int methodVersion = 1;
    std::string result;  // lower case: "pass"
    std::string reason;  // reason=, unquoted
    std::string comment; // of the result, without parentheses
    std::vector<AuthProperty> properties;
    Span span; // in the value
    [[nodiscard]] std::string_view property(std::string_view ptype,
                                            std::string_view name) const; // empty: none
};

struct AuthenticationResults {
    std::string authservId;
    int version = 1;
    bool none = false; // "; none"
    std::vector<AuthMethodResult> results;
    std::vector<SpfProblem> problems; // a fault; what could be read before it stays
    [[nodiscard]] bool wellFormed() const { return problems.empty(); }
};

inline constexpr size_t maxAuthResultsBytes = 64 * 1024; // of a value; the rest is a problem
inline constexpr size_t maxAuthResults = 100;            // methods of one field
inline constexpr size_t maxAuthProperties = 100;         // of one method

// `value` may be folded; spans are in it. Never fails. What receivers write against the grammar (a value that
// needs quotes and has none, a missing server name, reason= behind a property) is read and named.
AuthenticationResults parseAuthenticationResults(std::string_view value);

struct ArcAuthenticationResults {
    std::optional<int> instance; // of "i=1;" at the start (RFC 8617 section 4.1.1)
    AuthenticationResults results;
};
ArcAuthenticationResults parseArcAuthenticationResults(std::string_view value);

// As a header value, folded at 78 columns with CRLF and a tab. What a token cannot hold is quoted; control
// characters become spaces, so that nothing foreign can end the field.
std::string formatAuthenticationResults(const AuthenticationResults& r);

} // namespace waypost::auth
