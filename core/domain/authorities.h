// One question to every authoritative server of its zone, each asked directly: what a cache would hide. The
// zone is found by its NS records, from the name upwards. Thread rule: the resolver's.
//
// Caps: maxAuthorities addresses are asked, maxAliases aliases are followed into other zones.
#pragma once

#include "base/task.h"
#include "dns/resolver.h"

#include <string>
#include <vector>

namespace waypost::domain {

inline constexpr size_t maxAuthorities = 32;
inline constexpr int maxAliases = 4;

// Gives a resolver that asks this address alone, without recursion. It must outlive the questions.
class DirectResolvers {
  public:
    virtual ~DirectResolvers() = default;
    virtual dns::Resolver& at(const std::string& address) = 0;
};

struct AuthorityAnswer {
    std::string server, address; // "ns1.example.org", "192.0.2.1"; address empty: its name has none
    dns::Answer answer;          // to the question; for an alias, to the name at its end
};

struct AuthorityAnswers {
    std::string zone; // whose servers were asked; empty: not found
    std::vector<AuthorityAnswer> servers;
    std::string problem; // one sentence when no server was found
};

// `resolver` finds the servers.
Task<AuthorityAnswers> askAuthorities(dns::Resolver& resolver, DirectResolvers& direct,
                                      dns::Question question);

} // namespace waypost::domain
