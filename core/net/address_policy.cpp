#include "net/address_policy.h"

#include "net/dialer.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::net {

namespace {

struct Range {
    std::string_view network;
    int bits;
    std::string_view name; // empty: an exception that is globally reachable
};

// The first match counts, so an exception stands before the range around it.
constexpr Range ranges4[] = {
    {"0.0.0.0", 8, "this network (RFC 791)"},
    {"10.0.0.0", 8, "private use (RFC 1918)"},
    {"100.64.0.0", 10, "shared address space (RFC 6598)"},
    {"127.0.0.0", 8, "loopback (RFC 1122)"},
    {"169.254.0.0", 16, "link local (RFC 3927)"},
    {"172.16.0.0", 12, "private use (RFC 1918)"},
    {"192.0.0.9", 32, ""},  // Port Control Protocol anycast, RFC 7723
    {"192.0.0.10", 32, ""}, // TURN anycast, RFC 8155
    {"192.0.0.0", 24, "IETF protocol assignments (RFC 6890)"},
    {"192.0.2.0", 24, "documentation (RFC 5737)"},
    {"192.88.99.0", 24, "the withdrawn 6to4 relay anycast (RFC 7526)"},
    {"192.168.0.0", 16, "private use (RFC 1918)"},
    {"198.18.0.0", 15, "benchmarking (RFC 2544)"},
    {"198.51.100.0", 24, "documentation (RFC 5737)"},
    {"203.0.113.0", 24, "documentation (RFC 5737)"},
    {"224.0.0.0", 4, "multicast (RFC 5771)"},
    {"240.0.0.0", 4, "reserved (RFC 1112)"},
};

constexpr Range ranges6[] = {
    {"::", 128, "the unspecified address (RFC 4291)"},
    {"::1", 128, "loopback (RFC 4291)"},
    {"::ffff:0:0", 96, "IPv4 mapped into IPv6 (RFC 4291)"},
    {"::", 96, "IPv4 compatible IPv6 (RFC 4291)"},
    {"::ffff:0:0:0", 96, "IPv4 translated into IPv6 (RFC 2765)"},
    {"64:ff9b:1::", 48, "local translation between IPv4 and IPv6 (RFC 8215)"},
    {"100::", 64, "discard only (RFC 6666)"},
    {"100:0:0:1::", 64, "the dummy prefix (RFC 9780)"},
    {"2001:1::1", 128, ""}, // Port Control Protocol anycast
    {"2001:1::2", 128, ""}, // TURN anycast
    {"2001:1::3", 128, ""}, // DNS-SD anycast
    {"2001::", 32, "Teredo (RFC 4380)"},
    {"2001:2::", 48, "benchmarking (RFC 5180)"},
    {"2001:3::", 32, ""},     // AMT, RFC 7450
    {"2001:4:112::", 48, ""}, // AS112, RFC 7535
    {"2001:10::", 28, "the withdrawn ORCHID (RFC 4843)"},
    {"2001:20::", 28, ""}, // ORCHIDv2, RFC 7343
    {"2001:30::", 28, ""}, // drone remote identification, RFC 9374
    {"2001::", 23, "IETF protocol assignments (RFC 2928)"},
    {"2001:db8::", 32, "documentation (RFC 3849)"},
    {"2002::", 16, "6to4 (RFC 3056)"},
    {"3fff::", 20, "documentation (RFC 9637)"},
    {"5f00::", 16, "segment routing identifiers (RFC 9602)"},
    {"fc00::", 7, "unique local (RFC 4193)"},
    {"fe80::", 10, "link local (RFC 4291)"},
    {"fec0::", 10, "the withdrawn site local (RFC 3879)"},
    {"ff00::", 8, "multicast (RFC 4291)"},
    {"2000::", 3, ""},
    {"::", 0, "outside the global unicast range (RFC 4291)"},
};

struct ParsedRange {
    IpAddress network;
    int bits;
    std::string_view name;
};

template <size_t N>
std::vector<ParsedRange> parsed(const Range (&list)[N]) {
    std::vector<ParsedRange> out;
    for (const Range& r : list) out.push_back({*IpAddress::parse(r.network), r.bits, r.name});
    return out;
}

std::optional<std::string_view> nameIn(const std::vector<ParsedRange>& list, const IpAddress& ip) {
    for (const ParsedRange& r : list) {
        if (!ip.inPrefix(r.network, r.bits)) continue;
        if (r.name.empty()) return std::nullopt;
        return r.name;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string_view> specialRange(const IpAddress& ip) {
    static const std::vector<ParsedRange> list4 = parsed(ranges4);
    static const std::vector<ParsedRange> list6 = parsed(ranges6);
    static const IpAddress translation = *IpAddress::parse("64:ff9b::");
    if (ip.isV4()) return nameIn(list4, ip);
    if (!ip.inPrefix(translation, 96)) return nameIn(list6, ip);
    std::array<std::uint8_t, 4> inner{};
    const std::string_view tail = ip.octets().substr(12);
    std::copy(tail.begin(), tail.end(), inner.begin());
    return nameIn(list4, IpAddress::v4(inner));
}

std::optional<std::string> refusalOf(const IpAddress& ip) {
    if (guard::onlyLoopback()) {
        if (ip.isLoopback()) return std::nullopt;
        return fmt::format("{} is not a loopback address, and only loopback is allowed here.", ip.toString());
    }
    if (auto range = specialRange(ip))
        return fmt::format("{} is not a global address but {}; no connection was made.", ip.toString(),
                           *range);
    return std::nullopt;
}

} // namespace waypost::net
