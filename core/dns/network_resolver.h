// NetworkResolver: asks name servers over UDP, and over TCP when an answer was cut. RFC 1035 section 4.2,
// 5452 (what makes an answer ours), 6891 (EDNS), 7766 (TCP).
//
// It has its own transport on net:: and not c-ares. c-ares 1.18 drops what does not match before we can
// keep it as evidence, does not say which server answered, owns descriptors that the loop would have to
// watch, ends all queries of a socket on an empty datagram, and reads one datagram a call.
//
// An answer is ours when it comes from the server's address to the socket that asked (the kernel sees to
// that), with the id of a query waiting there, and repeats its question. Ids are random, and a socket (thus
// the source port) is changed after some hundred queries. An answer to another question is kept as the
// outcome "malformed", but the right one is waited for until the deadline.
//
// Servers are asked in order: the next one when a server does not answer in time, cannot be reached, or says
// SERVFAIL or REFUSED. When none gives a definite answer, the most telling outcome is reported: servfail,
// refused, malformed, timeout, unreachable, in this order. A server that answered is not asked again in a
// later round. Loop thread only. When the loop stops or the resolver dies, pending questions end as
// Cancelled.
#pragma once

#include "base/random.h"
#include "dns/resolver.h"
#include "net/address.h"
#include "net/loop.h"

#include <memory>

namespace waypost::dns {

struct NetworkResolverOptions {
    std::vector<net::Endpoint> servers;
    Millis timeout{2000}; // for one attempt at one server
    int tries = 2;        // rounds over the servers
    bool tcpOnly = false;
    size_t window = 128;          // questions under way; the rest wait. Above 500 datagrams get lost.
    bool recursionDesired = true; // false for asking authoritative servers
    bool dnssecOk = false;        // DO: signatures are sent along
    std::uint16_t udpSize = 1232;
};

class NetworkResolver final : public Resolver {
  public:
    static constexpr size_t maxWindow = 4096; // so that a free id stays hard to guess
    static constexpr int queriesPerSocket = 512;

    // What happened so far; `strays` are datagrams that answered nothing that was asked.
    struct Counters {
        std::uint64_t asked = 0, sent = 0, repeated = 0, timeouts = 0, overTcp = 0, strays = 0;
    };

    // The clock and the randomness must outlive the resolver and what it has under way.
    NetworkResolver(net::Loop& loop, const Clock& clock, Random& random, NetworkResolverOptions options);
    ~NetworkResolver() override;

    // Answer::took is the time of the attempt that is reported, for a timeout that of all attempts.
    void resolve(Question question, Done done) override;
    [[nodiscard]] const Counters& counters() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace waypost::dns
