// A DKIM-Signature field as tags with their place in the message (RFC 6376 section 3.5), and the same tags of
// an ARC-Message-Signature (RFC 8617 section 4.1.2). Pure. A fault makes the signature a permerror and is
// named.
#pragma once

#include "auth/tag_list.h"
#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

enum class Canonicalization : std::uint8_t { Simple, Relaxed };
std::string_view canonicalizationName(Canonicalization c);

struct DkimSignature {
    TagList tags;          // spans are in the raw value of the field
    std::string algorithm; // "rsa-sha256"
    std::string domain;    // d=, lower case, A-labels
    std::string selector;  // s=
    std::string identity;  // i=, or "@" and d=
    bool identityGiven = false;
    Canonicalization header = Canonicalization::Simple, body = Canonicalization::Simple;
    std::vector<std::string> headers;      // h=, as written, in order
    std::string bodyHash;                  // octets of bh=
    std::string signature;                 // octets of b=
    std::optional<std::uint64_t> length;   // l=
    std::optional<std::int64_t> signedAt;  // t=, seconds
    std::optional<std::int64_t> expiresAt; // x=, seconds
    std::optional<int> instance;           // i= of an ARC header
    std::string fault;                     // one sentence; empty: well formed
};

} // namespace waypost::auth
