#include "support/loopback_zone.h"

#include "dns/wire.h"
#include "net/listener.h"

#include <stdexcept>

namespace waypost::test {

namespace {

constexpr Millis idleLimit{20'000};
constexpr int portTries = 50;
constexpr std::uint32_t negativeTtl = 60;

net::Endpoint loopback(std::uint16_t port) {
    return {*net::IpAddress::parse("127.0.0.1"), port};
}

dns::Record rootSoa() {
    dns::SoaData soa{"ns.test", "hostmaster.test", 1, 3600, 600, 86400, negativeTtl};
    return {"", dns::RecordType::SOA, negativeTtl, soa};
}

} // namespace

struct LoopbackZone::Server {
    ZoneResolver zone;
    bool silent = false;
    std::unique_ptr<net::UdpServer> udp;
    std::unique_ptr<net::Listener> tcp;

    void open(net::Loop& loop) {
        for (int i = 0; i < portTries && !tcp; ++i) {
            auto opened =
                net::UdpServer::open(loop, loopback(0), [this](std::string bytes, net::Endpoint from) {
                    const auto query = dns::decodeQuery(bytes);
                    const size_t room = query && query->edns ? std::max<size_t>(512, query->udpSize) : 512;
                    std::string reply = respond(bytes, room);
                    if (!reply.empty()) udp->send(std::move(reply), from);
                });
            if (!opened) throw std::runtime_error(opened.error().describe());
            udp = std::move(*opened);
            auto accepted = [this](auto stream) { start(serve(std::move(stream)), [] {}); };
            auto listening = net::Listener::open(loop, udp->endpoint(), accepted);
            if (listening) tcp = std::move(*listening);
        }
        if (!tcp) throw std::runtime_error("no loopback port is free for UDP and TCP");
    }

    // Empty: silence.
    std::string respond(std::string_view bytes, size_t room) {
        const auto query = dns::decodeQuery(bytes);
        if (!query) return {};
        dns::Answer answer;
        zone.resolve(query->questions.front(), [&answer](dns::Answer a) { answer = std::move(a); });
        dns::Message reply = *query;
        reply.response = true;
        reply.recursionAvailable = true;
        reply.rcode = answer.rcode;
        reply.answers = answer.records;
        if (answer.definite() && !answer.ok()) reply.authority.push_back(rootSoa());
        switch (answer.status) {
        case dns::Status::Timeout:
            if (silent) return {};
            reply.rcode = 2;
            break;
        case dns::Status::Unreachable:
        case dns::Status::Cancelled: return {};
        case dns::Status::Malformed:
            reply.questions.front().name = "another.test";
            reply.rcode = 0;
            break;
        default: break;
        }
        auto encoded = dns::encodeResponse(reply, room);
        if (!encoded) throw std::runtime_error("the zone cannot be encoded: " + encoded.error().describe());
        return *encoded;
    }

    // RFC 1035 section 4.2.2: two octets of length before each message.
    Task<void> serve(std::unique_ptr<net::ServerStream> stream) {
        net::LineReader reader(*stream, 512);
        while (true) {
            std::string head, query;
            auto sizing = reader.readExactly(2, head, idleLimit);
            net::IoResult got = co_await sizing;
            if (!got.ok()) break;
            const size_t length = size_t(std::uint8_t(head[0])) << 8 | std::uint8_t(head[1]);
            auto reading = reader.readExactly(length, query, idleLimit);
            got = co_await reading;
            if (!got.ok()) break;
            std::string reply = respond(query, dns::maxMessageOctets);
            if (reply.empty()) break;
            std::string framed{char(reply.size() >> 8), char(reply.size() & 0xff)};
            framed += reply;
            auto writing = stream->writeAll(std::move(framed), idleLimit);
            got = co_await writing;
            if (!got.ok()) break;
        }
        stream->close();
    }
};

LoopbackZone::LoopbackZone(LoopbackZoneOptions options)
    : options_(options), server_(std::make_unique<Server>()) {
    server_->silent = options_.silent;
    loop_.startThread();
    onLoop([this] {
        server_->open(loop_);
        openResolver();
    });
}

LoopbackZone::~LoopbackZone() {
    unbound_.reset();
    onLoop([this] {
        cache_.reset();
        network_.reset();
    });
    loop_.stop();
}

void LoopbackZone::serve(ZoneResolver zone) {
    unbound_.reset();
    onLoop([this, &zone] { server_->zone = std::move(zone); });
    if (options_.unbound) {
        std::string why;
        unbound_ = Unbound::startForwarding(serverPort(), why);
        if (!unbound_) throw std::runtime_error(why);
    }
    onLoop([this] { openResolver(); });
}

void LoopbackZone::serve(const json::object& zone) {
    ZoneResolver resolver;
    resolver.addJson(zone);
    serve(std::move(resolver));
}

void LoopbackZone::openResolver() {
    cache_.reset();
    dns::NetworkResolverOptions o;
    o.servers = {loopback(port())};
    o.timeout = options_.timeout;
    o.tries = 1;
    network_ = std::make_unique<dns::NetworkResolver>(loop_, clock_, random_, o);
    cache_ = std::make_unique<dns::CachingResolver>(*network_, clock_);
}

dns::Resolver& LoopbackZone::resolver() {
    if (options_.caching) return *cache_;
    return *network_;
}

std::uint16_t LoopbackZone::port() const {
    return unbound_ ? unbound_->port() : serverPort();
}

std::uint16_t LoopbackZone::serverPort() const {
    return server_->udp->endpoint().port;
}

std::vector<dns::Question> LoopbackZone::asked() {
    std::vector<dns::Question> out;
    onLoop([&] { out = server_->zone.asked(); });
    return out;
}

void LoopbackZone::onLoop(std::move_only_function<void()> work) {
    std::exception_ptr thrown;
    auto doing = [&]() -> Task<bool> {
        try {
            work();
        } catch (...) {
            thrown = std::current_exception();
        }
        co_return true;
    };
    loop_.runBlocking<bool>([&] { return doing(); });
    if (thrown) std::rethrow_exception(thrown);
}

} // namespace waypost::test
