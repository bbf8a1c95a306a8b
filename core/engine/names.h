// The chain of resolvers of one set of servers: network, recorder (every answer goes to the store), cache.
// Loop thread only.
#pragma once

#include "dns/caching_resolver.h"
#include "dns/network_resolver.h"
#include "dns/recording_resolver.h"
#include "engine/context.h"

namespace waypost::engine {

struct Context::Names {
    Names(Context& c, dns::NetworkResolverOptions options);
    SystemRandom random;
    dns::NetworkResolver network;
    dns::RecordingResolver recording;
    dns::CachingResolver cache;
};

} // namespace waypost::engine
