#include "net/dialer.h"

#include "net/stream_state.h"

#include <fmt/format.h>

namespace waypost::net {

namespace {

struct Dialing final : LoopMember, std::enable_shared_from_this<Dialing> {
    explicit Dialing(std::shared_ptr<Loop::Impl> in)
        : loop(std::move(in)), socket(loop->io), timer(loop->io) {}
    ~Dialing() override { loop->members.erase(this); }

    void loopStopping() override { cancel(IoStatus::Cancelled); }
    void cancel(IoStatus why) {
        if (ended) return;
        reason = why;
        ErrorCodeSystem ignored;
        socket.close(ignored);
        timer.cancel();
    }
    // Sets the outcome's text when the socket cannot be prepared.
    bool prepare(const DialRequest& request);
    void connect(const DialRequest& request, std::move_only_function<void(DialOutcome)> done);
    DialOutcome outcome(const ErrorCodeSystem& error, const DialRequest& request);

    std::shared_ptr<Loop::Impl> loop;
    tcp::socket socket;
    asio::steady_timer timer;
    std::optional<IoStatus> reason;
    std::string refusal;
    bool ended = false;
};

bool Dialing::prepare(const DialRequest& request) {
    ErrorCodeSystem error;
    socket.open(request.to.ip.isV4() ? tcp::v4() : tcp::v6(), error);
    if (error) {
        refusal = fmt::format("no socket could be opened: {}", error.message());
        return false;
    }
    if (!request.from) return true;
    if (request.from->isV4() != request.to.ip.isV4()) {
        refusal = fmt::format("source address {} and target {} are of different families",
                              request.from->toString(), request.to.ip.toString());
        return false;
    }
    socket.bind(tcp::endpoint(toAsio(*request.from), 0), error);
    if (error)
        refusal =
            fmt::format("source address {} cannot be used: {}", request.from->toString(), error.message());
    return !error;
}

DialOutcome Dialing::outcome(const ErrorCodeSystem& error, const DialRequest& request) {
    DialOutcome out;
    if (!error && !reason) {
        out.stream = makeStream(loop, std::move(socket));
        return out;
    }
    if (reason == IoStatus::Timeout) {
        out.status = IoStatus::Timeout;
        out.text = fmt::format("no connection within {} ms", request.deadline.count());
    } else if (reason) {
        out.status = IoStatus::Cancelled;
        out.text = "the connection attempt was cancelled";
    } else {
        out.status = statusOf(error);
        out.text = error.message();
    }
    return out;
}

void Dialing::connect(const DialRequest& request, std::move_only_function<void(DialOutcome)> done) {
    loop->members.insert(this);
    timer.expires_after(request.deadline);
    timer.async_wait([self = shared_from_this()](const ErrorCodeSystem& error) {
        if (!error) self->cancel(IoStatus::Timeout);
    });
    auto connected = [self = shared_from_this(), request,
                      done = std::move(done)](const ErrorCodeSystem& error) mutable {
        self->ended = true;
        self->timer.cancel();
        DialOutcome out = self->outcome(error, request);
        done(std::move(out));
    };
    socket.async_connect(toAsio(request.to), std::move(connected));
}

std::optional<DialOutcome> refuse(Loop::Impl& loop, const DialRequest& request) {
    DialOutcome out;
    if (loop.stopping) {
        out.status = IoStatus::Cancelled;
        out.text = "the network loop has stopped";
        return out;
    }
    if (guard::allowed(request.to.ip)) return std::nullopt;
    guard::countStopped();
    out.status = IoStatus::Forbidden;
    out.text = fmt::format("{} is not a loopback address, and only loopback is allowed here",
                           request.to.ip.toString());
    return out;
}

} // namespace

Task<DialOutcome> TcpDialer::dial(DialRequest request) {
    auto begun = std::chrono::steady_clock::now();
    auto share = loop_.share();
    if (auto refused = refuse(*share, request)) co_return std::move(*refused);
    DialOutcome out;
    auto dialing = std::make_shared<Dialing>(share);
    if (!dialing->prepare(request)) {
        out.status = IoStatus::Other;
        out.text = dialing->refusal;
        co_return out;
    }
    auto begin = [&dialing, &request](std::move_only_function<void(DialOutcome)> done) {
        dialing->connect(request, std::move(done));
    };
    auto waiting = completion<DialOutcome>(std::move(begin));
    out = co_await waiting;
    out.took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun);
    co_return out;
}

} // namespace waypost::net
