// Timer: calls back once on the loop thread, and tells when the loop stops. For callback-shaped code (the
// name server client); coroutines use Loop::sleep(). Loop thread only.
#pragma once

#include "net/loop.h"

#include <functional>
#include <memory>

namespace waypost::net {

class Timer {
  public:
    enum class Reason { Fired, LoopStopped };
    // LoopStopped comes once, armed or not; after it the timer never fires.
    Timer(Loop& loop, std::function<void(Reason)> call);
    ~Timer(); // nothing is called any more
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void arm(Millis after); // replaces an earlier arming
    void cancel();
    [[nodiscard]] bool armed() const;
    [[nodiscard]] bool loopStopped() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace waypost::net
