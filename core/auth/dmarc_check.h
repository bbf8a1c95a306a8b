// DMARC of one message (RFC 9989 sections 4 and 5): alignment of what SPF and DKIM found with the Author
// Domain, by the tree walk, and the reading of RFC 7489 by public suffix list beside it. Pure over a
// resolver.
#pragma once

#include "auth/dkim_check.h"
#include "auth/dmarc_discovery.h"
#include "auth/spf_check.h"

namespace waypost::auth {

// PermError is a word that receivers write (RFC 8601); a check here never ends with it.
enum class DmarcResult { None, Pass, Fail, TempError, PermError };
std::string_view dmarcResultName(DmarcResult r);

struct DmarcIdentifier {
    std::string mechanism; // "spf", "dkim"
    std::string domain;    // of MAIL FROM or HELO, or d=
    std::string selector;  // of DKIM
    std::string result;    // of the mechanism
    std::string orgDomain; // by the walk; empty: could not look, or there was no need to
    std::string orgDomainPsl;
    bool strict = false;            // adkim/aspf of the policy
    std::optional<bool> aligned;    // by the walk; nothing: not known
    std::optional<bool> alignedPsl; // by the list
};

struct DmarcReading {
    DmarcResult result = DmarcResult::None;
    std::optional<DmarcPolicy> policy; // declared; nothing: no record
    // What is applied: none unless the message fails, and after t=y; nothing: no reading was possible.
    std::optional<DmarcPolicy> disposition;
    std::string orgDomain, policyDomain;
    bool alignedSpf = false, alignedDkim = false;
    std::string reason; // one sentence
};

struct DmarcCheck {
    std::string authorDomain;             // of From; empty when there is none
    std::vector<std::string> fromDomains; // all, when several
    DmarcReading walk;                    // RFC 9989: the verdict
    DmarcReading list;                    // RFC 7489, beside it
    bool readingsDiffer = false;
    std::vector<DmarcIdentifier> identifiers;
    DmarcDiscovery discovery;
    std::vector<dns::Answer> answers; // of the walks of the identifiers
};

struct DmarcMessage {
    std::vector<std::string> fromDomains; // A-labels
    std::string fromFault; // why there is no single author domain (AuthorDomains::fault); empty: there is
    SpfResult spf = SpfResult::None;
    std::string spfDomain; // of the MAIL FROM identity (RFC 9989 section 4.4.2); empty: not checked
    struct Dkim {
        std::string domain, selector;
        DkimResult result = DkimResult::None;
    };
    std::vector<Dkim> dkim;
};

inline constexpr size_t maxDmarcIdentifiers =
    20; // more are not aligned; keeps the walks of one message bounded

// Each identifier is walked on its own, unless it cannot be under the author's organisational domain; one
// name is asked once. A message without exactly one author domain is exempt: result none.
Task<DmarcCheck> checkDmarc(dns::Resolver& resolver, DmarcMessage message, DmarcOptions options);

} // namespace waypost::auth
