// EventQueue: what the engine has to say, until the window drains it. Bounded by merging: of one job only the
// newest progress is kept, of one change only one notice; answers are bounded by the questions asked. Thread
// rule: callable from any thread; the wake runs on the pushing thread, outside the lock.
#pragma once

#include "engine/values.h"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace waypost::engine {

class EventQueue {
  public:
    void onWake(std::function<void()> wake);
    void push(Event event);
    std::vector<Event> drain();

  private:
    bool merge(const Event& event);

    std::mutex mutex_;
    std::vector<Event> events_;
    std::shared_ptr<const std::function<void()>> wake_;
};

} // namespace waypost::engine
