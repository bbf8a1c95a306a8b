// OnceResolver: one judgement asks each question once and keeps every answer, in the order they came. All
// parts of the judgement so rest on the same answers. Loop thread only; must outlive what it was asked.
#pragma once

#include "dns/names.h"
#include "dns/resolver.h"

#include <map>
#include <memory>

namespace waypost::dns {

class OnceResolver final : public Resolver {
  public:
    explicit OnceResolver(Resolver& upstream) : upstream_(upstream), kept_(std::make_shared<Kept>()) {}

    void resolve(Question question, Done done) override {
        const Question key{normalName(question.name), question.type};
        if (auto known = kept_->places.find(key); known != kept_->places.end())
            return done(kept_->answers[known->second]);
        upstream_.resolve(std::move(question),
                          [kept = kept_, key, done = std::move(done)](Answer answer) mutable {
                              if (kept->places.emplace(key, kept->answers.size()).second)
                                  kept->answers.push_back(answer);
                              done(std::move(answer));
                          });
    }

    [[nodiscard]] const std::vector<Answer>& answers() const { return kept_->answers; }

  private:
    struct Kept {
        std::map<Question, size_t> places;
        std::vector<Answer> answers;
    };
    Resolver& upstream_;
    std::shared_ptr<Kept> kept_;
};

} // namespace waypost::dns
