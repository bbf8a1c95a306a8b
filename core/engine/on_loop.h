// Runs a task on the loop and waits for its value on the query worker: for questions that need the network
// and are short. Whoever may take long starts a job instead. Internal to engine/.
//
// Every operation on the loop ends by its own deadline, so the wait ends; `limit` only bounds how long the
// screen waits. A task that is not done by then goes on alone and its value is dropped.
#pragma once

#include "base/task.h"
#include "engine/context.h"

#include <future>
#include <memory>

namespace waypost::engine {

// `make` is called on the loop thread, where resolver(c) may be used; what it makes must own what it needs.
template <class T>
Result<T> onLoop(Context& c, std::move_only_function<Task<T>()> make, Millis limit) {
    auto promise = std::make_shared<std::promise<T>>();
    auto future = promise->get_future();
    c.loop.post([make = std::move(make), promise]() mutable {
        start(make(), [promise](T value) { promise->set_value(std::move(value)); });
    });
    if (future.wait_for(limit) != std::future_status::ready)
        return fail(ErrorCode::Timeout, "lookup",
                    "The name servers did not answer in time; nothing is known. Try again.");
    return future.get();
}

} // namespace waypost::engine
