// A name server of our own on loopback, UDP and TCP on one port, that answers from a zone as a recursive
// resolver would, and a dns::NetworkResolver with its cache that asks it; with an Unbound of its own between
// the two when wanted. It is how a suite that passes over a ZoneResolver is run again over the wire.
//
//   LoopbackZone net;                       // or LoopbackZone net({.unbound = true});
//   net.serve(zone);                        // a ZoneResolver, or the corpora's JSON form; forgets the caches
//   auto check = net.run<SpfCheck>([&](dns::Resolver& r) { return checkSpf(r, request, options); });
//
// What the zone says of a failure goes over the wire so: !timeout and "TIMEOUT" are SERVFAIL at once, or
// silence with `silent`; !servfail and !refused are themselves; !malformed is an answer to another question;
// !unreachable is silence. Names without records but with children are NODATA, others NXDOMAIN, both with a
// SOA of the root so that caches keep them. UDP answers are cut to the size the client names.
//
// Thread rule: every member from one thread that is not the loop's, which is the object's own. Failure rule:
// the constructor and serve() throw when no port can be had or Unbound does not come up; absent() says
// beforehand whether it is installed (for QSKIP).
#pragma once

#include "dns/caching_resolver.h"
#include "dns/network_resolver.h"
#include "net/loop.h"
#include "support/servers_dns.h"
#include "support/zone_resolver.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace waypost::test {

struct LoopbackZoneOptions {
    bool unbound = false;  // a real recursive resolver between ours and the zone
    bool silent = false;   // !timeout gives no answer instead of SERVFAIL; `timeout` is then waited for
    bool caching = true;   // run() gives the resolver with its cache
    Millis timeout{5'000}; // of one question; there is one try
};

class LoopbackZone {
  public:
    explicit LoopbackZone(LoopbackZoneOptions options = {});
    ~LoopbackZone();
    LoopbackZone(const LoopbackZone&) = delete;
    LoopbackZone& operator=(const LoopbackZone&) = delete;

    // Why Unbound cannot be started, as a sentence for QSKIP; empty when it can.
    static std::string unboundAbsent() { return Unbound::absent(); }

    // From now on answers come from this zone alone. Caches are emptied; an Unbound is started anew.
    void serve(ZoneResolver zone);
    void serve(const json::object& zone);
    void serve(std::string_view lines) { serve(ZoneResolver(lines)); } // the form of ZoneResolver

    // Runs the task on the loop with the resolver, and waits for its end.
    template <class T>
    T run(std::move_only_function<Task<T>(dns::Resolver&)> make) {
        return loop_.runBlocking<T>([&] { return make(resolver()); });
    }

    // Where the resolver asks: Unbound, or the server itself. Other programs can ask there too.
    [[nodiscard]] std::uint16_t port() const;
    // Where the server itself listens.
    [[nodiscard]] std::uint16_t serverPort() const;
    // What the server was asked since serve(), in order.
    [[nodiscard]] std::vector<dns::Question> asked();
    [[nodiscard]] net::Loop& loop() { return loop_; }

  private:
    struct Server;
    dns::Resolver& resolver();
    void onLoop(std::move_only_function<void()> work);
    void openResolver();

    LoopbackZoneOptions options_;
    SystemClock clock_;
    SystemRandom random_;
    net::Loop loop_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<Unbound> unbound_;
    std::unique_ptr<dns::NetworkResolver> network_;
    std::unique_ptr<dns::CachingResolver> cache_;
};

} // namespace waypost::test
