// Signing (RFC 6376 section 5, RFC 8301, RFC 8463): one DKIM-Signature field for each key, the body hashed
// once for all of them. Pure: the time is a parameter. Any thread. Error: a name or identity that cannot be
// signed for, a message that names no From, a key that does not sign.
#pragma once

#include "auth/dkim_canon.h"
#include "auth/dkim_private_key.h"
#include "base/clock.h"
#include "mail/headers.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

struct DkimSigningKey {
    std::string domain, selector;
    std::shared_ptr<const DkimPrivateKey> key;
};

struct DkimSignOptions {
    std::vector<std::string> headers; // names to sign; empty: dkimDefaultHeaders()
    bool oversign = true;             // dkimOversignedHeaders() once more than they occur
    Canonicalization header = Canonicalization::Relaxed, body = Canonicalization::Relaxed;
    std::optional<UtcTime> now;     // t=
    std::optional<Millis> lifetime; // x= is t= and this; needs `now`
    std::string identity;           // i=; empty: left out
    // SHA-256 of the canonical body, when the caller has it already: one body, many recipients.
    std::optional<std::string> bodyHash;
};

// Every instance of these that a message has is signed (section 5.4.1). Trace fields are not among them.
const std::vector<std::string>& dkimDefaultHeaders();
// Named once more than they occur, so that nobody can add one.
const std::vector<std::string>& dkimOversignedHeaders();

std::string dkimBodyHash(std::string_view body, Canonicalization kind);

// The fields to put on top of the message, in the order of the keys, each with its line end (that of the
// message: CRLF, or LF for a file on disk).
Result<std::string> dkimSignatureFields(const std::shared_ptr<const mail::HeaderBlock>& message,
                                        const std::vector<DkimSigningKey>& keys,
                                        const DkimSignOptions& options);
// The message with them, behind an mbox separator when there is one.
Result<std::string> dkimSign(const std::shared_ptr<const mail::HeaderBlock>& message,
                             const std::vector<DkimSigningKey>& keys, const DkimSignOptions& options);

} // namespace waypost::auth
