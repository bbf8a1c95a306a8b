#include "engine/names.h"

#include "base/log.h"
#include "base/text.h"
#include "store/dns_store.h"
#include "store/settings_store.h"

#include <fstream>

namespace waypost::engine {

namespace {

void record(Context& c, const dns::Answer& answer) {
    if (c.workspace->readOnly() || answer.status == dns::Status::Cancelled) return;
    c.workspace->write([answer](store::Database& db) { store::dnsrecord::append(db, answer); },
                       [](Result<void> r) {
                           if (!r) log::warn("dns", r.error().describe());
                       });
}

std::vector<net::Endpoint> systemServers() {
    std::vector<net::Endpoint> out;
    std::ifstream in("/etc/resolv.conf");
    for (std::string line; std::getline(in, line);) {
        auto w = text::words(line);
        if (w.size() < 2 || w[0] != "nameserver") continue;
        if (auto e = net::Endpoint::parse(w[1], 53)) out.push_back(*e);
    }
    return out;
}

} // namespace

Context::Names::Names(Context& c, dns::NetworkResolverOptions options)
    : network(c.loop, c.clock, random, std::move(options)),
      recording(network, [&c](const dns::Answer& answer) { record(c, answer); }), cache(recording, c.clock) {}

std::vector<net::Endpoint> resolverServers(Context& c) {
    if (c.lab) return {c.lab->dns()};
    auto set = c.workspace->read([](store::Database& db) { return store::settings::resolverServers(db); });
    std::vector<net::Endpoint> out;
    if (set)
        for (const std::string& s : *set)
            if (auto e = net::Endpoint::parse(s, 53)) out.push_back(*e);
    return out.empty() ? systemServers() : out;
}

dns::Resolver& resolver(Context& c) {
    if (!c.names) {
        dns::NetworkResolverOptions options;
        options.servers = resolverServers(c);
        auto limits = c.workspace->read([](store::Database& db) {
            return std::pair(store::settings::integer(db, "resolver.timeout_ms"),
                             store::settings::integer(db, "resolver.attempts"));
        });
        if (limits) {
            options.timeout = Millis(limits->first);
            options.tries = int(limits->second);
        }
        c.names = std::make_shared<Context::Names>(c, std::move(options));
    }
    return c.names->cache;
}

// Questions under way keep the old chain alive until the loop has run this.
void dropResolver(Context& c) {
    c.loop.post([&c] { c.names.reset(); });
}

} // namespace waypost::engine
