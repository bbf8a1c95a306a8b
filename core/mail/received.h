// Received: one trace field (RFC 5321 4.4) as the many servers of the world really write it. Every field is
// optional: what a server did not say is not guessed. Values are the server's claims, foreign text.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace waypost::mail {

struct Received {
    std::optional<std::string> helo;  // what the client called itself
    std::optional<std::string> rdns;  // name the server found for the client's address
    std::optional<std::string> ip;    // client's address; IPv4-mapped ones as IPv4
    std::optional<std::string> ident; // RFC 1413 user, as qmail and courier show it
    std::optional<std::string> by;    // receiving host
    std::optional<std::string> via;
    std::optional<std::string> with;         // protocol word, or the server's name for it
    std::optional<std::string> id;           // without < >
    std::optional<std::string> forAddress;   // without < >
    std::optional<std::string> envelopeFrom; // without < >
    std::optional<std::string> auth; // how the client authenticated: a mechanism, protocol or server name
    std::optional<std::string> tls;  // "TLSv1.3", or the words of the server
    std::optional<UtcTime> date;
    // A transfer between hosts: it names a client address and is not a local step (a content filter, a
    // mailbox fetcher, a pickup service).
    bool networkHop = false;
};

// `value` may be folded. Never fails; at most 16 KB are looked at.
Received parseReceived(std::string_view value);

} // namespace waypost::mail
