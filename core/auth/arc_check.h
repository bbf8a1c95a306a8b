// Validation of an ARC chain (RFC 8617 section 5.2), in files that can be deleted: ARC is going historic.
// Pure over a resolver; uses the DKIM verifier for the message signatures.
#pragma once

#include "auth/dkim_check.h"

namespace waypost::auth {

enum class ArcResult { None, Pass, Fail };
std::string_view arcResultName(ArcResult r);

struct ArcSet {
    int instance = 0;
    size_t results = 0, message = 0, seal = 0;   // fields: AAR, AMS, AS; into HeaderBlock::fields()
    std::string chainValidation;                 // cv= of the seal as written
    std::string domain, selector;                // of the seal
    std::optional<DkimSignatureCheck> signature; // of the AMS, when looked at
    std::optional<bool> sealOk;                  // nothing: not looked at
    std::string reason;                          // one sentence when something is wrong
    std::vector<size_t> answers;                 // into ArcCheck::answers
};

struct ArcCheck {
    ArcResult result = ArcResult::None;
    std::string reason;       // one sentence
    int oldestPass = 0;       // RFC 8617 section 5.2 step 5; 0: all AMS pass. Only with Pass
    std::vector<ArcSet> sets; // by instance
    std::vector<dns::Answer> answers;
};

inline constexpr int maxArcSets = 50;

Task<ArcCheck> verifyArc(dns::Resolver& resolver, std::shared_ptr<const mail::HeaderBlock> message,
                         DkimVerifyOptions options);

} // namespace waypost::auth
