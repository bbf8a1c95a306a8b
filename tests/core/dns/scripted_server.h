// A name server on loopback that does what a test says, over UDP and TCP on one port.
#pragma once

#include "dns/wire.h"
#include "net/listener.h"

#include <memory>

namespace waypost::test {

class ScriptedServer {
  public:
    // The datagrams (or, over TCP, the message) to send back; empty: stay silent.
    using Script = std::function<std::vector<std::string>(std::string query, bool tcp)>;

    ScriptedServer(net::Loop& loop, Script script) : loop_(loop), script_(std::move(script)) {
        net::Endpoint at{net::IpAddress::v4({127, 0, 0, 1}), 0};
        for (int i = 0; i < 50 && !tcp_; ++i) {
            auto udp = net::UdpServer::open(loop, at, [this](std::string bytes, net::Endpoint from) {
                ++overUdp;
                client = from;
                for (auto& answer : script_(std::move(bytes), false)) udp_->send(std::move(answer), from);
            });
            if (!udp) qFatal("%s", udp.error().describe().c_str());
            udp_ = std::move(*udp);
            auto tcp =
                net::Listener::open(loop, udp_->endpoint(), [this](std::unique_ptr<net::ServerStream> s) {
                    start(serve(std::move(s)), [](int) {});
                });
            if (tcp) tcp_ = std::move(*tcp);
        }
        if (!tcp_) qFatal("no port is free for both UDP and TCP");
    }

    // The loop outlives the server, and with it a stream that is served.
    ~ScriptedServer() { *here_ = false; }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] net::Endpoint endpoint() const { return udp_->endpoint(); }
    void closeTcp() { tcp_.reset(); }

    int overUdp = 0;
    int overTcp = 0;
    net::Endpoint client; // who asked last over UDP
    // Over TCP, instead of the script: these octets as they are, `pause` apart, then the end of the stream.
    std::function<std::vector<std::string>(std::string query)> pieces;
    Millis pause{0};

  private:
    Task<int> serve(std::unique_ptr<net::ServerStream> stream) {
        net::LineReader reader(*stream, 0);
        const std::shared_ptr<bool> here = here_;
        Millis limit(5000);
        std::string bytes;
        auto sizing = reader.readExactly(2, bytes, limit);
        net::IoResult result = co_await sizing;
        if (!result.ok() || !*here) co_return 0;
        size_t size = size_t(std::uint8_t(bytes[0])) << 8 | std::uint8_t(bytes[1]);
        auto reading = reader.readExactly(size, bytes, limit);
        result = co_await reading;
        if (!*here) co_return 0;
        ++overTcp;
        if (pieces) {
            for (auto& piece : pieces(bytes)) {
                auto writing = stream->writeAll(std::move(piece), limit);
                result = co_await writing;
                if (!*here) co_return 0;
                auto resting = loop_.sleep(pause);
                co_await resting;
            }
            co_return 1;
        }
        std::string out;
        for (const auto& answer : script_(bytes, true)) {
            out += char(answer.size() >> 8);
            out += char(answer.size() & 0xff);
            out += answer;
        }
        if (!out.empty()) {
            auto writing = stream->writeAll(std::move(out), limit);
            result = co_await writing;
        }
        // Silent or served: wait for the other side to go.
        std::array<char, 1> rest{};
        std::span<char> room(rest);
        auto waiting = stream->readSome(room, limit);
        result = co_await waiting;
        co_return 1;
    }

    net::Loop& loop_;
    std::shared_ptr<bool> here_ = std::make_shared<bool>(true);
    Script script_;
    std::unique_ptr<net::UdpServer> udp_;
    std::unique_ptr<net::Listener> tcp_;
};

inline dns::Record addressRecord(const std::string& name, const std::string& ip, std::uint32_t ttl = 300) {
    return {name, dns::RecordType::A, ttl, dns::AddressData{ip}};
}

inline dns::Record soaRecord(const std::string& zone, std::uint32_t minimum) {
    return {zone, dns::RecordType::SOA, 3600,
            dns::SoaData{"ns." + zone, "root." + zone, 1, 2, 3, 4, minimum}};
}

// The answer to `query`, changed by `change` before it is encoded.
inline std::string answerTo(const std::string& query, const std::function<void(dns::Message&)>& change) {
    auto message = dns::decodeQuery(query);
    if (!message) qFatal("%s", message.error().describe().c_str());
    message->response = true;
    message->recursionAvailable = true;
    change(*message);
    auto bytes = dns::encodeResponse(*message);
    if (!bytes) qFatal("%s", bytes.error().describe().c_str());
    return *bytes;
}

} // namespace waypost::test
