#include "lab/policy_host.h"

#include <fmt/format.h>

namespace waypost::lab {

namespace {

constexpr Millis patience{10'000};
constexpr size_t maxRequestLine = 2048;
constexpr int maxFields = 100;

} // namespace

Result<std::unique_ptr<PolicyHost>> PolicyHost::open(net::Loop& loop, net::Endpoint at, net::ServerTls tls,
                                                     std::string policy) {
    std::unique_ptr<PolicyHost> host(new PolicyHost(std::move(tls), std::move(policy)));
    PolicyHost* self = host.get();
    auto listener =
        net::Listener::open(loop, at, [self](auto stream) { start(self->serve(std::move(stream)), [] {}); });
    if (!listener) return fail(listener.error());
    host->listener_ = std::move(*listener);
    return host;
}

std::string PolicyHost::respond(std::string_view requestLine) const {
    const bool known = requestLine.starts_with("GET /.well-known/mta-sts.txt ");
    const std::string body = known ? policy_ : "There is nothing here.\n";
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        known ? "200 OK" : "404 Not Found", body.size(), body);
}

Task<void> PolicyHost::serve(std::unique_ptr<net::ServerStream> stream) {
    auto accepting = stream->acceptTls(tls_, patience);
    const net::TlsOutcome tls = co_await accepting;
    if (!tls.established) co_return;
    net::LineReader reader(*stream, maxRequestLine);
    std::string request;
    for (int i = 0; i < maxFields; ++i) {
        auto reading = reader.read(patience);
        const net::Line line = co_await reading;
        if (line.status != net::IoStatus::Ok) co_return;
        if (i == 0) request = line.text;
        if (line.text.empty()) break;
    }
    auto writing = stream->writeAll(respond(request), patience);
    (void)co_await writing;
    stream->close();
}

} // namespace waypost::lab
