// What is looked up: an address, a domain, a mail address; how it is named in a list. RFC 5782 sections 2.1
// and 2.4. Pure.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "dns/public_suffix.h"
#include "net/address.h"
#include "reputation/list.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reputation {

inline constexpr size_t maxRange = 4096; // addresses of one range

struct Target {
    Asks kind = Asks::Domain;
    std::string text;  // normal form: "203.0.113.7", "2001:db8::7", "mail.example.org", "a@example.org"
    std::string given; // as it was typed, for output
    std::optional<net::IpAddress> ip;
    bool operator==(const Target& other) const { return text == other.text; }
};

// One target, or those of a range: "203.0.113.0/28", "203.0.113.7-203.0.113.9", "203.0.113.7-9". Error: no
// address and no domain, or a range of more than maxRange addresses.
Result<std::vector<Target>> parseTargets(std::string_view given);

// The address space that lists never hold: "private", "loopback", … or empty for a global one.
std::string_view specialUse(const net::IpAddress& ip);

// The name a list is asked for. `suffixes` may be null: then the domain itself is asked everywhere. Nothing
// when the list knows no such names, or the name would be too long. A key stands before the zone.
std::optional<std::string> queryName(const List& list, const Target& target,
                                     const dns::PublicSuffixList* suffixes, const Secret& key);
// The same with the key as "KEY": for people, files and the store.
std::optional<std::string> shownName(const List& list, const Target& target,
                                     const dns::PublicSuffixList* suffixes);
// The zone that is asked, with the key before it.
std::string zoneOf(const List& list, const Secret& key);
// Overwrites the key in a DNS message with 'x', octet by octet: a name of the same length remains.
std::string withoutKey(std::string message, const Secret& key);

// Digest of a mail address or a domain as hashed lists want it.
std::string hashedName(HashKind kind, std::string_view text);

} // namespace waypost::reputation
