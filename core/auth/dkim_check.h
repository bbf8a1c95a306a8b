// Verification of every DKIM signature of one message: RFC 6376 section 6, RFC 8301 (no SHA-1, no RSA key
// under 1024 bits), RFC 8463 (Ed25519). The header hash and the body hash are judged apart, so that a failure
// says which of them broke. Pure over a resolver. Thread rule: the resolver's. Failure: none; what cannot be
// judged is an outcome. A key that could not be looked up is temperror, never "no key".
#pragma once

#include "auth/dkim_key.h"
#include "auth/dkim_signature.h"
#include "base/task.h"
#include "dns/resolver.h"
#include "mail/headers.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

// The words of RFC 8601 section 2.7.1.
enum class DkimResult { None, Pass, Fail, Policy, Neutral, TempError, PermError };
std::string_view dkimResultName(DkimResult r);

struct DkimSignatureCheck {
    size_t field = 0; // into HeaderBlock::fields()
    DkimSignature signature;
    DkimResult result = DkimResult::None;
    std::string reason;         // one sentence, also with Pass when there is something to say
    std::optional<bool> bodyOk; // bh= is the hash of the body; nothing: not computed
    std::optional<bool>
        headerOk; // b= is a signature over the headers with bh= as written; nothing: not computed
    std::string computedBodyHash; // octets
    std::string keyName;          // "selector._domainkey.domain"
    std::optional<size_t> answer; // into DkimCheck::answers
    std::optional<DkimKey> key;
    std::vector<size_t> signedFields;    // into HeaderBlock::fields(), in the order of h=
    std::vector<std::string> oversigned; // names that h= has more often than the message
    std::uint64_t bodyBytes = 0;         // canonical; with l= signedBytes is less
    std::uint64_t signedBytes = 0;
    // What is weak or odd without deciding the result: "sha1", "short-key", "body-length", "testing",
    // "expired", "future", "from-unsigned" …, each with a sentence.
    struct Remark {
        std::string id, text;
    };
    std::vector<Remark> remarks;
};

struct DkimCheck {
    std::vector<DkimSignatureCheck> signatures; // in the order of the message, topmost first
    std::vector<dns::Answer> answers;
    size_t notLookedAt = 0;                // signatures beyond the cap
    [[nodiscard]] DkimResult best() const; // pass if one passes; None without signatures
};

inline constexpr size_t maxDkimSignatures = 10; // more are counted and not verified

struct DkimVerifyOptions {
    UtcTime now;               // for x= and t=; zero: times are not judged
    Millis clockSkew{300'000}; // a t= this far in the future is accepted
    size_t maxSignatures = maxDkimSignatures;
};

// `message` with the bytes it was parsed from; its line ends may be bare LF (a file on disk): they count as
// CRLF.
Task<DkimCheck> verifyDkim(dns::Resolver& resolver, std::shared_ptr<const mail::HeaderBlock> message,
                           DkimVerifyOptions options);

} // namespace waypost::auth
