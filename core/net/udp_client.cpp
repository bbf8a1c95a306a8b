#include "net/udp_client.h"

#include "net/asio_detail.h"
#include "net/dialer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>

namespace waypost::net {

namespace {

constexpr int socketBuffer = 4 * 1024 * 1024; // the kernel gives what its limit allows
constexpr size_t batch = 64;
constexpr size_t maxUnsent = 65'536; // datagrams waiting for a full send buffer

struct Talking final : LoopMember, std::enable_shared_from_this<Talking> {
    Talking(std::shared_ptr<Loop::Impl> in, UdpClient::Events e)
        : loop(std::move(in)), socket(loop->io), events(std::move(e)) {
        loop->datagrams.resize(batch * UdpClient::maxDatagram);
    }
    ~Talking() override { loop->members.erase(this); }

    void loopStopping() override { close(); }
    void close() {
        closed = true;
        ErrorCodeSystem ignored;
        socket.close(ignored);
    }
    void waitReadable();
    bool receiveBatch();
    void send(std::string bytes);
    void flush();
    void report(int error);

    std::shared_ptr<Loop::Impl> loop;
    udp::socket socket;
    UdpClient::Events events;
    std::vector<std::string> unsent;
    bool flushing = false; // a flush is posted or waits for room
    bool closed = false;
};

void Talking::waitReadable() {
    socket.async_wait(udp::socket::wait_read, [self = shared_from_this()](const ErrorCodeSystem& error) {
        if (error || self->closed) return;
        self->receiveBatch();
        if (!self->closed) self->waitReadable();
    });
}

bool Talking::receiveBatch() {
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> vectors{};
    for (size_t i = 0; i < batch; ++i) {
        vectors[i] = {loop->datagrams.data() + i * UdpClient::maxDatagram, UdpClient::maxDatagram};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int count = recvmmsg(socket.native_handle(), messages.data(), batch, MSG_DONTWAIT, nullptr);
    if (count < 0) {
        if (errno != EAGAIN && errno != EINTR) report(errno);
        return false;
    }
    for (int i = 0; i < count && !closed; ++i)
        events.datagram(
            {loop->datagrams.data() + size_t(i) * UdpClient::maxDatagram, messages[size_t(i)].msg_len});
    return size_t(count) == batch;
}

void Talking::report(int error) {
    ErrorCodeSystem code(error, boost::system::system_category());
    events.failed(statusOf(code), code.message());
}

void Talking::send(std::string bytes) {
    if (closed || unsent.size() >= maxUnsent) return;
    unsent.push_back(std::move(bytes));
    if (flushing) return;
    flushing = true;
    asio::post(loop->io, [self = shared_from_this()] { self->flush(); });
}

void Talking::flush() {
    size_t sent = 0;
    int error = 0;
    while (sent < unsent.size() && !closed) {
        std::array<mmsghdr, batch> messages{};
        std::array<iovec, batch> vectors{};
        size_t count = std::min(batch, unsent.size() - sent);
        for (size_t i = 0; i < count; ++i) {
            vectors[i] = {unsent[sent + i].data(), unsent[sent + i].size()};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        int done =
            sendmmsg(socket.native_handle(), messages.data(), unsigned(count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (done < 0) {
            error = errno;
            break;
        }
        sent += size_t(done);
    }
    bool full = error == EAGAIN || error == ENOBUFS || error == EINTR;
    // A refused port is reported on the next send: that datagram itself did not go out and is tried again.
    bool pendingError = error == ECONNREFUSED;
    if (error && !full && !pendingError) ++sent;
    unsent.erase(unsent.begin(), unsent.begin() + std::ptrdiff_t(std::min(sent, unsent.size())));
    flushing = !unsent.empty() && !closed;
    if (flushing) {
        auto again = [self = shared_from_this()](const ErrorCodeSystem& failed) {
            if (!failed && !self->closed) self->flush();
        };
        socket.async_wait(udp::socket::wait_write, again);
    }
    if (error && !full && !closed) report(error);
}

class SocketUdpClient final : public UdpClient {
  public:
    SocketUdpClient(std::shared_ptr<Talking> state, Endpoint at) : state_(std::move(state)), at_(at) {}
    ~SocketUdpClient() override { state_->close(); }
    void send(std::string bytes) override { state_->send(std::move(bytes)); }
    [[nodiscard]] Endpoint local() const override { return at_; }

  private:
    std::shared_ptr<Talking> state_;
    Endpoint at_;
};

} // namespace

Result<std::unique_ptr<UdpClient>> UdpClient::open(Loop& loop, Endpoint to, Events events) {
    if (!guard::allowed(to.ip)) {
        guard::countStopped();
        return fail(ErrorCode::Refused, "udp",
                    fmt::format("{} is not a loopback address, and only loopback is allowed here.",
                                to.ip.toString()));
    }
    if (loop.impl().stopping) return fail(ErrorCode::Cancelled, "udp", "The network loop has stopped.");
    auto state = std::make_shared<Talking>(loop.share(), std::move(events));
    udp::endpoint peer(toAsio(to.ip), to.port);
    ErrorCodeSystem error;
    ErrorCodeSystem ignored;
    state->socket.open(peer.protocol(), error);
    if (!error) state->socket.connect(peer, error);
    if (!error) state->socket.non_blocking(true, error);
    if (error)
        return fail(ErrorCode::Network, "udp",
                    fmt::format("Nothing can be sent to {}: {}.", to.toString(), error.message()));
    state->socket.set_option(asio::socket_base::receive_buffer_size(socketBuffer), ignored);
    state->socket.set_option(asio::socket_base::send_buffer_size(socketBuffer), ignored);
    auto bound = state->socket.local_endpoint();
    loop.impl().members.insert(state.get());
    state->waitReadable();
    return std::make_unique<SocketUdpClient>(std::move(state), fromAsio(bound.address(), bound.port()));
}

} // namespace waypost::net
