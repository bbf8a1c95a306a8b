// An edited SPF record tried before it is published: the budget now and then, and which addresses gain or
// lose a pass. Pure over a resolver; nothing is published. The draft is parsed and evaluated exactly as a
// record that is fetched (RFC 7208). Thread rule: the resolver's.
#pragma once

#include "auth/spf_check.h"
#include "auth/spf_tree.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::auth {

// Answers TXT of one name with one record, at once, and asks upstream for everything else. `upstream` must
// outlive it. The answer says "draft" as its server.
class DraftResolver final : public dns::Resolver {
  public:
    DraftResolver(dns::Resolver& upstream, const std::string& domain, const std::string& record);
    void resolve(dns::Question question, Done done) override;
    dns::AnswerPtr known(const dns::Question& question) override;

  private:
    [[nodiscard]] bool isDraft(const dns::Question& question) const;
    dns::Resolver& upstream_;
    dns::AnswerPtr draft_;
};

struct SpfDraftRequest {
    std::string domain;
    std::string record; // the draft; empty: only the published record is evaluated
    std::vector<net::IpAddress> ips;
    std::string localPart = "postmaster"; // of MAIL FROM
    std::string helo;                     // empty: the domain itself
};

struct SpfDraftRow {
    net::IpAddress ip;
    SpfCheck now;
    std::optional<SpfCheck> then; // nothing without a draft
    [[nodiscard]] bool gains() const;
    [[nodiscard]] bool loses() const;
};

struct SpfDraft {
    std::string domain, record;
    SpfTree now;                      // of the published record
    std::optional<SpfTree> then;      // of the draft
    std::vector<SpfProblem> problems; // of the draft; with one it is a permerror
    std::vector<SpfDraftRow> rows;    // in the order of the addresses; only the first keeps its steps
};

// At most maxDraftAddresses are looked at; the rest is left out of the rows.
inline constexpr size_t maxDraftAddresses = 10'000;
Task<SpfDraft> trySpfDraft(dns::Resolver& resolver, SpfDraftRequest request, SpfOptions options);

} // namespace waypost::auth
