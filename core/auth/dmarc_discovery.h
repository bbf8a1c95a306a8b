// Which DMARC record speaks for a domain, and what it says of it (RFC 9989 section 4.10: the tree walk),
// every step kept; the reading by public suffix list (RFC 7489 section 6.6.3) beside it.
//
// Pure over a resolver. A step that could not be looked up makes what depends on it unknown, never "no
// record".
#pragma once

#include "auth/dmarc_record.h"
#include "base/task.h"
#include "dns/public_suffix.h"
#include "dns/resolver.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waypost::auth {

struct DmarcStep {
    enum class Found { Record, None, Several, CouldNotLook };
    std::string domain; // "_dmarc." stands before it in the question
    Found found = Found::None;
    std::optional<DmarcRecord> record;
    size_t answer = 0; // into DmarcDiscovery::answers
};

struct DmarcDiscovery {
    std::string domain;
    std::vector<DmarcStep> steps; // the walk, at most 8
    std::vector<dns::Answer> answers;

    // By the walk. Empty when a step that decides could not be looked up.
    std::string orgDomain;
    std::string orgReason; // one sentence
    // The policy that speaks for `domain`. policyKnown false: could not look.
    bool policyKnown = false;
    std::optional<size_t> policyStep;   // nothing and known: no policy
    std::string policyTag;              // "p", "sp" or "np"
    DmarcUse use = DmarcUse::AsWritten; // NotAtAll: the record asks for no DMARC (section 4.10.1)
    DmarcPolicy declared = DmarcPolicy::None;
    DmarcPolicy effective = DmarcPolicy::None; // after t=y

    // By the list; empty without one, or when the domain is a public suffix.
    std::string orgDomainPsl;
    bool pslPolicyKnown = false;
    std::string pslPolicyDomain; // whose record RFC 7489 takes; empty: none
    std::optional<DmarcRecord> pslRecord;
    DmarcPolicy pslDeclared = DmarcPolicy::None;
    // Both known, and they name other domains or policies.
    bool readingsDiffer = false;

    // Of `domain`, asked only when np= could apply: NXDOMAIN. A name with any record, or with names below it,
    // exists (RFC 9989 section 3.2.13, RFC 8020).
    std::optional<bool> nonExistent;

    [[nodiscard]] const DmarcRecord* record() const {
        return policyStep ? &*steps[*policyStep].record : nullptr;
    }
};

struct DmarcOptions {
    std::shared_ptr<const dns::PublicSuffixList> publicSuffixes; // may be null
};

// The names of the walk, longest first.
std::vector<std::string> dmarcWalk(std::string_view domain);

// The walk alone: `domain`, steps, answers and the organisational domain.
Task<DmarcDiscovery> walkDmarc(dns::Resolver& resolver, std::string domain);

Task<DmarcDiscovery> discoverDmarc(dns::Resolver& resolver, std::string domain, DmarcOptions options);

} // namespace waypost::auth
