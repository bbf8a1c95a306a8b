#include "net/loop.h"

#include "net/asio_detail.h"

#include <condition_variable>

namespace waypost::net {

void Loop::Impl::postCounted(std::move_only_function<void()> call) {
    {
        std::lock_guard lock(mutex);
        ++pendingPosts;
    }
    auto handler = [this, call = std::move(call)]() mutable {
        {
            std::lock_guard lock(mutex);
            --pendingPosts;
        }
        call();
    };
    asio::post(io, std::move(handler));
}

void Loop::Impl::beginStop() {
    if (stopping) return;
    stopping = true;
    while (!members.empty()) {
        LoopMember* member = *members.begin();
        members.erase(members.begin());
        member->loopStopping();
    }
    std::lock_guard lock(mutex);
    work.reset();
}

void Loop::Impl::runThread() {
    loopThread = std::this_thread::get_id();
    for (;;) {
        io.run();
        std::lock_guard lock(mutex);
        if (stopRequested && pendingPosts == 0) {
            running = false;
            break;
        }
        io.restart();
    }
    loopThread = std::thread::id{};
}

void Loop::Impl::drain() {
    auto before = loopThread.exchange(std::this_thread::get_id());
    beginStop();
    io.restart();
    io.run();
    loopThread = before;
}

Loop::Loop() : impl_(std::make_shared<Impl>()) {}

Loop::~Loop() {
    stop();
    impl_->drain();
}

void Loop::startThread() {
    Impl& in = *impl_;
    {
        std::lock_guard lock(in.mutex);
        if (in.running || in.stopRequested) return;
        in.running = true;
        in.work.emplace(in.io.get_executor());
    }
    in.thread = std::thread([&in] { in.runThread(); });
}

void Loop::runUntil(const std::function<bool()>& done) {
    Impl& in = *impl_;
    {
        std::lock_guard lock(in.mutex);
        in.running = true;
        if (!in.stopRequested) in.work.emplace(in.io.get_executor());
    }
    auto before = in.loopThread.exchange(std::this_thread::get_id());
    in.io.restart();
    while (!done()) {
        if (in.io.run_one() > 0) continue;
        // Out of work: only after stop(). A post that slipped in between is run by another round.
        std::lock_guard lock(in.mutex);
        if (in.pendingPosts == 0) break;
        in.io.restart();
    }
    in.loopThread = before;
    std::lock_guard lock(in.mutex);
    in.running = false;
    in.work.reset();
}

void Loop::stop() {
    Impl& in = *impl_;
    bool first = false;
    bool running = false;
    {
        std::lock_guard lock(in.mutex);
        first = !in.stopRequested;
        in.stopRequested = true;
        running = in.running;
        if (first && running && !onLoopThread()) {
            ++in.pendingPosts;
            asio::post(in.io, [&in] {
                {
                    std::lock_guard inner(in.mutex);
                    --in.pendingPosts;
                }
                in.beginStop();
            });
        }
    }
    if (onLoopThread()) {
        in.beginStop();
        return; // the thread is joined by the destructor
    }
    if (first && !running) in.drain();
    std::lock_guard lock(in.joining);
    if (in.thread.joinable()) in.thread.join();
}

void Loop::post(std::move_only_function<void()> work) {
    impl_->postCounted(std::move(work));
}

bool Loop::onLoopThread() const {
    return impl_->loopThread.load() == std::this_thread::get_id();
}

namespace {

struct SleepState : LoopMember, std::enable_shared_from_this<SleepState> {
    explicit SleepState(Loop::Impl& in) : loop(in), timer(in.io) {}
    ~SleepState() override { loop.members.erase(this); }
    void loopStopping() override { timer.cancel(); }

    Loop::Impl& loop;
    asio::steady_timer timer;
};

} // namespace

Task<void> Loop::sleep(Millis duration) {
    auto begin = [this, duration](std::move_only_function<void(bool)> done) {
        Impl& in = *impl_;
        if (in.stopping) return done(false);
        auto state = std::make_shared<SleepState>(in);
        in.members.insert(state.get());
        state->timer.expires_after(duration);
        state->timer.async_wait(
            [state, done = std::move(done)](const ErrorCodeSystem& error) mutable { done(!error); });
    };
    auto waiting = completion<bool>(std::move(begin));
    co_await waiting;
}

void Loop::waitFor(std::move_only_function<void(std::move_only_function<void()>)> startWork) {
    Impl& in = *impl_;
    bool threaded = false;
    std::mutex mutex;
    std::condition_variable changed;
    bool finished = false;
    auto finish = [&] {
        std::lock_guard lock(mutex);
        finished = true;
        changed.notify_one();
    };
    auto work = [&] { startWork(finish); };
    {
        // Under the lock: a thread that counts this post does not end before it has run it.
        std::lock_guard lock(in.mutex);
        threaded = in.running;
        ++in.pendingPosts;
        asio::post(in.io, [&in, &work] {
            {
                std::lock_guard inner(in.mutex);
                --in.pendingPosts;
            }
            work();
        });
    }
    if (!threaded) return runUntil([&] { return finished; });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return finished; });
}

} // namespace waypost::net
