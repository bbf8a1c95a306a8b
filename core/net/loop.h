// Loop: the one network thread. All sockets, timers and name lookups live on it; nothing here blocks.
// Boost.Asio is inside net/*.cpp and in no header. Thread rule: post(), stop() and onLoopThread() from any
// thread; everything else on the loop thread only.
#pragma once

#include "base/clock.h"
#include "base/task.h"

#include <functional>
#include <memory>

namespace waypost::net {

class Loop {
  public:
    Loop();
    ~Loop(); // stops and joins
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Runs the loop in a thread of its own until stop().
    void startThread();
    // Runs on the calling thread until `done` returns true (tests, the CLI).
    void runUntil(const std::function<bool()>& done);
    // Cancels all pending operations (they complete with IoStatus::Cancelled), then ends the thread.
    void stop();

    void post(std::move_only_function<void()> work);
    [[nodiscard]] bool onLoopThread() const;
    // A coroutine timer; ends early on stop().
    Task<void> sleep(Millis duration);

    // Runs the task on the loop thread and blocks the caller (not the loop thread) until it ends.
    template <class T>
    T runBlocking(std::move_only_function<Task<T>()> make);

    struct Impl; // for net/*.cpp and dns' transport
    [[nodiscard]] Impl& impl() { return *impl_; }
    [[nodiscard]] const std::shared_ptr<Impl>& share() const { return impl_; }

  private:
    void waitFor(std::move_only_function<void(std::move_only_function<void()>)> startWork);
    std::shared_ptr<Impl> impl_; // shared: sockets that outlive the loop object stay valid
};

template <class T>
T Loop::runBlocking(std::move_only_function<Task<T>()> make) {
    std::optional<T> result;
    waitFor([&](std::move_only_function<void()> finished) {
        start(make(), [&result, finished = std::move(finished)](T value) mutable {
            result.emplace(std::move(value));
            finished();
        });
    });
    return std::move(*result);
}

} // namespace waypost::net
