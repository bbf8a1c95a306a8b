// Where libspf2 and pyspf say something else than we do, and why: the notes of the differential test. Each
// class has the text of RFC 7208 it rests on and a fixture. Internal to tst_differential_spf.
#pragma once

#include "auth/spf_check.h"
#include "spf_cases.h"

#include <string>
#include <vector>

namespace waypost::test {

enum class Peer { Libspf2, Pyspf };

struct PeerVerdict {
    std::string result, explanation;
    std::string error; // its own words, when it gives any
};

struct Disagreement {
    const char* name;                        // what the peers do, as a sentence
    const char* why;                         // what the RFC says
    const char *zone, *ip, *mailFrom, *ours; // the fixture; ours as "fail: explanation"
};

const std::vector<Disagreement>& disagreements();
// The class a disagreement belongs to, or null.
const Disagreement* explained(Peer peer, const SpfCase& c, const auth::SpfCheck& ours,
                              const PeerVerdict& theirs);

} // namespace waypost::test
