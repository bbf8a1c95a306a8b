// Inspection of one domain: SPF, DKIM, DMARC, MX with addresses and TLS, PTR, MTA-STS, TLS-RPT, BIMI, DANE,
// the zone with its name servers and CAA, each with the answers and conversations it rests on, and findings
// from the catalogue. Without a prober only DNS is asked: what needs another protocol is "not checked", never
// good. Thread rule: the resolver's.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "dns/public_suffix.h"
#include "dns/resolver.h"
#include "domain/report.h"

#include <memory>
#include <string>
#include <vector>

namespace waypost::domain {

struct InspectOptions {
    std::vector<std::string> selectors;                // known to be in use (given, seen in mail, in reports)
    std::vector<std::string> guessedSelectors;         // probed; only hits are reported, marked as guessed
    std::vector<std::string> sendingIps;               // whose PTR is checked beside those of the MX hosts
    size_t concurrency = 8;                            // questions in flight
    const Clock* clock = nullptr;                      // required
    std::shared_ptr<const FindingCatalogue> catalogue; // required
    std::shared_ptr<const dns::PublicSuffixList> publicSuffixes; // may be null
    Prober* prober = nullptr; // null: DNS only; must outlive the inspection
    // The resolver validates DNSSEC and the way to it is safe (it runs on this machine): its AD bit counts.
    bool trustAd = false;
    std::string bimiSelector = "default";
    // Roots of mark certificates, PEM text; empty: an issuer cannot be known.
    std::string markRootsPem;
};

// `domain` is a name that dns::toAscii() returned.
Task<DomainReport> inspect(dns::Resolver& resolver, std::string domain, InspectOptions options);

// resources/lists/dkim-selectors.json: selectors of sending services.
Result<std::vector<std::string>> loadSelectorList(const std::filesystem::path& file);

} // namespace waypost::domain
