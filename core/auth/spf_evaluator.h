// The evaluator behind checkSpf(). Private to auth. It lives in the frame of checkSpf() for one check.
#pragma once

#include "auth/spf_check.h"

#include <expected>

namespace waypost::auth {

// A result that ends the whole check, with its sentence.
struct SpfStop {
    SpfResult result;
    std::string reason;
};
using SpfMatch = std::expected<bool, SpfStop>;

class SpfEvaluator {
  public:
    SpfEvaluator(dns::Resolver& resolver, SpfRequest request, SpfOptions options);

    Task<void> run();
    SpfCheck out;

  private:
    struct Verdict {
        Verdict() = default;
        Verdict(SpfResult r, std::string why) : result(r), reason(std::move(why)) {}
        SpfResult result = SpfResult::None;
        std::string reason;
        std::string term;
        std::string expTarget; // expansion of exp=, for Fail
        bool hasExp = false;
    };
    struct Fetched {
        std::optional<SpfRecord> record;
        Verdict verdict; // when there is none
    };

    Task<Verdict> evaluate(std::string domain, int depth);
    Task<Fetched> fetchRecord(std::string domain, int depth);
    Task<SpfMatch> matchTerm(SpfTerm term, std::string written, std::string domain, int depth);
    Task<SpfMatch> matchByAsking(SpfTerm term, std::string domain, size_t step, int depth);
    Task<SpfMatch> matchInclude(std::string target, size_t step, int depth);
    Task<SpfMatch> matchA(SpfTerm term, std::string target, size_t step);
    Task<SpfMatch> matchMx(SpfTerm term, std::string target, size_t step);
    Task<SpfMatch> matchPtr(std::string target, size_t step);
    Task<SpfMatch> matchExists(std::string target, size_t step);
    Task<Verdict> follow(SpfTerm term, std::string domain, int depth);
    Task<void> explain(Verdict verdict, std::string domain);

    // The names that lead back to the client (section 5.5), found once; errors leave names out.
    Task<std::vector<std::string>> validatedNames(std::string only, size_t step);
    Task<std::string> validatedName(std::string domain, size_t step);
    Task<std::string> expandFor(MacroString macro, std::string domain, size_t step);
    // Asks; `step` gets the answer.
    Task<dns::Answer> ask(std::string name, dns::RecordType type, size_t step);

    [[nodiscard]] bool addressMatches(const dns::Answer& answer, const SpfTerm& term) const;
    [[nodiscard]] bool outOfTime() const;
    std::optional<SpfStop> countLookup(size_t step);
    // Counts the term once, however many of its queries were void.
    std::optional<SpfStop> countVoid(size_t step);
    size_t newStep(int depth, const std::string& domain, const SpfTerm* term, const std::string& written);
    SpfStep* stepAt(size_t index);
    void note(size_t step, std::string sentence);

    dns::Resolver& resolver_;
    SpfRequest request_;
    SpfOptions options_;
    MacroValues values_;
    Millis started_{0};
    size_t voidStep_ = SIZE_MAX; // the step whose void is already counted
    size_t steps_ = 0;
    std::optional<dns::Answer> pointers_; // the PTR answer for the client
};

} // namespace waypost::auth
