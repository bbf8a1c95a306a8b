#include "auth/spf_networks.h"

#include <algorithm>

namespace waypost::auth {

namespace {

int familyBits(const net::IpAddress& ip) {
    return ip.isV4() ? 32 : 128;
}

net::IpAddress fromOctets(const net::IpAddress& like, std::string_view octets) {
    if (like.isV4()) {
        std::array<std::uint8_t, 4> out{};
        std::copy(octets.begin(), octets.end(), out.begin());
        return net::IpAddress::v4(out);
    }
    std::array<std::uint8_t, 16> out{};
    std::copy(octets.begin(), octets.end(), out.begin());
    return net::IpAddress::v6(out);
}

// By family, then by octets as numbers, then the wider one first.
bool before(const IpNetwork& a, const IpNetwork& b) {
    if (a.address.isV4() != b.address.isV4()) return a.address.isV4();
    // Octets compare as unsigned: char_traits<char> does.
    const int order = a.address.octets().compare(b.address.octets());
    return order != 0 ? order < 0 : a.bits < b.bits;
}

bool siblings(const IpNetwork& a, const IpNetwork& b) {
    if (a.bits != b.bits || a.bits == 0 || a.address.isV4() != b.address.isV4()) return false;
    return networkOf(a.address, a.bits - 1) == networkOf(b.address, b.bits - 1);
}

} // namespace

std::string IpNetwork::term() const {
    std::string out = (address.isV4() ? "ip4:" : "ip6:") + address.toString();
    if (bits != familyBits(address)) out += "/" + std::to_string(bits);
    return out;
}

IpNetwork networkOf(const net::IpAddress& address, int bits) {
    bits = std::clamp(bits, 0, familyBits(address));
    std::string octets(address.octets());
    for (size_t i = 0; i < octets.size(); ++i) {
        const int keep = std::clamp(bits - int(i) * 8, 0, 8);
        octets[i] = char(std::uint8_t(octets[i]) & std::uint8_t(0xff << (8 - keep)));
    }
    return {fromOctets(address, octets), bits};
}

std::vector<IpNetwork> merged(std::vector<IpNetwork> networks) {
    std::sort(networks.begin(), networks.end(), before);
    std::vector<IpNetwork> out;
    for (const IpNetwork& n : networks) {
        if (!out.empty() && n.address.inPrefix(out.back().address, out.back().bits)) continue;
        out.push_back(n);
        // Two halves make a whole, which may be half of the next.
        while (out.size() >= 2 && siblings(out[out.size() - 2], out.back())) {
            const IpNetwork whole = networkOf(out.back().address, out.back().bits - 1);
            out.pop_back();
            out.back() = whole;
        }
    }
    return out;
}

std::uint64_t ipv4Addresses(const std::vector<IpNetwork>& networks) {
    std::uint64_t sum = 0;
    for (const IpNetwork& n : networks)
        if (n.address.isV4()) sum += std::uint64_t(1) << (32 - n.bits);
    return sum;
}

} // namespace waypost::auth
