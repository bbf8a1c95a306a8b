#include "engine/event_queue.h"

namespace waypost::engine {

void EventQueue::onWake(std::function<void()> wake) {
    std::lock_guard lock(mutex_);
    wake_ = wake ? std::make_shared<const std::function<void()>>(std::move(wake)) : nullptr;
}

bool EventQueue::merge(const Event& event) {
    if (const auto* job = std::get_if<JobChanged>(&event)) {
        for (Event& e : events_) {
            auto* older = std::get_if<JobChanged>(&e);
            if (older && older->job.id == job->job.id) {
                older->job = job->job;
                return true;
            }
        }
    }
    if (const auto* data = std::get_if<DataChanged>(&event)) {
        for (Event& e : events_) {
            auto* older = std::get_if<DataChanged>(&e);
            if (older && older->what == data->what && older->object == data->object) return true;
        }
    }
    return false;
}

void EventQueue::push(Event event) {
    std::shared_ptr<const std::function<void()>> wake;
    {
        std::lock_guard lock(mutex_);
        const bool wasEmpty = events_.empty();
        if (!merge(event)) events_.push_back(std::move(event));
        // Who was woken and has not drained yet needs no second wake.
        if (wasEmpty) wake = wake_;
    }
    if (wake) (*wake)();
}

std::vector<Event> EventQueue::drain() {
    std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
}

} // namespace waypost::engine
