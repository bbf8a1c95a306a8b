#include "cli/printer.h"

#include <utility>

namespace waypost::cli {

Printer::Printer() : thread_([this] { run(); }) {}

Printer::~Printer() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Printer::give(Job job) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return jobs_.size() < maxWaiting || thrown_; });
    if (thrown_) return; // told by finish()
    jobs_.push_back(std::move(job));
    lock.unlock();
    changed_.notify_all();
}

void Printer::finish() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Printer::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        changed_.notify_all();
        std::exception_ptr thrown;
        try {
            job();
        } catch (...) {
            thrown = std::current_exception();
        }
        job = nullptr;
        lock.lock();
        if (!thrown) continue;
        thrown_ = thrown;
        jobs_.clear();
        changed_.notify_all();
        return;
    }
}

} // namespace waypost::cli
