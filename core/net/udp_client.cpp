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
constexpr size_t sendBatch = 16;
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
    void send(std::string_view bytes);
    void postFlush();
    void flush();
    int push();
    void waitWritable();
    void report(int error);

    std::shared_ptr<Loop::Impl> loop;
    udp::socket socket;
    UdpClient::Events events;
    std::string unsent;               // datagrams one after the other
    std::vector<std::uint32_t> sizes; // of each of them
    bool flushing = false;            // a flush is posted or waits for room
    bool full = false;                // it waits for room
    int failure = 0;                  // of a push inside send(): told by the flush that follows
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

void Talking::send(std::string_view bytes) {
    if (closed || sizes.size() >= maxUnsent) return;
    unsent += bytes;
    sizes.push_back(std::uint32_t(bytes.size()));
    // Not only at the end of a long turn: the server works on the first while the others are made.
    if (sizes.size() >= sendBatch && !full && !failure) failure = push();
    if (!sizes.empty() || failure) postFlush();
}

void Talking::postFlush() {
    if (flushing) return;
    flushing = true;
    asio::post(loop->io, [self = shared_from_this()] { self->flush(); });
}

// Sends what the kernel takes; 0, or why it took no more.
int Talking::push() {
    size_t sent = 0;
    size_t octets = 0;
    int error = 0;
    while (sent < sizes.size() && error == 0) {
        std::array<mmsghdr, batch>
            messages;                     // NOLINT(cppcoreguidelines-pro-type-member-init): as many as needed
        std::array<iovec, batch> vectors; // NOLINT(cppcoreguidelines-pro-type-member-init)
        const size_t count = std::min(batch, sizes.size() - sent);
        size_t at = octets;
        for (size_t i = 0; i < count; ++i) {
            vectors[i] = {unsent.data() + at, sizes[sent + i]};
            messages[i] = {};
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            at += sizes[sent + i];
        }
        const int done =
            sendmmsg(socket.native_handle(), messages.data(), unsigned(count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (done < 0) error = errno;
        for (int i = 0; i < done; ++i) octets += sizes[sent++];
    }
    full = error == EAGAIN || error == ENOBUFS || error == EINTR;
    // A refused port is reported on the next send: that datagram itself did not go out and is tried again.
    if (error && !full && error != ECONNREFUSED) octets += sizes[sent++];
    unsent.erase(0, octets);
    sizes.erase(sizes.begin(), sizes.begin() + std::ptrdiff_t(sent));
    return full ? 0 : error;
}

void Talking::flush() {
    if (closed) return;
    int error = std::exchange(failure, 0);
    if (!error && !full) error = push();
    flushing = false;
    if (!sizes.empty()) waitWritable();
    if (error) report(error);
}

void Talking::waitWritable() {
    flushing = true;
    socket.async_wait(udp::socket::wait_write, [self = shared_from_this()](const ErrorCodeSystem& failed) {
        self->full = false;
        if (!failed && !self->closed) self->flush();
    });
}

class SocketUdpClient final : public UdpClient {
  public:
    SocketUdpClient(std::shared_ptr<Talking> state, Endpoint at) : state_(std::move(state)), at_(at) {}
    ~SocketUdpClient() override { state_->close(); }
    void send(std::string_view bytes) override { state_->send(bytes); }
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
