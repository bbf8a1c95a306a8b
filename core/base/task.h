// Task<T>: a lazy coroutine. It starts when awaited, resumes its awaiter directly when it ends, and knows
// nothing of sockets: the evaluators that wait for answers (SPF, domain inspection) compile and test without
// the network module.
//
// Rules. Every operation that suspends completes exactly once (a deadline or a cancel completes it with an
// outcome), so a coroutine always runs to its end and no suspended frame is ever destroyed. One co_await per
// statement; its arguments are names; parameters are taken by value. Thread rule: a task resumes on the
// thread that completes what it waits for, which is the net::Loop thread for all I/O.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace waypost {

template <class T>
class [[nodiscard]] Task;

namespace detail {

struct FinalResume {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> h) noexcept {
        return h.promise().waiter ? h.promise().waiter : std::noop_coroutine();
    }
    void await_resume() noexcept {}
};

struct PromiseBase {
    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalResume final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
    std::coroutine_handle<> waiter;
    std::exception_ptr error;
};

template <class T>
struct Promise : PromiseBase {
    Task<T> get_return_object();
    void return_value(T v) { value.emplace(std::move(v)); }
    T take() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
    std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() {
        if (error) std::rethrow_exception(error);
    }
};

} // namespace detail

template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle h) : handle_(h) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (handle_) handle_.destroy();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
        handle_.promise().waiter = waiter;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

  private:
    Handle handle_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// Awaits one completion of a callback interface:
//   Answer a = co_await completion<Answer>([&](auto done) { resolver.resolve(q, std::move(done)); });
// The callback must be called exactly once, on the thread that awaits; calling it before `start` returns is
// allowed.
template <class T>
class Completion {
  public:
    using Done = std::move_only_function<void(T)>;
    explicit Completion(std::move_only_function<void(Done)> start) : start_(std::move(start)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> h) {
        auto start = std::move(start_);
        start([this, h](T value) {
            value_.emplace(std::move(value));
            if (suspended_) h.resume();
        });
        // Completed synchronously: go on without suspending.
        if (value_) return false;
        suspended_ = true;
        return true;
    }
    T await_resume() { return std::move(*value_); }

  private:
    std::move_only_function<void(Done)> start_;
    std::optional<T> value_;
    bool suspended_ = false;
};

template <class T>
Completion<T> completion(std::move_only_function<void(std::move_only_function<void(T)>)> start) {
    return Completion<T>(std::move(start));
}

namespace detail {

// A coroutine that owns itself: the root of every chain of tasks.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

template <class T, class Done>
Detached runDetached(Task<T> task, Done done) {
    if constexpr (std::is_void_v<T>) {
        co_await task;
        done();
    } else {
        T value = co_await task;
        done(std::move(value));
    }
}

} // namespace detail

// Starts the task now, on this thread; `done` gets its value when it ends. An exception that leaves the task
// here ends the program: a job catches its own.
template <class T, class Done>
void start(Task<T> task, Done done) {
    detail::runDetached(std::move(task), std::move(done));
}

// For tasks whose operations complete synchronously (tests, recorded answers): runs it and returns its value,
// or nothing when it is still waiting for something.
template <class T>
std::optional<T> runReady(Task<T> task) {
    auto slot = std::make_shared<std::optional<T>>();
    start(std::move(task), [slot](T value) { slot->emplace(std::move(value)); });
    return std::move(*slot);
}

} // namespace waypost
