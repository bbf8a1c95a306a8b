// Where mail for a domain goes: MX hosts in the order to try them, with their addresses (RFC 5321
// section 5.1, 7505). Pure over the resolver. A lookup that failed is temporary, never "no MX": the caller
// defers.
#pragma once

#include "base/random.h"
#include "dns/resolver.h"
#include "net/address.h"

#include <string>
#include <vector>

namespace waypost::delivery {

inline constexpr size_t maxMxHosts = 20;
inline constexpr size_t maxAddressesPerHost = 8;

struct MxHost {
    std::string name;
    int preference = 0;
    std::vector<net::IpAddress> addresses; // in the order to try them; empty: text says why
    std::string text;
    bool temporary = false; // the address lookup could not be answered
};

struct MxResult {
    enum class Kind { Hosts, NullMx, NoSuchDomain, NoHost, Temporary } kind = Kind::Temporary;
    std::vector<MxHost> hosts;
    std::string text;                 // one sentence when kind is not Hosts
    std::vector<dns::Answer> answers; // the evidence
};

// Equal preferences are shuffled with `random`. Without an MX record the domain itself is the host (implicit
// MX).
Task<MxResult> findMx(dns::Resolver* resolver, std::string domain, Random* random);
// Addresses of one host: A and AAAA.
Task<MxHost> findAddresses(dns::Resolver* resolver, std::string host, int preference,
                           std::vector<dns::Answer>* evidence);

} // namespace waypost::delivery
