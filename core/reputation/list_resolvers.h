// Who is asked for which list: its own name servers when the catalogue names some, else the usual ones. Each
// resolver asks once and does not repeat: the sweep does, under the limits. Loop thread only.
#pragma once

#include "dns/network_resolver.h"
#include "reputation/list.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace waypost::reputation {

class ListResolvers {
  public:
    // The clock, the randomness and the loop must outlive it. `window`: questions under way at a resolver.
    ListResolvers(net::Loop& loop, const Clock& clock, Random& random, std::vector<net::Endpoint> usual,
                  Millis timeout, size_t window);
    dns::Resolver& of(const List& list);
    [[nodiscard]] std::vector<net::Endpoint> serversOf(const List& list) const;
    // Their addresses, for SweepOptions::servers.
    [[nodiscard]] std::vector<std::string> addressesOf(const List& list) const;

  private:
    net::Loop& loop_;
    const Clock& clock_;
    Random& random_;
    std::vector<net::Endpoint> usual_;
    Millis timeout_;
    size_t window_;
    std::map<std::string, std::unique_ptr<dns::NetworkResolver>> resolvers_; // by their servers
};

} // namespace waypost::reputation
