// Which addresses may be connected to when a stranger's DNS chose them. A domain can point its mail exchanger
// or its policy host at 127.0.0.1, at the router or at a cloud's metadata service; what is not globally
// reachable is refused with a sentence and nothing is sent. Pure but for the loopback guard (dialer.h): while
// only loopback is allowed, loopback alone passes. Sources: RFC 6890 with 8190 and the IANA special-purpose
// address registries, RFC 4291 section 2.5.5 (IPv4 inside IPv6), RFC 6052 section 2.1.
#pragma once

#include "net/address.h"

#include <optional>
#include <string>
#include <string_view>

namespace waypost::net {

// The name of the special range the address is in, such as "private use (RFC 1918)"; nothing for an address
// that is globally reachable. IPv4 inside IPv6 is special whatever it holds, but for the translation prefix
// 64:ff9b::/96, which is judged by the IPv4 address inside.
std::optional<std::string_view> specialRange(const IpAddress& ip);

// Nothing when the address may be connected to; else one sentence why not.
std::optional<std::string> refusalOf(const IpAddress& ip);

} // namespace waypost::net
