// check_host() of RFC 7208, whole: mechanisms, macros, exp=, the limits of section 4.6.4, and a trace that
// says for each term what it became, what was asked, what was answered and what it cost.
//
// Pure over a resolver; every wait is a question to it. A failure of the DNS is temperror, never "no record".
// Thread rule: the resolver's.
#pragma once

#include "auth/spf_record.h"
#include "auth/spf_record_cache.h"
#include "base/clock.h"
#include "base/task.h"
#include "dns/resolver.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

enum class SpfResult { None, Neutral, Pass, Fail, SoftFail, TempError, PermError };
std::string_view spfResultName(SpfResult r); // as in Received-SPF: "softfail"

struct SpfRequest {
    net::IpAddress ip;    // an IPv4-mapped IPv6 address counts as IPv4
    std::string mailFrom; // empty: the HELO identity, as postmaster@helo
    std::string helo;
};

struct SpfOptions {
    int maxLookups = maxSpfLookups;         // terms that ask, section 4.6.4
    int maxVoidLookups = maxSpfVoidLookups; // terms with a query that had no record at all
    Millis timeLimit{20'000};               // then temperror; needs a clock
    const Clock* clock = nullptr;           // also gives %{t}
    std::string receiver = "unknown";       // %{r}
    bool trace = true;                      // keep steps and answers
    // Different questions of one check, the hosts of mx and ptr included; above it the check is a permerror.
    int maxQuestions = 50;
    SpfRecordCache* records = nullptr; // compiled records, shared by the checks of one thread; may be null
};

// One term as it was evaluated. Steps stand in the order of evaluation; those of an include or redirect
// follow its own step with a greater depth.
struct SpfStep {
    int depth = 0;
    std::string domain;          // whose record
    std::string term;            // as written; empty for the fetch of the record itself
    Span span;                   // in that record
    std::string expansion;       // the name asked about
    std::vector<size_t> answers; // into SpfCheck::answers
    int lookups = 0, voids = 0;  // running counts after the term, and after all that an include led to
    int cost = 0;                // lookups of the term and of all that it led to
    bool matched = false;
    std::optional<SpfResult> result; // what ended here: of an include, a redirect, or an error
    std::string note;                // one sentence when there is something to say
};

struct SpfCheck {
    SpfResult result = SpfResult::None;
    std::string explanation; // the text exp= led to; only with Fail, and at most maxSpfExplanation octets
    std::string reason;      // one sentence
    std::string domain;      // the checked domain
    std::string sender;      // local part and domain used for macros
    std::string matchedTerm; // as written
    int lookups = 0, voids = 0;
    std::vector<SpfStep> trace;
    std::vector<dns::AnswerPtr> answers; // none is null
};

inline constexpr size_t maxSpfExplanation = 512; // printable ASCII; the rest is cut

Task<SpfCheck> checkSpf(dns::Resolver& resolver, SpfRequest request, SpfOptions options);

} // namespace waypost::auth
