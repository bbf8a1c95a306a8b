// Datagrams: sockets, ids, deadlines (RFC 5452).
#include "dns/network_state.h"

#include <fmt/format.h>

namespace waypost::dns {

std::shared_ptr<AskingSocket> NetworkResolver::State::socketFor(size_t server, std::string& failure) {
    auto& current = sockets[server];
    if (current && current->used < queriesPerSocket) return current;
    auto fresh = std::make_shared<AskingSocket>();
    fresh->server = server;
    net::UdpClient::Events events;
    std::weak_ptr<AskingSocket> weakSocket = fresh;
    events.datagram = [weak = weak_from_this(), weakSocket](std::string_view bytes) {
        auto self = weak.lock();
        auto socket = weakSocket.lock();
        if (self && socket) self->received(*socket, bytes);
    };
    events.failed = [weak = weak_from_this(), weakSocket](net::IoStatus status, const std::string& text) {
        auto self = weak.lock();
        auto socket = weakSocket.lock();
        if (self && socket) self->socketFailed(*socket, status, text);
    };
    auto opened = net::UdpClient::open(loop, options.servers[server], std::move(events));
    if (!opened) {
        failure = opened.error().text;
        return nullptr;
    }
    fresh->udp = std::move(*opened);
    current = fresh;
    return fresh;
}

void NetworkResolver::State::assignId(const QueryPtr& q) {
    do {
        if (idsLeft == 0) {
            idBits = random.next();
            idsLeft = 4;
        }
        q->id = std::uint16_t(idBits);
        idBits >>= 16;
        --idsLeft;
    } while (place(q->id));
    place(q->id) = q;
    q->waiting = true;
    q->bytes[0] = char(q->id >> 8);
    q->bytes[1] = char(q->id & 0xff);
}

void NetworkResolver::State::release(AskedQuery& q) {
    if (q.waiting) place(q.id).reset();
    q.waiting = false;
    q.socket.reset();
}

void NetworkResolver::State::sendUdp(const QueryPtr& q) {
    std::string failure;
    auto socket = socketFor(q->server, failure);
    if (!socket) {
        keep(*q, blank(*q, Status::Unreachable, std::move(failure)));
        return next(q, true);
    }
    ++socket->used;
    ++counters.sent;
    q->strayBase = socket->strays;
    q->socket = std::move(socket);
    assignId(q);
    q->socket->udp->send(q->bytes);
    q->sending = counters.sent;
    deadlines.push_back({q->attemptBegun + options.timeout, q->sending, q->id});
    dropPastDeadlines();
    if (!timer->armed()) armTimer();
}

void NetworkResolver::State::received(AskingSocket& socket, std::string_view bytes) {
    auto id = messageId(bytes);
    QueryPtr q = id ? waitingFor(*id) : nullptr;
    if (!q || q->socket.get() != &socket) {
        ++socket.strays;
        ++counters.strays;
        return;
    }
    Answer answer = decodeAnswer(q->question, bytes);
    answer.server = serverTexts[q->server];
    answer.transport = Transport::Udp;
    answer.at = clock.now();
    answer.took = since(q->attemptBegun);
    if (answer.raw.empty()) answer.raw = bytes;
    if (answer.status == Status::Malformed && !answer.truncated) {
        // It may be forged: the right one can still come.
        keep(*q, std::move(answer));
        return;
    }
    if (!answer.truncated) return answered(q, std::move(answer));
    answer.status = Status::Timeout;
    answer.records.clear();
    answer.authority.clear();
    answer.text = "The answer over UDP was cut, and the whole one did not come over TCP.";
    keep(*q, std::move(answer));
    release(*q);
    startTcp(q);
}

void NetworkResolver::State::socketFailed(AskingSocket& socket, net::IoStatus status,
                                          const std::string& text) {
    if (status == net::IoStatus::Cancelled) return;
    std::vector<QueryPtr> waiting;
    for (const auto& q : active)
        if (q->socket.get() == &socket) waiting.push_back(q);
    if (sockets[socket.server].get() == &socket) sockets[socket.server].reset();
    for (const auto& q : waiting) {
        if (q->ended || q->socket.get() != &socket) continue;
        keep(*q, blank(*q, Status::Unreachable,
                       fmt::format("{} cannot be reached over UDP: {}.", serverTexts[q->server], text)));
        next(q, false);
    }
}

void NetworkResolver::State::expire() {
    auto now = Monotonic::now();
    while (!deadlines.empty() && deadlines.front().at <= now) {
        AttemptDeadline due = deadlines.front();
        deadlines.pop_front();
        QueryPtr q = waitingFor(due.id);
        if (!q || q->sending != due.sending) continue;
        ++counters.timeouts;
        std::string text = fmt::format("No answer within {} ms.", options.timeout.count());
        auto strays = q->socket ? q->socket->strays - q->strayBase : 0;
        if (strays > 0) text += fmt::format(" {} datagrams came that answer nothing that was asked.", strays);
        keep(*q, blank(*q, Status::Timeout, std::move(text)));
        next(q, false);
    }
    armTimer();
}

// Those in front whose answer has come.
void NetworkResolver::State::dropPastDeadlines() {
    while (!deadlines.empty()) {
        const auto& q = place(deadlines.front().id);
        if (q && q->sending == deadlines.front().sending) return;
        deadlines.pop_front();
    }
}

void NetworkResolver::State::armTimer() {
    dropPastDeadlines();
    if (deadlines.empty() || closed) return;
    auto left = std::chrono::ceil<Millis>(deadlines.front().at - Monotonic::now());
    timer->arm(std::max(left, Millis(0)));
}

} // namespace waypost::dns
