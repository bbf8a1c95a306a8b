#include "lab/name_server.h"

namespace waypost::lab {

namespace {
constexpr Millis idleLimit{10'000};
constexpr int portTries = 20;
} // namespace

Result<std::unique_ptr<NameServer>> NameServer::open(net::Loop& loop, net::Endpoint at, Zone zone) {
    std::unique_ptr<NameServer> server(new NameServer(std::move(zone)));
    NameServer* self = server.get();
    // The same port for UDP and TCP: a free UDP port may be taken for TCP, then another is tried.
    Error last(ErrorCode::Io, "lab name server", "No port was tried.");
    for (int i = 0; i < portTries; ++i) {
        auto udp = net::UdpServer::open(loop, at, [self](const std::string& bytes, net::Endpoint from) {
            const auto query = dns::decodeQuery(bytes);
            const size_t room = query && query->edns ? std::max<size_t>(512, query->udpSize) : 512;
            std::string answer = self->respond(bytes, room);
            if (!answer.empty()) self->udp_->send(std::move(answer), from);
        });
        if (!udp) return fail(udp.error());
        server->udp_ = std::move(*udp);
        auto tcp = net::Listener::open(loop, server->udp_->endpoint(),
                                       [self](auto stream) { start(self->serve(std::move(stream)), [] {}); });
        if (tcp) {
            server->tcp_ = std::move(*tcp);
            return server;
        }
        last = tcp.error();
        if (at.port != 0) break;
    }
    return fail(last);
}

std::string NameServer::respond(std::string_view bytes, size_t maxBytes) const {
    auto query = dns::decodeQuery(bytes);
    if (!query) return {};
    auto reply = zone_.answer(*query);
    if (!reply) return {};
    auto encoded = dns::encodeResponse(*reply, maxBytes);
    return encoded ? *encoded : std::string();
}

// RFC 1035 section 4.2.2: two octets of length before each message.
Task<void> NameServer::serve(std::unique_ptr<net::ServerStream> stream) {
    net::LineReader reader(*stream, 512);
    while (true) {
        std::string head;
        net::IoResult got = co_await reader.readExactly(2, head, idleLimit);
        if (!got.ok()) break;
        const size_t length =
            (size_t(static_cast<unsigned char>(head[0])) << 8) | static_cast<unsigned char>(head[1]);
        std::string query;
        net::IoResult body = co_await reader.readExactly(length, query, idleLimit);
        if (!body.ok()) break;
        std::string answer = respond(query, dns::maxMessageOctets);
        if (answer.empty()) break;
        std::string framed{char(answer.size() >> 8), char(answer.size())};
        framed += answer;
        net::IoResult written = co_await stream->writeAll(framed, idleLimit);
        if (!written.ok()) break;
    }
    stream->close();
}

} // namespace waypost::lab
