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

AuthenticationResults parseAuthenticationResults(std::string_view value);
// As a header value, folded at 78 columns.
std::string formatAuthenticationResults(const AuthenticationResults& r);

} // namespace waypost::auth
