#include "net/asio_detail.h"
#include "net/listener.h"

#include <fmt/format.h>

#include <deque>

namespace waypost::net {

namespace {

constexpr int socketBuffer = 4 * 1024 * 1024; // the kernel gives what its limit allows
constexpr int datagramsPerTurn = 64;          // then the others have their turn
constexpr size_t maxDatagram = 65'535;
constexpr size_t maxQueued = 4096; // answers waiting for a full send buffer; more are dropped, as UDP does

struct Receiving final : LoopMember, std::enable_shared_from_this<Receiving> {
    Receiving(std::shared_ptr<Loop::Impl> in, UdpServer::Datagram f)
        : loop(std::move(in)), socket(loop->io), received(std::move(f)), buffer(maxDatagram) {}
    ~Receiving() override { loop->members.erase(this); }

    void loopStopping() override { close(); }
    void close() {
        closed = true;
        ErrorCodeSystem ignored;
        socket.close(ignored);
    }
    void waitReadable() {
        socket.async_wait(udp::socket::wait_read, [self = shared_from_this()](const ErrorCodeSystem& error) {
            if (error || self->closed) return;
            self->drain();
            if (!self->closed) self->waitReadable();
        });
    }
    void drain() {
        for (int i = 0; i < datagramsPerTurn && !closed; ++i) {
            udp::endpoint from;
            ErrorCodeSystem error;
            size_t size = socket.receive_from(asio::buffer(buffer), from, 0, error);
            if (error == asio::error::would_block) return;
            if (error) continue; // an ICMP error about an earlier answer
            received(std::string(buffer.data(), size), fromAsio(from.address(), from.port()));
        }
    }
    void send(std::string bytes, const Endpoint& to) {
        if (closed || queue.size() >= maxQueued) return;
        queue.emplace_back(std::move(bytes), udp::endpoint(toAsio(to.ip), to.port));
        if (queue.size() == 1) flush();
    }
    void flush() {
        while (!queue.empty() && !closed) {
            ErrorCodeSystem error;
            socket.send_to(asio::buffer(queue.front().first), queue.front().second, 0, error);
            if (error == asio::error::would_block) break;
            queue.pop_front();
        }
        if (queue.empty() || closed) return;
        socket.async_wait(udp::socket::wait_write, [self = shared_from_this()](const ErrorCodeSystem& error) {
            if (!error) self->flush();
        });
    }

    std::shared_ptr<Loop::Impl> loop;
    udp::socket socket;
    UdpServer::Datagram received;
    std::vector<char> buffer;
    std::deque<std::pair<std::string, udp::endpoint>> queue;
    bool closed = false;
};

class SocketUdpServer final : public UdpServer {
  public:
    SocketUdpServer(std::shared_ptr<Receiving> state, Endpoint at) : state_(std::move(state)), at_(at) {}
    ~SocketUdpServer() override { state_->close(); }
    [[nodiscard]] Endpoint endpoint() const override { return at_; }
    void send(std::string bytes, Endpoint to) override { state_->send(std::move(bytes), to); }

  private:
    std::shared_ptr<Receiving> state_;
    Endpoint at_;
};

} // namespace

Result<std::unique_ptr<UdpServer>> UdpServer::open(Loop& loop, Endpoint at, Datagram received) {
    if (!at.ip.isLoopback())
        return fail(
            ErrorCode::Refused, "udp server",
            fmt::format("{} is not a loopback address; servers are for loopback only.", at.toString()));
    if (loop.impl().stopping)
        return fail(ErrorCode::Cancelled, "udp server", "The network loop has stopped.");
    auto state = std::make_shared<Receiving>(loop.share(), std::move(received));
    udp::endpoint where(toAsio(at.ip), at.port);
    ErrorCodeSystem error;
    ErrorCodeSystem ignored;
    state->socket.open(where.protocol(), error);
    if (!error) state->socket.bind(where, error);
    if (!error) state->socket.non_blocking(true, error);
    if (error)
        return fail(ErrorCode::Io, "udp server",
                    fmt::format("Cannot open UDP port {}: {}.", at.toString(), error.message()));
    state->socket.set_option(asio::socket_base::receive_buffer_size(socketBuffer), ignored);
    state->socket.set_option(asio::socket_base::send_buffer_size(socketBuffer), ignored);
    auto bound = state->socket.local_endpoint();
    loop.impl().members.insert(state.get());
    state->waitReadable();
    return std::make_unique<SocketUdpServer>(std::move(state), fromAsio(bound.address(), bound.port()));
}

} // namespace waypost::net
