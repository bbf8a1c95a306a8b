// Private to net/*.cpp: what a stream and its pending operations share. It outlives the Stream object, so a
// destroyed stream's operations still complete (with Cancelled).
#pragma once

#include "net/asio_detail.h"
#include "net/listener.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace waypost::net {

using TlsStream = asio::ssl::stream<tcp::socket&>;
using IoDone = std::move_only_function<void(IoResult)>;

class StreamState final : public LoopMember, public std::enable_shared_from_this<StreamState> {
  public:
    StreamState(std::shared_ptr<Loop::Impl> in, tcp::socket s);
    ~StreamState() override;
    void loopStopping() override { close(); }
    void close();

    void read(std::span<char> into, Millis deadline, IoDone done);
    void write(std::string bytes, Millis deadline, IoDone done);
    // Takes over the context; `outcome` of the stream is set before `done` is called.
    void handshake(std::unique_ptr<asio::ssl::context> context, bool client, const std::string& sni,
                   Millis deadline, IoDone done);
    // The stream is not usable any more, and this is why.
    void spoil(std::string why);

    [[nodiscard]] SSL* ssl() const { return tls_ ? tls_->native_handle() : nullptr; }

    Endpoint local, remote;
    std::optional<TlsOutcome> outcome;

  private:
    // One direction's operation: its deadline and how to cancel it alone.
    struct Operation {
        explicit Operation(asio::io_context& io) : timer(io) {}
        asio::steady_timer timer;
        asio::cancellation_signal signal;
        std::string bytes; // what is being written
        std::uint64_t generation = 0;
        Millis deadline{0};
        bool active = false;
        bool timedOut = false;
    };

    bool begin(Operation& op, Millis deadline, IoDone& done);
    void armTimer(Operation& op, Millis after);
    IoResult finish(Operation& op, const ErrorCodeSystem& error, size_t bytes);
    auto handler(Operation& op, IoDone done);
    void closeSocket();
    void sayGoodbye();

    std::shared_ptr<Loop::Impl> loop_;
    tcp::socket socket_;
    std::unique_ptr<asio::ssl::context> context_;
    std::unique_ptr<TlsStream> tls_;
    Operation reading_, writing_;
    std::optional<std::string> spoiled_;
    // How reading ended. Kept, because Asio waits for ever when it is asked again after the end.
    std::optional<IoResult> readEnd_;
    bool closed_ = false;
    bool sawEnd_ = false;
};

// The one implementation of Stream and ServerStream.
std::unique_ptr<ServerStream> makeStream(std::shared_ptr<Loop::Impl> loop, tcp::socket socket);

// tls.cpp
std::unique_ptr<asio::ssl::context> clientContext(TlsPolicy policy);
std::unique_ptr<asio::ssl::context> serverContext(const ServerTls& tls, std::string& failure);
// Reads protocol, cipher and chain from the connection and judges the certificate by `options`.
void describeSession(SSL* ssl, TlsOutcome& out);
void judgeCertificate(SSL* ssl, const TlsOptions& options, TlsOutcome& out);

} // namespace waypost::net
