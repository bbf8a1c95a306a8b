// A record with its includes and its redirect replaced by the networks behind them, merged, and what that
// costs. Pure over a tree that was read before.
//
// Only what means the same is replaced. An include counts what passes there (RFC 7208 section 5.2), so one
// whose record refuses some addresses before it takes others, or that decides by a condition (ptr, exists,
// macros), stays as it is. The domain's own a and mx stay too: they change with its own hosts.
#pragma once

#include "auth/spf_tree.h"

#include <string>
#include <vector>

namespace waypost::auth {

struct SpfKeptTerm {
    std::string term;
    std::string why; // one sentence
};

struct SpfFlattened {
    std::string record;               // empty: not possible
    std::string why;                  // then: one sentence
    std::vector<std::string> strings; // the record as one TXT record holds it: pieces of at most 255 octets
    std::vector<SpfKeptTerm> kept;
    std::vector<std::string> copied; // domains whose networks stand in the record now
    size_t networks = 0;             // copied ones, merged
    int lookupsBefore = 0, lookupsAfter = 0;
    std::uint32_t shortestTtl = 0; // seconds; of what was copied: how soon it may be out of date
    std::string price;             // sentences: what changes unnoticed, size, how often to look
};

SpfFlattened flattenSpf(const SpfTree& tree);

// A record as the strings of one TXT record, cut behind a space where there is one.
std::vector<std::string> spfStrings(std::string_view record);

} // namespace waypost::auth
