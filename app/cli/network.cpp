#include "cli/network.h"

namespace waypost::cli {

namespace {

dns::NetworkResolverOptions optionsFor(std::vector<net::Endpoint> servers) {
    dns::NetworkResolverOptions o;
    o.servers = std::move(servers);
    return o;
}

} // namespace

Network::Network(std::vector<net::Endpoint> servers)
    : asking(loop, clock, random, optionsFor(std::move(servers))), recording(asking,
                                                                             [this](const dns::Answer& a) {
                                                                                 if (keepAnswers)
                                                                                     answers.push_back(a);
                                                                             }),
      resolver(recording, clock) {}

Result<std::unique_ptr<Network>> openNetwork(const Globals& globals) {
    auto servers = resolverServers(globals);
    if (!servers) return fail(servers.error());
    return std::make_unique<Network>(std::move(*servers));
}

} // namespace waypost::cli
