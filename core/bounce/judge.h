// What a failed recipient means: the classifier judges the words; where they say nothing, the status code
// decides. Category and permanence are two questions. Any thread.
#pragma once

#include "bounce/report.h"
#include "reply/classifier.h"
#include "reply/providers.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace waypost::bounce {

// Verdicts of wordings that were asked before: a mailbox of bounces says the same few things, and each is
// classified once. Bounded; any thread.
class VerdictMemory {
  public:
    static constexpr size_t maxVerdicts = 8192;
    [[nodiscard]] std::optional<reply::Verdict> find(const std::string& key) const;
    void keep(std::string key, const reply::Verdict& verdict);

  private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, reply::Verdict> verdicts_;
};

struct Judge {
    const reply::Classifier* classifier = nullptr; // null: the status codes alone decide
    const reply::ProviderMap* providers = nullptr; // may be null
    std::shared_ptr<VerdictMemory> memory = std::make_shared<VerdictMemory>();

    // What the diagnostic means. Asks the classifier once.
    [[nodiscard]] reply::Verdict ask(const Recipient& r, std::string_view reportingMta) const;
    // True when the verdict rests on a code alone, or on nothing.
    [[nodiscard]] static bool isVague(const reply::Verdict& v);
    // Fills category, cause, permanence, advice and rule from action, status, code and `first`. `more` are
    // further words about the recipient, asked when `first` is vague; may be empty.
    void judge(Recipient& r, std::string_view reportingMta, const reply::Verdict& first,
               std::string_view more) const;
    void judge(Recipient& r, std::string_view reportingMta, std::string_view more) const {
        judge(r, reportingMta, ask(r, reportingMta), more);
    }

  private:
    [[nodiscard]] reply::Verdict classify(const Recipient& r, std::string_view reportingMta,
                                          std::string_view words, std::string_view status) const;
};

} // namespace waypost::bounce
