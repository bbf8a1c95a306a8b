// The Author Domain of a message: the domain of the address in From (RFC 9989 section 5.3.1), as A-labels.
// Quoted strings, comments, encoded words, groups and obsolete routes are read as RFC 5322 says. Whatever
// else a reader may take for an address counts too, so that no second domain hides in a malformed field.
// Pure.
#pragma once

#include "mail/headers.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

struct AuthorDomains {
    std::vector<std::string> domains; // each once, in the order of the field; an address literal as "[…]"
    std::string fault;                // why there is no single domain; empty: there is exactly one
    // The one domain; empty when there is none or not exactly one.
    [[nodiscard]] std::string single() const { return fault.empty() ? domains.front() : std::string(); }
};

inline constexpr size_t maxAuthorDomains = 100; // more are several anyway

AuthorDomains readAuthorDomains(std::string_view fromValue); // of one field, may be folded
// Of a message; several From fields are a fault (RFC 5322 section 3.6).
AuthorDomains readAuthorDomains(const mail::HeaderBlock& headers);

} // namespace waypost::auth
