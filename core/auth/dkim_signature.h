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
    Span signatureSpan;    // what is emptied before hashing: the value of b= and the white space around it
    std::string algorithm; // "rsa-sha256"
    std::string domain;    // d=, lower case, A-labels
    std::string selector;  // s=, as written, A-labels
    std::string identity;  // i=, or "@" and d=
    bool identityGiven = false;
    Canonicalization header = Canonicalization::Simple, body = Canonicalization::Simple;
    std::vector<std::string> headers;      // h=, as written, in order; empty names are left out
    std::string bodyHash;                  // octets of bh=
    std::string signature;                 // octets of b=
    std::optional<std::uint64_t> length;   // l=
    std::optional<std::int64_t> signedAt;  // t=, seconds
    std::optional<std::int64_t> expiresAt; // x=, seconds
    std::optional<int> instance;           // i= of an ARC header
    std::string fault;                     // one sentence; empty: well formed
};

inline constexpr size_t maxSignatureField = 64 * 1024; // a longer field is a fault and is not read

// `rawValue` is what stands behind the colon, folds included. What could be read before a fault is kept.
DkimSignature parseDkimSignature(std::string_view rawValue);
DkimSignature parseArcMessageSignature(std::string_view rawValue);
// A seal (RFC 8617 section 4.1.3): no h=, bh=, c=; cv= is left in `tags`.
DkimSignature parseArcSeal(std::string_view rawValue);

} // namespace waypost::auth
