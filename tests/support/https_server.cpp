#include "support/https_server.h"

#include <fmt/format.h>

#include <stdexcept>

namespace waypost::test {

struct HttpsServer::State {
    net::Loop* loop = nullptr;
    net::ServerTls tls;
    std::map<std::string, HttpsReply> replies;
    mutable std::mutex mutex;
    std::vector<std::string> requests;

    [[nodiscard]] HttpsReply replyTo(const std::string& request) const {
        const size_t from = request.find(' ') + 1;
        auto found = replies.find(request.substr(from, request.find(' ', from) - from));
        if (found == replies.end()) found = replies.find("");
        return found == replies.end() ? page("not here", "text/plain", "404 Not Found") : found->second;
    }
    // What concerns the connection as a whole stands with the reply to all paths.
    [[nodiscard]] HttpsReply general() const {
        auto found = replies.find("");
        return found == replies.end() ? HttpsReply{} : found->second;
    }
};

namespace {

constexpr Millis patience{20'000};
constexpr size_t maxRequest = 64 * 1024;

using StatePtr = std::shared_ptr<HttpsServer::State>;
using StreamPtr = std::shared_ptr<net::ServerStream>;

Task<std::string> request(StreamPtr stream) {
    std::string out;
    std::string buffer(4096, '\0');
    while (out.find("\r\n\r\n") == std::string::npos && out.size() < maxRequest) {
        auto reading = stream->readSome(buffer, patience);
        const net::IoResult got = co_await reading;
        if (!got.ok()) co_return std::string();
        out.append(buffer.data(), got.bytes);
    }
    co_return out;
}

Task<void> hold(StreamPtr stream) {
    std::string buffer(4096, '\0');
    while (true) {
        auto reading = stream->readSome(buffer, patience);
        const net::IoResult got = co_await reading;
        if (!got.ok()) co_return;
    }
}

Task<bool> write(StreamPtr stream, StatePtr state, HttpsReply reply) {
    const size_t piece = reply.piece == 0 ? std::max<size_t>(reply.bytes.size(), 1) : reply.piece;
    for (size_t at = 0; at < reply.bytes.size(); at += piece) {
        auto writing = stream->writeAll(reply.bytes.substr(at, piece), patience);
        const net::IoResult written = co_await writing;
        if (!written.ok()) co_return false;
        if (reply.pause > Millis(0)) {
            auto waiting = state->loop->sleep(reply.pause);
            co_await waiting;
        }
    }
    co_return true;
}

Task<void> serve(std::unique_ptr<net::ServerStream> accepted, StatePtr state) {
    StreamPtr stream = std::move(accepted);
    const HttpsReply general = state->general();
    if (general.closeAtHello) co_return;
    if (general.withoutTls) {
        auto writing = write(stream, state, general);
        (void)co_await writing;
        co_return;
    }
    auto accepting = stream->acceptTls(state->tls, patience);
    const net::TlsOutcome tls = co_await accepting;
    if (!tls.established) co_return;
    auto reading = request(stream);
    const std::string asked = co_await reading;
    if (asked.empty()) co_return;
    {
        std::lock_guard lock(state->mutex);
        state->requests.push_back(asked);
    }
    const HttpsReply reply = state->replyTo(asked);
    bool open = true;
    if (!reply.silent) {
        auto writing = write(stream, state, reply);
        open = co_await writing;
    }
    if (open && (reply.hang || reply.silent)) {
        auto holding = hold(stream);
        co_await holding;
    }
    stream->close();
}

template <class T>
Task<T> now(std::function<T()> work) {
    co_return work();
}

} // namespace

HttpsReply page(const std::string& body, const std::string& type, const std::string& status,
                const std::string& furtherFields) {
    HttpsReply reply;
    reply.bytes =
        fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n{}\r\n{}", status,
                    type.empty() ? "" : "Content-Type: " + type + "\r\n", body.size(), furtherFields, body);
    return reply;
}

HttpsServer::HttpsServer(net::Loop& loop, net::Endpoint at, net::ServerTls tls,
                         std::map<std::string, HttpsReply> replies)
    : loop_(loop), state_(std::make_shared<State>()) {
    state_->loop = &loop;
    state_->tls = std::move(tls);
    state_->replies = std::move(replies);
    std::function<bool()> open = [this, at] {
        auto opened = net::Listener::open(
            loop_, at, [state = state_](auto stream) { start(serve(std::move(stream), state), [] {}); });
        if (!opened) return false;
        listener_ = std::move(*opened);
        endpoint_ = listener_->endpoint();
        return true;
    };
    if (!loop_.runBlocking<bool>([&open] { return now<bool>(open); }))
        throw std::runtime_error("no listener at " + at.toString());
}

HttpsServer::~HttpsServer() {
    std::function<bool()> shut = [this] {
        listener_.reset();
        return true;
    };
    loop_.runBlocking<bool>([&shut] { return now<bool>(shut); });
}

std::vector<std::string> HttpsServer::requests() const {
    std::lock_guard lock(state_->mutex);
    return state_->requests;
}

} // namespace waypost::test
