// Findings are data: resources/rules/findings.json says of each id how grave it is, the sentence for what was
// seen, what good looks like, what to publish, how to verify, and where it is written. The code emits ids
// with facts; the catalogue makes the words. Immutable after load.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::domain {

enum class Severity { Error, Warning, Note, Info };
std::string_view severityName(Severity s); // "error", "warning", "note", "info"

struct Finding {
    std::string id; // "spf-none"
    Severity severity = Severity::Info;
    std::string subject; // what it is about: a domain, "selector1._domainkey.example.org", an address
    std::string seen;    // one sentence
    std::vector<size_t> evidence;      // into DomainReport::evidence
    std::vector<size_t> conversations; // into DomainReport::conversations
    std::string good, fix, verify, section;
};

// Replaces {name} in the texts of a rule; a name without a fact stays as it is written.
using Facts = std::map<std::string, std::string>;

struct FindingRule {
    Severity severity = Severity::Info;
    std::string seen, good, fix, verify, section;
};

class FindingCatalogue {
  public:
    static Result<std::shared_ptr<const FindingCatalogue>> load(const std::filesystem::path& file);

    [[nodiscard]] const FindingRule* find(std::string_view id) const;
    [[nodiscard]] std::vector<std::string> ids() const;
    [[nodiscard]] const std::string& date() const { return date_; }

    [[nodiscard]] Finding make(std::string_view id, std::string subject, const Facts& facts,
                               std::vector<size_t> evidence) const;

  private:
    std::map<std::string, FindingRule, std::less<>> rules_;
    std::string date_;
};

// Every id the inspection can emit: the catalogue must have each of them, and no other.
const std::vector<std::string_view>& findingIds();

} // namespace waypost::domain
