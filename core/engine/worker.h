// Worker: one thread that runs closures in order. The destructor finishes what runs and drops what waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace waypost::engine {

class Worker {
  public:
    using Work = std::move_only_function<void(std::stop_token)>;
    Worker();
    ~Worker();
    void post(Work work);

  private:
    void loop(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Work> waiting_;
    std::jthread thread_; // last: started when the rest is there
};

} // namespace waypost::engine
