// Generated SPF checks: a zone, a client and an identity. The same seed makes the same cases on every
// machine. Internal to tst_differential_spf.
#pragma once

#include "base/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::test {

struct SpfCase {
    json::object zone; // the corpora's form, see support/zone_resolver.h
    std::string ip, mailFrom, helo;
};

// Records are made of plausible terms; every third has a few octets changed, so that most faults are near
// misses.
std::vector<SpfCase> spfCases(std::uint64_t seed, size_t count);

// {"ip","mail_from","helo","zone"}: what a peer in another language reads.
std::string toLine(const SpfCase& c);

} // namespace waypost::test
