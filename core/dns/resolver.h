// Resolver: one question in, one Answer out, exactly once, always (a deadline ends as Status::Timeout).
// Implementations: NetworkResolver (name servers), CachingResolver, RecordingResolver (keeps every answer for
// the store), ZoneResolver (tests). Thread rule: loop thread only.
#pragma once

#include "base/task.h"
#include "dns/answer.h"

#include <functional>
#include <memory>

namespace waypost::dns {

// An answer that many hold and nobody changes.
using AnswerPtr = std::shared_ptr<const Answer>;

class Resolver {
  public:
    using Done = std::move_only_function<void(Answer)>;
    virtual ~Resolver() = default;
    virtual void resolve(Question question, Done done) = 0;
    // The answer that can be given at once and without a copy, or null: then ask for it. The question in it
    // may be spelled in another case.
    virtual AnswerPtr known(const Question& question) {
        (void)question;
        return nullptr;
    }
    // As resolve(), for those who only read: what a cache holds is not copied. `done` never gets null.
    using SharedDone = std::move_only_function<void(AnswerPtr)>;
    virtual void share(Question question, SharedDone done) {
        auto take = [done = std::move(done)](Answer answer) mutable {
            done(std::make_shared<const Answer>(std::move(answer)));
        };
        resolve(std::move(question), std::move(take));
    }
};

// Answer a = co_await ask(resolver, question);
inline Task<Answer> ask(Resolver& resolver, Question question) {
    auto start = [&resolver, question](Resolver::Done done) { resolver.resolve(question, std::move(done)); };
    auto waiting = completion<Answer>(std::move(start));
    Answer answer = co_await waiting;
    co_return answer;
}

} // namespace waypost::dns
