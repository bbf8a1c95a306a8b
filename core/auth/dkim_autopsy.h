// Why a signature does not fit: known changes that forwarders make are undone one after the other until bh=
// or b= fits again; the one that fits is named, with the first octets it changed. What was tried is listed
// whether or not it fitted, and "nothing fitted" is no claim that nothing was changed. Pure over a resolver
// (for the key). Work is bounded (maxAutopsyBytes, maxAutopsyChecks). Thread rule: the resolver's.
#pragma once

#include "auth/dkim_check.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr std::uint64_t maxAutopsyBytes = 256 * 1024 * 1024; // hashed in the search, for one message
inline constexpr size_t maxAutopsyChecks = 4000;                    // of b=, for one signature

struct DkimMutation {
    enum class Part { Body, Header };
    Part part = Part::Body;
    std::string id;       // "footer-appended"
    std::string sentence; // what was done, for a person
    // The first stretch that differs, at most 160 octets of each; raw.
    std::string asSigned, asReceived;
    mail::Span span; // of asReceived in the message; length 0: something was taken out there
};

struct DkimTrial {
    DkimMutation::Part part = DkimMutation::Part::Body;
    std::string id, text; // what was undone, for a person
    bool fitted = false;
};

struct DkimAutopsy {
    DkimSignatureCheck check;
    std::vector<DkimMutation> found; // body first; empty with a signature that passes
    std::vector<DkimTrial> tried;
    bool bounded = false;   // a cap ended the search
    std::string conclusion; // one or two sentences
};

// One for each signature, in the order of the message.
Task<std::vector<DkimAutopsy>> autopsyDkim(dns::Resolver& resolver,
                                           std::shared_ptr<const mail::HeaderBlock> message,
                                           DkimVerifyOptions options);

} // namespace waypost::auth
