// Printer: a thread that writes reports while the next ones are being made, in the order they were given.
// What is given to it may use the exit status of Globals: nobody else touches that until finish(). Thread
// rule: one thread gives. Failure: an exception in a job ends the program's work in finish(). Internal to
// cli/.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace waypost::cli {

class Printer {
  public:
    using Job = std::move_only_function<void()>;
    static constexpr size_t maxWaiting = 64; // then give() waits: a slow reader must not fill the memory

    Printer();
    ~Printer();
    Printer(const Printer&) = delete;
    Printer& operator=(const Printer&) = delete;

    void give(Job job);
    // Returns when all is written; throws what a job threw.
    void finish();

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    bool ending_ = false;
    std::exception_ptr thrown_;
    std::thread thread_; // last: it uses the others
};

} // namespace waypost::cli
