// The static reading of an SPF record: what it includes, what each part costs and authorises, whatever the
// client. Pure over a resolver. What depends on the message (macros) is called dynamic and is not followed.
//
// Cost is the worst case: every term that asks counts, also those an earlier match would save (RFC 7208
// section 4.6.4 counts only what is reached; the worst case is what an unlisted client meets).
#pragma once

#include "auth/spf_networks.h"
#include "auth/spf_record.h"
#include "base/task.h"
#include "dns/resolver.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxTreeNodes = 64;    // records fetched
inline constexpr size_t maxTreeQueries = 400; // then the rest is "not looked at"

struct SpfTreeTerm {
    SpfTerm term;
    std::string written;
    std::string target; // the name asked; empty for all, ip4, ip6 and dynamic terms
    int cost = 0;       // of the term and all below it
    int voids = 0;      // terms that lead to nothing, here and below
    std::vector<IpNetwork>
        networks;                 // what it matches, here and below, merged; of an include: what passes there
    std::uint64_t addresses4 = 0; // IPv4 addresses in them
    std::uint64_t networks6 = 0;  // IPv6 networks in them
    bool dynamic = false;         // says something else per message
    bool unreachable = false;     // stands after all, or is a redirect beside all
    bool duplicate = false;       // what it lists was listed before
    bool couldNotLook = false;    // a question got no definite answer
    std::optional<size_t> child;  // into SpfTree::nodes
    std::vector<size_t> answers;  // into SpfTree::answers
    std::string note;
};

struct SpfTreeNode {
    enum class State { Record, NoRecord, Several, CouldNotLook, Loop, NotFollowed };
    std::string domain;
    State state = State::NotFollowed;
    int depth = 0;
    size_t answer = SIZE_MAX; // of the record; SIZE_MAX when nothing was asked
    std::optional<SpfRecord> record;
    std::vector<std::string> all; // every SPF record there, when there are several
    std::vector<SpfTreeTerm> terms;
    int cost = 0, voids = 0;
    // What the record lets pass, merged: each address counts once. An upper bound, for a term before it may
    // refuse some of them; what depends on the message is not in it.
    std::vector<IpNetwork> networks;
    std::uint64_t addresses4 = 0, networks6 = 0;
    [[nodiscard]] int headroom() const { return maxSpfLookups - cost; } // below zero: too many
};

struct SpfTree {
    std::vector<SpfTreeNode> nodes; // the first is the domain itself
    std::vector<dns::Answer> answers;
    bool couldNotLook = false; // somewhere: the sums are lower bounds
    bool dynamic = false;      // somewhere
    bool loop = false;
    bool broken = false; // a record in the tree has a fault, or an include leads to no single record

    [[nodiscard]] const SpfTreeNode& root() const { return nodes.front(); }
};

Task<SpfTree> readSpfTree(dns::Resolver& resolver, std::string domain);
// The tree of a record that is not published: as if `record` stood at `domain`.
Task<SpfTree> readSpfTreeOf(dns::Resolver& resolver, std::string domain, std::string record);

} // namespace waypost::auth
