// Resolver: one question in, one Answer out, exactly once, always (a deadline ends as Status::Timeout).
// Implementations: NetworkResolver (name servers), CachingResolver, RecordingResolver (keeps every answer for
// the store), ZoneResolver (tests). Thread rule: loop thread only.
#pragma once

#include "base/task.h"
#include "dns/answer.h"

#include <functional>

namespace waypost::dns {

class Resolver {
  public:
    using Done = std::move_only_function<void(Answer)>;
    virtual ~Resolver() = default;
    virtual void resolve(Question question, Done done) = 0;
};

// Answer a = co_await ask(resolver, question);
inline Task<Answer> ask(Resolver& resolver, Question question) {
    auto start = [&resolver, question](Resolver::Done done) { resolver.resolve(question, std::move(done)); };
    auto waiting = completion<Answer>(std::move(start));
    Answer answer = co_await waiting;
    co_return answer;
}

} // namespace waypost::dns
