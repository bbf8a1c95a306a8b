#include "reputation/list_resolvers.h"

namespace waypost::reputation {

namespace {

constexpr std::uint16_t dnsPort = 53;

} // namespace

ListResolvers::ListResolvers(net::Loop& loop, const Clock& clock, Random& random,
                             std::vector<net::Endpoint> usual, Millis timeout, size_t window)
    : loop_(loop), clock_(clock), random_(random), usual_(std::move(usual)), timeout_(timeout),
      window_(window) {}

std::vector<net::Endpoint> ListResolvers::serversOf(const List& list) const {
    std::vector<net::Endpoint> own;
    for (const std::string& text : list.nameServers)
        if (auto endpoint = net::Endpoint::parse(text, dnsPort)) own.push_back(*endpoint);
    return own.empty() ? usual_ : own;
}

std::vector<std::string> ListResolvers::addressesOf(const List& list) const {
    std::vector<std::string> out;
    for (const net::Endpoint& server : serversOf(list)) out.push_back(server.ip.toString());
    return out;
}

dns::Resolver& ListResolvers::of(const List& list) {
    std::string key;
    if (!list.nameServers.empty())
        for (const net::Endpoint& server : serversOf(list)) key += server.toString() + " ";
    auto& slot = resolvers_[key];
    if (!slot) {
        dns::NetworkResolverOptions options;
        options.servers = serversOf(list);
        options.timeout = timeout_;
        options.tries = 1;
        options.window = window_;
        slot = std::make_unique<dns::NetworkResolver>(loop_, clock_, random_, std::move(options));
    }
    return *slot;
}

} // namespace waypost::reputation
