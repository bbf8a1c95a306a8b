#include "engine/worker.h"

namespace waypost::engine {

Worker::Worker() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}

Worker::~Worker() {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
}

void Worker::post(Work work) {
    {
        std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(work));
    }
    wake_.notify_one();
}

void Worker::loop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        Work work;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
            work = std::move(waiting_.front());
            waiting_.pop_front();
        }
        work(stop);
    }
}

} // namespace waypost::engine
