// The ARC header fields of a message as sets, and what is wrong with their structure (RFC 8617 sections 4.1,
// 4.2 and 5.2 steps 1 to 3). Pure. Internal to ARC.
#pragma once

#include "auth/arc_check.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

struct ArcParsedSet {
    int instance = 0;
    size_t results = 0, message = 0, seal = 0; // fields
    DkimSignature messageSignature, sealSignature;
    std::string chainValidation;
};

struct ArcChain {
    bool any = false;               // there is an ARC header field
    std::vector<ArcParsedSet> sets; // by instance; only with an empty fault they are whole
    std::string fault;              // one sentence
};

ArcChain readArcChain(const mail::HeaderBlock& message);

// The SHA-256 each seal of a whole chain signs: the sets up to its own in order, its own b= emptied (section
// 5.1.1), in relaxed form. One pass.
std::vector<std::string> arcSealDigests(const mail::HeaderBlock& message, const ArcChain& chain);

// i= of an ARC-Authentication-Results field, with its semicolon; nothing when it is not of that form.
std::optional<int> arcResultsInstance(std::string_view rawValue);

} // namespace waypost::auth
