// The steps of verification that DKIM-Signature and ARC headers share. Internal to auth.
#pragma once

#include "auth/dkim_check.h"
#include "auth/dkim_crypto.h"
#include "auth/dkim_header.h"

#include <memory>
#include <string>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxKeysTried = 4; // of several TXT records at one name

// The key records at one name.
struct DkimKeys {
    dns::Answer answer;
    std::vector<std::shared_ptr<const ParsedDkimKey>> records; // at most maxKeysTried
};

DkimKeys dkimKeysFrom(dns::Answer answer);

// Asks for all names side by side, each once; the results stand in the order of `names`, which may repeat.
struct DkimKeyRing {
    std::vector<DkimKeys> keys;
    std::vector<size_t> byName; // for each asked name its place in `keys`
};
Task<DkimKeyRing> askForKeys(dns::Resolver& resolver, std::vector<std::string> names);

// Why this record cannot check such a signature; empty: it can.
std::string keyObjection(const ParsedDkimKey& key, const DkimSignature& signature);

// What the keys say about the digest of what was signed.
struct KeyVerdict {
    bool looked = false;                // false: could not look, `reason` says why
    bool usable = false;                // one record at least may check such a signature
    bool verified = false;              // one of the usable ones says yes
    bool weakOnly = false;              // a key under 1024 bits was tried, and no other was there
    const ParsedDkimKey* key = nullptr; // the one that decided
    std::string reason;                 // one sentence unless verified
};
KeyVerdict tryKeys(const DkimKeys& keys, const DkimSignature& signature, std::string_view digest);
DkimHash hashOf(const DkimSignature& signature);

// Judges parsed signatures (`field` and `signature` are set) of one message: keys, body, header, times.
Task<DkimCheck> verifySignatures(dns::Resolver& resolver, std::shared_ptr<const mail::HeaderBlock> message,
                                 std::vector<DkimSignatureCheck> signatures, DkimVerifyOptions options);

} // namespace waypost::auth
