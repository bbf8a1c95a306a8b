// Runs tasks side by side, at most `limit` at a time, and completes when all have ended. Thread rule: the
// resolver's; nothing here starts a thread.
#pragma once

#include "base/task.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace waypost::domain {

class Gather {
  public:
    using Done = std::move_only_function<void(bool)>;

    static void run(std::vector<Task<void>> tasks, size_t limit, Done done) {
        auto state = std::make_shared<State>();
        state->tasks = std::move(tasks);
        state->limit = limit == 0 ? 1 : limit;
        state->done = std::move(done);
        pump(state);
    }

  private:
    struct State {
        std::vector<Task<void>> tasks;
        size_t next = 0, running = 0, limit = 1;
        bool pumping = false;
        Done done;
    };

    static void pump(std::shared_ptr<State> s) {
        // A task that ends before start() returns comes back here through its callback.
        if (s->pumping) return;
        s->pumping = true;
        while (s->next < s->tasks.size() && s->running < s->limit) {
            ++s->running;
            Task<void> task = std::move(s->tasks[s->next++]);
            waypost::start(std::move(task), [s] {
                --s->running;
                pump(s);
            });
        }
        s->pumping = false;
        if (s->running == 0 && s->next == s->tasks.size() && s->done) {
            auto done = std::move(s->done);
            s->done = nullptr;
            done(true);
        }
    }
};

inline Task<void> gather(std::vector<Task<void>> tasks, size_t limit) {
    auto begin = [&tasks, limit](Gather::Done done) {
        Gather::run(std::move(tasks), limit, std::move(done));
    };
    auto waiting = completion<bool>(std::move(begin));
    (void)co_await waiting;
}

} // namespace waypost::domain
