#include "net/timer.h"

#include "net/asio_detail.h"

namespace waypost::net {

struct Timer::State : LoopMember, std::enable_shared_from_this<State> {
    State(std::shared_ptr<Loop::Impl> in, std::function<void(Reason)> f)
        : loop(std::move(in)), timer(loop->io), call(std::move(f)) {}

    void loopStopping() override {
        stopped = true;
        disarm();
        asio::post(loop->io, [self = shared_from_this()] {
            if (self->call) self->call(Reason::LoopStopped);
        });
    }
    void disarm() {
        armed = false;
        ++generation;
        timer.cancel();
    }
    void arm(Millis after) {
        if (stopped) return;
        armed = true;
        auto mine = ++generation;
        timer.expires_after(after);
        timer.async_wait([self = shared_from_this(), mine](const ErrorCodeSystem& error) {
            if (error || mine != self->generation || !self->call) return;
            self->armed = false;
            self->call(Reason::Fired);
        });
    }

    std::shared_ptr<Loop::Impl> loop;
    asio::steady_timer timer;
    std::function<void(Reason)> call;
    std::uint64_t generation = 0;
    bool armed = false;
    bool stopped = false;
};

Timer::Timer(Loop& loop, std::function<void(Reason)> call)
    : state_(std::make_shared<State>(loop.share(), std::move(call))) {
    if (loop.impl().stopping)
        state_->stopped = true;
    else
        loop.impl().members.insert(state_.get());
}

Timer::~Timer() {
    state_->loop->members.erase(state_.get());
    state_->disarm();
    state_->call = nullptr;
}

void Timer::arm(Millis after) {
    state_->arm(after);
}
void Timer::cancel() {
    state_->disarm();
}
bool Timer::armed() const {
    return state_->armed;
}
bool Timer::loopStopped() const {
    return state_->stopped;
}

} // namespace waypost::net
