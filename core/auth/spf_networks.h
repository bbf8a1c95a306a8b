// A set of IP networks: what a record authorises, counted once and written shortest. Pure.
#pragma once

#include "net/address.h"

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::auth {

struct IpNetwork {
    net::IpAddress address; // host bits are zero
    int bits = 32;
    // "ip4:192.0.2.0/24", "ip6:2001:db8::1": a term of RFC 7208 section 5.6.
    [[nodiscard]] std::string term() const;
    auto operator<=>(const IpNetwork&) const = default;
};

// Clears the bits behind the prefix. `bits` is clamped to the family's length.
IpNetwork networkOf(const net::IpAddress& address, int bits);

// The same addresses in the fewest networks: none inside another, no two that make up a whole one; IPv4
// before IPv6, each in order.
std::vector<IpNetwork> merged(std::vector<IpNetwork> networks);

// How many IPv4 addresses; the networks must be merged. Never more than 2^32.
std::uint64_t ipv4Addresses(const std::vector<IpNetwork>& networks);

} // namespace waypost::auth
