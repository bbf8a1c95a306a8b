// The inside of NetworkResolver, shared by its three .cpp files: what is asked and in which order
// (network_resolver.cpp), datagrams (network_udp.cpp), streams (network_tcp.cpp). Private to the module.
#pragma once

#include "dns/network_resolver.h"
#include "dns/wire.h"
#include "net/dialer.h"
#include "net/timer.h"
#include "net/udp_client.h"

#include <deque>

namespace waypost::dns {

using Monotonic = std::chrono::steady_clock;

inline Millis since(Monotonic::time_point begun) {
    return std::chrono::duration_cast<Millis>(Monotonic::now() - begun);
}

// A UDP socket to one server, in use until its last query has ended.
struct AskingSocket {
    std::unique_ptr<net::UdpClient> udp;
    size_t server = 0;
    int used = 0;
    std::uint64_t strays = 0;
};

// One question from its asking to its end.
struct AskedQuery {
    Question question;
    Resolver::Done done;
    std::string bytes; // the query; the id is written into it for each attempt
    std::shared_ptr<AskingSocket> socket;
    std::optional<Answer> best; // the most telling outcome so far
    Monotonic::time_point begun, attemptBegun;
    std::uint64_t strayBase = 0;  // the socket's strays when this attempt began
    std::uint32_t attempt = 0;    // counts the attempts; the end of an older TCP attempt does not match it
    std::uint32_t answeredBy = 0; // bit per server that need not be asked again
    std::uint64_t sending = 0;    // the datagram that is waited for; unlike the id never used twice
    std::uint16_t id = 0;
    size_t slot = 0; // in State::active
    size_t server = 0;
    int round = 0;
    bool edns = true;
    bool waiting = false; // its id is in the table
    bool ended = false;
};
using QueryPtr = std::shared_ptr<AskedQuery>;

inline constexpr size_t maxServers = 32; // bits of AskedQuery::answeredBy

// Small, because it stays until its time also when the answer has come.
struct AttemptDeadline {
    Monotonic::time_point at;
    std::uint64_t sending;
    std::uint16_t id;
};

struct NetworkResolver::State : std::enable_shared_from_this<State> {
    State(net::Loop& l, const Clock& c, Random& r, NetworkResolverOptions o)
        : loop(l), clock(c), random(r), options(std::move(o)), dialer(l) {}

    void prepare();
    void ask(Question question, Done done);
    void pump();
    bool encode(AskedQuery& q);
    void launch(const QueryPtr& q);
    void attempt(const QueryPtr& q);
    void sendUdp(const QueryPtr& q);
    void startTcp(const QueryPtr& q);
    Task<Answer> overTcp(QueryPtr q, net::Endpoint server);
    std::shared_ptr<AskingSocket> socketFor(size_t server, std::string& failure);
    void assignId(const QueryPtr& q);
    void release(AskedQuery& q);
    void received(AskingSocket& socket, std::string_view bytes);
    void answered(const QueryPtr& q, Answer answer);
    void keep(AskedQuery& q, Answer answer);
    void next(const QueryPtr& q, bool answered);
    void socketFailed(AskingSocket& socket, net::IoStatus status, const std::string& text);
    void expire();
    void dropPastDeadlines();
    void armTimer();
    void end(const QueryPtr& q);
    void finish(const QueryPtr& q, Answer answer);
    void cancelAll();
    Answer blank(const AskedQuery& q, Status status, std::string text) const;

    net::Loop& loop;
    const Clock& clock;
    Random& random;
    NetworkResolverOptions options;
    net::TcpDialer dialer;
    // By the low bits of the id. An id whose place is taken is not used: few are, because the table is much
    // larger than the window.
    std::vector<QueryPtr> byId;
    [[nodiscard]] QueryPtr& place(std::uint16_t id) { return byId[id & (byId.size() - 1)]; }
    QueryPtr waitingFor(std::uint16_t id) {
        const QueryPtr& q = place(id);
        return q && q->id == id ? q : nullptr;
    }
    std::vector<std::string> serverTexts;
    std::vector<std::shared_ptr<AskingSocket>> sockets; // the current one of each server
    std::deque<QueryPtr> queue;
    std::vector<QueryPtr> active;          // in no order; AskedQuery::slot is the place
    std::deque<AttemptDeadline> deadlines; // in order: every attempt has the same time
    std::optional<net::Timer> timer;
    Counters counters;
    std::uint64_t idBits = 0;
    int idsLeft = 0;
    bool pumping = false;
    bool closed = false;
};

} // namespace waypost::dns
