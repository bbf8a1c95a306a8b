// Route: how a message leaves. Either to one relay, or to the recipient domain's own MX hosts.
#pragma once

#include "base/secret.h"
#include "net/address.h"

#include <cstdint>
#include <optional>
#include <string>

namespace waypost::delivery {

enum class RouteKind : std::uint8_t { Relay, Mx };
enum class TlsMode : std::uint8_t {
    Never,
    Opportunistic, // STARTTLS when offered, the certificate is only recorded (MX, RFC 3207)
    Require,       // STARTTLS or no delivery; the certificate is only recorded
    Verify,        // STARTTLS with a trusted certificate for the host's name, or no delivery
    Implicit,      // TLS from the first byte, verified (submission on 465, RFC 8314)
};

struct Route {
    std::string name;
    RouteKind kind = RouteKind::Relay;
    std::string host; // relay: name or address literal
    std::uint16_t port = 25;
    TlsMode tls = TlsMode::Opportunistic;
    std::string user;      // empty: no AUTH
    Secret password;       // or the OAuth2 token when mechanism is XOAUTH2
    std::string mechanism; // empty: the best offered
    std::optional<net::IpAddress> source;
    std::string helo;  // empty: the host's own name
    std::string caPem; // further trusted roots (lab, tests)
};

} // namespace waypost::delivery
