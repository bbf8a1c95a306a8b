// Streams: the whole answer when the datagram was cut (RFC 7766).
#include "dns/network_state.h"

namespace waypost::dns {

void NetworkResolver::State::startTcp(const QueryPtr& q) {
    ++counters.overTcp;
    ++q->attempt; // the UDP deadline is over
    auto mine = q->attempt;
    auto ended = [self = shared_from_this(), q, mine](Answer answer) {
        if (q->ended || q->attempt != mine) return;
        bool cut = q->best && q->best->truncated && q->best->server == answer.server;
        answer.truncated = cut;
        if (answer.rcode >= 0) return self->answered(q, std::move(answer));
        if (cut && answer.status != Status::Malformed) {
            // The cut answer stays the evidence; what TCP did is told beside it.
            q->best->status = answer.status;
            q->best->text = "The answer over UDP was cut; over TCP: " + answer.text;
        } else {
            self->keep(*q, std::move(answer));
        }
        self->next(q, false);
    };
    start(overTcp(q, options.servers[q->server]), std::move(ended));
}

namespace {

Status statusFor(net::IoStatus status) {
    switch (status) {
    case net::IoStatus::Timeout: return Status::Timeout;
    case net::IoStatus::Cancelled: return Status::Cancelled;
    case net::IoStatus::Eof: return Status::Malformed;
    default: return Status::Unreachable;
    }
}

Task<net::IoResult> exchange(net::Stream& stream, std::string query, std::string& reply, Millis limit) {
    auto begun = Monotonic::now();
    std::string framed{char(query.size() >> 8), char(query.size() & 0xff)};
    framed += query;
    auto writing = stream.writeAll(std::move(framed), limit);
    net::IoResult result = co_await writing;
    if (!result.ok()) co_return result;
    net::LineReader reader(stream, 0);
    std::string length;
    Millis left = std::max(Millis(0), limit - since(begun));
    auto sizing = reader.readExactly(2, length, left);
    result = co_await sizing;
    if (!result.ok()) co_return result;
    size_t size = size_t(std::uint8_t(length[0])) << 8 | std::uint8_t(length[1]);
    left = std::max(Millis(0), limit - since(begun));
    auto reading = reader.readExactly(size, reply, left);
    result = co_await reading;
    co_return result;
}

} // namespace

Task<Answer> NetworkResolver::State::overTcp(QueryPtr q, net::Endpoint server) {
    auto keepAlive = shared_from_this();
    auto begun = Monotonic::now();
    std::string query = q->bytes;
    auto id = std::uint16_t(random.below(65536));
    query[0] = char(id >> 8);
    query[1] = char(id & 0xff);
    Answer answer = blank(*q, Status::Timeout, {});
    net::DialRequest request;
    request.to = server;
    request.deadline = options.timeout;
    auto dialing = dialer.dial(request);
    net::DialOutcome dialed = co_await dialing;
    net::IoResult result;
    result.status = dialed.status;
    result.text = dialed.text;
    std::string reply;
    if (dialed.stream) {
        Millis left = std::max(Millis(0), options.timeout - since(begun));
        auto exchanging = exchange(*dialed.stream, query, reply, left);
        result = co_await exchanging;
    }
    if (!result.ok()) {
        answer.status = statusFor(result.status);
        answer.text = result.text;
    } else if (messageId(reply) != id) {
        answer.status = Status::Malformed;
        answer.text = "The answer over TCP has another id than the query.";
        answer.raw = reply;
    } else {
        answer = decodeAnswer(q->question, reply);
        if (answer.raw.empty()) answer.raw = reply;
    }
    answer.transport = Transport::Tcp;
    answer.server = server.toString();
    answer.at = clock.now();
    answer.took = since(begun);
    co_return answer;
}

} // namespace waypost::dns
