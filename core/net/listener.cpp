#include "net/stream_state.h"

#include <fmt/format.h>

namespace waypost::net {

namespace {

// After an accept that failed for want of descriptors or memory.
constexpr Millis acceptPause{50};

struct Accepting final : LoopMember, std::enable_shared_from_this<Accepting> {
    Accepting(std::shared_ptr<Loop::Impl> in, Listener::Accepted f)
        : loop(std::move(in)), acceptor(loop->io), pause(loop->io), accepted(std::move(f)) {}
    ~Accepting() override { loop->members.erase(this); }

    void loopStopping() override { close(); }
    void close() {
        ErrorCodeSystem ignored;
        acceptor.close(ignored);
        pause.cancel();
        closed = true;
    }
    void next() {
        acceptor.async_accept([self = shared_from_this()](const ErrorCodeSystem& error, tcp::socket socket) {
            self->arrived(error, std::move(socket));
        });
    }
    void arrived(const ErrorCodeSystem& error, tcp::socket socket) {
        if (closed) return;
        if (!error) {
            // The callback may close this listener.
            accepted(makeStream(loop, std::move(socket)));
            if (!closed) next();
            return;
        }
        pause.expires_after(acceptPause);
        pause.async_wait([self = shared_from_this()](const ErrorCodeSystem&) {
            if (!self->closed) self->next();
        });
    }

    std::shared_ptr<Loop::Impl> loop;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    Listener::Accepted accepted;
    bool closed = false;
};

class TcpListener final : public Listener {
  public:
    TcpListener(std::shared_ptr<Accepting> state, Endpoint at) : state_(std::move(state)), at_(at) {}
    ~TcpListener() override { state_->close(); }
    [[nodiscard]] Endpoint endpoint() const override { return at_; }

  private:
    std::shared_ptr<Accepting> state_;
    Endpoint at_;
};

} // namespace

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, Endpoint at, Accepted accepted) {
    if (!at.ip.isLoopback())
        return fail(
            ErrorCode::Refused, "listen",
            fmt::format("{} is not a loopback address; listeners are for loopback only.", at.toString()));
    if (loop.impl().stopping) return fail(ErrorCode::Cancelled, "listen", "The network loop has stopped.");
    auto state = std::make_shared<Accepting>(loop.share(), std::move(accepted));
    auto where = toAsio(at);
    ErrorCodeSystem error;
    state->acceptor.open(where.protocol(), error);
    if (!error) state->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) state->acceptor.bind(where, error);
    if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail(ErrorCode::Io, "listen",
                    fmt::format("Cannot listen on {}: {}.", at.toString(), error.message()));
    auto bound = state->acceptor.local_endpoint();
    loop.impl().members.insert(state.get());
    state->next();
    return std::make_unique<TcpListener>(std::move(state), fromAsio(bound.address(), bound.port()));
}

} // namespace waypost::net
