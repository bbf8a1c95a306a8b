// The lab's name server: UDP and TCP on one loopback port, over a Zone. Loop thread only; destroyed after its
// loop stopped.
#pragma once

#include "lab/zone.h"
#include "net/listener.h"

#include <memory>

namespace waypost::lab {

class NameServer {
  public:
    static Result<std::unique_ptr<NameServer>> open(net::Loop& loop, net::Endpoint at, Zone zone);
    [[nodiscard]] net::Endpoint endpoint() const { return udp_->endpoint(); }
    [[nodiscard]] Zone& zone() { return zone_; }

  private:
    explicit NameServer(Zone zone) : zone_(std::move(zone)) {}
    // The wire form of the answer, or empty to stay silent.
    [[nodiscard]] std::string respond(std::string_view query, size_t maxBytes) const;
    Task<void> serve(std::unique_ptr<net::ServerStream> stream);

    Zone zone_;
    std::unique_ptr<net::UdpServer> udp_;
    std::unique_ptr<net::Listener> tcp_;
};

} // namespace waypost::lab
