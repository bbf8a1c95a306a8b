#include "net/stream_state.h"

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace waypost::net {

namespace {

// After a deadline the cancellation is repeated at this interval until the operation has ended: a signal
// that arrives between two steps of a TLS operation is lost.
constexpr Millis cancelRepeat{20};
// How long a close waits for the peer's part of the TLS goodbye.
constexpr Millis goodbyeWait{200};

std::string wordsFor(const ErrorCodeSystem& error) {
    if (error == asio::ssl::error::stream_truncated) return "the peer closed without a TLS close_notify";
    if (error == asio::error::eof) return "the peer closed the connection";
    return error.message();
}

} // namespace

StreamState::StreamState(std::shared_ptr<Loop::Impl> in, tcp::socket s)
    : loop_(std::move(in)), socket_(std::move(s)), reading_(loop_->io), writing_(loop_->io) {
    ErrorCodeSystem ignored;
    auto here = socket_.local_endpoint(ignored);
    auto there = socket_.remote_endpoint(ignored);
    local = fromAsio(here.address(), here.port());
    remote = fromAsio(there.address(), there.port());
    socket_.set_option(tcp::no_delay(true), ignored);
    if (loop_->stopping)
        close();
    else
        loop_->members.insert(this);
}

StreamState::~StreamState() {
    loop_->members.erase(this);
}

bool StreamState::begin(Operation& op, Millis deadline, IoDone& done) {
    IoResult refusal;
    if (spoiled_)
        refusal = {IoStatus::TlsFailed, 0, *spoiled_};
    else if (closed_ || loop_->stopping)
        refusal = {IoStatus::Cancelled, 0, "the stream is closed"};
    else if (op.active)
        refusal = {IoStatus::Other, 0, "an operation of this kind is already under way"};
    if (!refusal.ok()) {
        asio::post(loop_->io, [refusal = std::move(refusal), done = std::move(done)]() mutable {
            done(std::move(refusal));
        });
        return false;
    }
    op.active = true;
    op.timedOut = false;
    op.deadline = deadline;
    ++op.generation;
    armTimer(op, deadline);
    return true;
}

void StreamState::armTimer(Operation& op, Millis after) {
    op.timer.expires_after(after);
    op.timer.async_wait([self = shared_from_this(), &op, mine = op.generation](const ErrorCodeSystem& error) {
        if (error || mine != op.generation || !op.active) return;
        op.timedOut = true;
        op.signal.emit(asio::cancellation_type::terminal);
        self->armTimer(op, cancelRepeat);
    });
}

IoResult StreamState::finish(Operation& op, const ErrorCodeSystem& error, size_t bytes) {
    op.active = false;
    ++op.generation;
    op.timer.cancel();
    op.bytes.clear();
    if (!error) return {IoStatus::Ok, bytes, {}};
    IoResult result{statusOf(error), bytes, wordsFor(error)};
    if (closed_) return {IoStatus::Cancelled, bytes, "the stream was closed"};
    if (op.timedOut && result.status != IoStatus::Eof)
        return {IoStatus::Timeout, bytes, fmt::format("nothing more within {} ms", op.deadline.count())};
    if (&op == &reading_) readEnd_ = result;
    sawEnd_ = sawEnd_ || result.status != IoStatus::Cancelled;
    return result;
}

auto StreamState::handler(Operation& op, IoDone done) {
    auto completed = [self = shared_from_this(), &op, done = std::move(done)](const ErrorCodeSystem& error,
                                                                              size_t bytes) mutable {
        IoResult result = self->finish(op, error, bytes);
        done(std::move(result));
    };
    return asio::bind_cancellation_slot(op.signal.slot(), std::move(completed));
}

void StreamState::read(std::span<char> into, Millis deadline, IoDone done) {
    if (readEnd_ && !closed_ && !spoiled_) {
        asio::post(loop_->io, [end = *readEnd_, done = std::move(done)]() mutable { done(std::move(end)); });
        return;
    }
    if (!begin(reading_, deadline, done)) return;
    auto buffer = asio::buffer(into.data(), into.size());
    if (tls_)
        tls_->async_read_some(buffer, handler(reading_, std::move(done)));
    else
        socket_.async_read_some(buffer, handler(reading_, std::move(done)));
}

void StreamState::write(std::string bytes, Millis deadline, IoDone done) {
    if (!begin(writing_, deadline, done)) return;
    writing_.bytes = std::move(bytes);
    auto buffer = asio::buffer(writing_.bytes);
    if (tls_)
        asio::async_write(*tls_, buffer, handler(writing_, std::move(done)));
    else
        asio::async_write(socket_, buffer, handler(writing_, std::move(done)));
}

void StreamState::handshake(std::unique_ptr<asio::ssl::context> context, bool client, const std::string& sni,
                            Millis deadline, IoDone done) {
    if (!begin(reading_, deadline, done)) return;
    context_ = std::move(context);
    tls_ = std::make_unique<TlsStream>(socket_, *context_);
    if (!sni.empty()) SSL_set_tlsext_host_name(tls_->native_handle(), sni.c_str());
    auto withBytes = handler(reading_, std::move(done));
    auto completed = [inner = std::move(withBytes)](const ErrorCodeSystem& error) mutable {
        inner.get()(error, 0);
    };
    auto side = client ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
    tls_->async_handshake(side, asio::bind_cancellation_slot(reading_.signal.slot(), std::move(completed)));
}

void StreamState::spoil(std::string why) {
    spoiled_ = std::move(why);
    sawEnd_ = true;
    closeSocket();
}

void StreamState::closeSocket() {
    ErrorCodeSystem ignored;
    socket_.close(ignored);
}

void StreamState::close() {
    if (closed_) return;
    closed_ = true;
    if (tls_ && !sawEnd_ && !reading_.active && !writing_.active && !loop_->stopping)
        sayGoodbye();
    else
        closeSocket();
}

// close_notify, so that the peer can tell the end from a cut.
void StreamState::sayGoodbye() {
    auto self = shared_from_this();
    writing_.timer.expires_after(goodbyeWait);
    writing_.timer.async_wait([self](const ErrorCodeSystem&) { self->closeSocket(); });
    tls_->async_shutdown([self](const ErrorCodeSystem&) {
        self->writing_.timer.cancel();
        self->closeSocket();
    });
}

namespace {

Task<IoResult> readTask(std::shared_ptr<StreamState> state, std::span<char> into, Millis deadline) {
    auto begin = [state, into, deadline](IoDone done) { state->read(into, deadline, std::move(done)); };
    auto waiting = completion<IoResult>(std::move(begin));
    IoResult result = co_await waiting;
    co_return result;
}

Task<IoResult> writeTask(std::shared_ptr<StreamState> state, std::string bytes, Millis deadline) {
    auto begin = [state, &bytes, deadline](IoDone done) {
        state->write(std::move(bytes), deadline, std::move(done));
    };
    auto waiting = completion<IoResult>(std::move(begin));
    IoResult result = co_await waiting;
    co_return result;
}

std::string handshakeFailure(const IoResult& result, Millis deadline) {
    switch (result.status) {
    case IoStatus::Eof: return "the peer closed the connection during the TLS handshake";
    case IoStatus::Reset: return "the peer reset the connection during the TLS handshake";
    case IoStatus::Timeout:
        return fmt::format("the TLS handshake did not end within {} ms", deadline.count());
    default: break;
    }
    if (result.text.find("wrong version number") != std::string::npos ||
        result.text.find("http request") != std::string::npos)
        return fmt::format("the peer does not speak TLS here ({})", result.text);
    return result.text;
}

Task<TlsOutcome> handshakeTask(std::shared_ptr<StreamState> state, bool client, std::string sni,
                               std::unique_ptr<asio::ssl::context> context, std::string failure,
                               Millis deadline) {
    TlsOutcome out;
    if (!context) {
        out.failure = failure;
    } else {
        auto begin = [&state, &context, client, &sni, deadline](IoDone done) {
            state->handshake(std::move(context), client, sni, deadline, std::move(done));
        };
        auto waiting = completion<IoResult>(std::move(begin));
        IoResult result = co_await waiting;
        out.established = result.ok();
        if (!result.ok()) out.failure = handshakeFailure(result, deadline);
    }
    if (out.established)
        describeSession(state->ssl(), out);
    else
        state->spoil(out.failure);
    co_return out;
}

Task<TlsOutcome> clientTask(std::shared_ptr<StreamState> state, TlsOptions options, Millis deadline) {
    if (options.serverName.ends_with('.')) options.serverName.pop_back();
    std::string failure;
    auto context = state->outcome ? nullptr : clientContext(options.policy);
    if (state->outcome) failure = "TLS was already started on this connection";
    std::string sni = IpAddress::parse(options.serverName) ? std::string() : options.serverName;
    auto handshake =
        handshakeTask(state, true, std::move(sni), std::move(context), std::move(failure), deadline);
    TlsOutcome out = co_await handshake;
    if (out.established) {
        judgeCertificate(state->ssl(), options, out);
        if (options.policy == TlsPolicy::Require && out.verdict != CertificateVerdict::Trusted) {
            out.established = false;
            out.failure = out.verdictText;
            state->spoil(out.failure);
        }
    }
    state->outcome = out;
    co_return out;
}

Task<TlsOutcome> serverTask(std::shared_ptr<StreamState> state, ServerTls tls, Millis deadline) {
    std::string failure;
    auto context = state->outcome ? nullptr : serverContext(tls, failure);
    if (state->outcome) failure = "TLS was already started on this connection";
    std::string noName;
    auto handshake =
        handshakeTask(state, false, std::move(noName), std::move(context), std::move(failure), deadline);
    TlsOutcome out = co_await handshake;
    state->outcome = out;
    co_return out;
}

class SocketStream final : public ServerStream {
  public:
    explicit SocketStream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
    ~SocketStream() override { state_->close(); }

    Task<IoResult> readSome(std::span<char> into, Millis deadline) override {
        return readTask(state_, into, deadline);
    }
    Task<IoResult> writeAll(std::string bytes, Millis deadline) override {
        return writeTask(state_, std::move(bytes), deadline);
    }
    Task<TlsOutcome> startTls(TlsOptions options, Millis deadline) override {
        return clientTask(state_, std::move(options), deadline);
    }
    Task<TlsOutcome> acceptTls(ServerTls tls, Millis deadline) override {
        return serverTask(state_, std::move(tls), deadline);
    }
    void close() override { state_->close(); }
    [[nodiscard]] Endpoint local() const override { return state_->local; }
    [[nodiscard]] Endpoint remote() const override { return state_->remote; }
    [[nodiscard]] const std::optional<TlsOutcome>& tls() const override { return state_->outcome; }

  private:
    std::shared_ptr<StreamState> state_;
};

} // namespace

std::unique_ptr<ServerStream> makeStream(std::shared_ptr<Loop::Impl> loop, tcp::socket socket) {
    auto state = std::make_shared<StreamState>(std::move(loop), std::move(socket));
    return std::make_unique<SocketStream>(std::move(state));
}

} // namespace waypost::net
