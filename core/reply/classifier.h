// Classifier: what a reply means. Rules are data (resources/rules/replies.json): ordered, provider block by
// MX first, then generic; each with id, version, source and at least one sample. The verdict names the rule
// and the matched span, or abstains (Category::Unclassified). Thread rule: immutable after load; classify()
// from any thread.
#pragma once

#include "base/result.h"
#include "reply/event.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reply {

struct ReplyText {
    std::string_view text;     // full reply, lines joined by LF; may start with the code
    std::int32_t code = 0;     // 0: taken from the text if it starts with one
    std::string_view enhanced; // empty: taken from the text
    std::string_view provider; // provider id or empty
    std::string_view mx;       // MX host or empty; used for the provider when that is empty
    Stage stage = Stage::Unknown;
};

struct Verdict {
    Category category = Category::Unclassified;
    Cause cause = Cause::Unknown;
    Permanence permanence = Permanence::None;
    std::string action;
    std::string rule; // empty: abstained
    int ruleVersion = 0;
    int spanStart = 0, spanLength = 0;
    std::string templateKey;  // stable hash key of the normalised text
    std::string templateText; // normalised text with <placeholders>
    std::string list;         // block list the reply names (named_list.h), empty: none
};

struct RuleSummary {
    std::string id, file, source, category, action;
    int version = 0;
    bool fromUser = false;
};

class Classifier {
  public:
    // `shipped` is the rule pack: the folder resources/rules (with replies/ and providers.json), a folder of
    // rule files, or one rule file; a providers.json in or beside it says which provider an MX belongs to.
    // `user` (may be empty) is a file or folder of rules that win over it; one with the id of a shipped rule
    // replaces that rule.
    static Result<std::shared_ptr<const Classifier>> load(const std::filesystem::path& shipped,
                                                          const std::filesystem::path& user = {});
    virtual ~Classifier() = default;
    [[nodiscard]] virtual Verdict classify(const ReplyText& reply) const = 0;
    [[nodiscard]] virtual size_t ruleCount() const = 0;
    // Ids of the other rules that would have decided too, in the order they would have been tried.
    [[nodiscard]] virtual std::vector<std::string> competing(const ReplyText& reply) const = 0;
    // How often a prefilter automaton gave up and every rule was tried one by one.
    [[nodiscard]] virtual std::uint64_t prefilterFailures() const = 0;
    // Id, version and whether it is the operator's, of every rule in the order they are tried.
    [[nodiscard]] virtual std::vector<RuleSummary> rules() const = 0;
    // Every sample of every rule must classify as its rule says; one sentence for each that does not.
    [[nodiscard]] virtual std::vector<std::string> validate() const = 0;
};

} // namespace waypost::reply
