// What mailbox providers ask of senders, as data (resources/rules/requirements.json), held against what is
// known of a domain: its inspection, messages that were checked, replies that were received. Each is met, not
// met, or cannot be known from here, with what was seen; what could not be looked up is never "not met".
//
// Pure; the catalogue is immutable after load. Failure: Error for a file that is not of the form.
#pragma once

#include "base/result.h"
#include "domain/report.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::domain {

struct Requirement {
    std::string id;                 // "gmail-bulk-dkim"
    std::string provider, name;     // id in providers.json, and for people
    std::string who, text;          // whom it concerns; what is asked, one sentence
    std::string check;              // what decides it: one of requirementChecks()
    std::string source;             // where the provider says so, and of when
    std::string reply;              // what a violation earns; may be empty
    std::vector<std::string> codes; // enhanced status codes that tell of a violation
    int minimum = 0;                // of dkim-bits
};

class RequirementCatalogue {
  public:
    static Result<std::shared_ptr<const RequirementCatalogue>> load(const std::filesystem::path& file);
    [[nodiscard]] const std::vector<Requirement>& all() const { return requirements_; }
    [[nodiscard]] const std::string& date() const { return date_; }

  private:
    std::vector<Requirement> requirements_;
    std::string date_;
};

// Names of the checks a requirement can map to.
const std::vector<std::string_view>& requirementChecks();

// What a check of one message of the domain found; nothing: that was not known.
struct MessageFacts {
    UtcTime at;
    std::string title;
    std::optional<bool> spf, dkim, dmarc, oneClick, format;
};

// Replies of a provider that carry a code, to any mail of the workspace.
struct ReplyFacts {
    std::string provider, code, sample;
    std::uint64_t events = 0;
    UtcTime lastSeen;
};

struct RequirementInput {
    const DomainReport& report;
    std::vector<MessageFacts> messages; // newest first
    std::vector<ReplyFacts> replies;
};

enum class RequirementState { Met, NotMet, CannotKnow };
std::string_view requirementStateName(RequirementState s); // "met", "not met", "cannot know from here"

struct RequirementVerdict {
    RequirementState state = RequirementState::CannotKnow;
    std::string evidence;         // what was seen, or why it cannot be known
    std::optional<size_t> answer; // into DomainReport::evidence
};

RequirementVerdict judge(const Requirement& requirement, const RequirementInput& input);

} // namespace waypost::domain
