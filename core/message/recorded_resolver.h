// RecordedResolver: answers from recorded answers alone, at once. A question that was never asked then is
// Status::Unreachable with a sentence, never "no such name". Any thread that owns it.
#pragma once

#include "dns/names.h"
#include "dns/resolver.h"

#include <map>
#include <vector>

namespace waypost::message {

class RecordedResolver final : public dns::Resolver {
  public:
    // Of several answers to one question the first counts.
    explicit RecordedResolver(const std::vector<dns::Answer>& answers) {
        for (const auto& a : answers) known_.emplace(key(a.question), a);
    }

    void resolve(dns::Question question, Done done) override {
        if (auto found = known_.find(key(question)); found != known_.end()) return done(found->second);
        dns::Answer none;
        none.question = question;
        none.status = dns::Status::Unreachable;
        none.text = "This question is not among the recorded answers.";
        none.transport = dns::Transport::Recorded;
        missing_.push_back(std::move(question));
        done(std::move(none));
    }

    // What was asked and not recorded, in order.
    [[nodiscard]] const std::vector<dns::Question>& missing() const { return missing_; }

  private:
    static dns::Question key(const dns::Question& q) { return {dns::normalName(q.name), q.type}; }

    std::map<dns::Question, dns::Answer> known_;
    std::vector<dns::Question> missing_;
};

} // namespace waypost::message
