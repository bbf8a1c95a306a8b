#include "cli/network.h"

namespace waypost::cli {

namespace {

dns::NetworkResolverOptions optionsFor(std::vector<net::Endpoint> servers, size_t window) {
    dns::NetworkResolverOptions o;
    o.servers = std::move(servers);
    o.window = window;
    return o;
}

} // namespace

Network::Network(std::vector<net::Endpoint> servers, size_t window)
    : asking(loop, clock, random, optionsFor(std::move(servers), window)),
      recording(asking,
                [this](const dns::Answer& a) {
                    if (keepAnswers) answers.push_back(a);
                }),
      resolver(recording, clock, cachedAnswers) {}

Result<std::unique_ptr<Network>> openNetwork(const Globals& globals, size_t window) {
    auto servers = resolverServers(globals);
    if (!servers) return fail(servers.error());
    return std::make_unique<Network>(std::move(*servers), window);
}

} // namespace waypost::cli
