#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>
#include <cstring>

namespace waypost::net {

namespace {

constexpr size_t maxAddressText = 45; // the longest IPv6 form, with a dotted tail
constexpr std::array<char, 12> mappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff'};

std::optional<std::uint16_t> parsePort(std::string_view text) {
    unsigned value = 0;
    if (text.empty() || text.size() > 5) return std::nullopt;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > 65535) return std::nullopt;
    return std::uint16_t(value);
}

} // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
    IpAddress ip;
    std::memcpy(ip.bytes_.data(), mappedPrefix.data(), mappedPrefix.size());
    std::memcpy(ip.bytes_.data() + 12, octets.data(), 4);
    return ip;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
    IpAddress ip;
    std::memcpy(ip.bytes_.data(), octets.data(), 16);
    ip.v4_ = false;
    return ip;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.empty() || text.size() > maxAddressText || text.find('\0') != text.npos) return std::nullopt;
    std::string terminated(text);
    if (text.find(':') == text.npos) {
        std::array<std::uint8_t, 4> octets{};
        if (inet_pton(AF_INET, terminated.c_str(), octets.data()) != 1) return std::nullopt;
        return v4(octets);
    }
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) != 1) return std::nullopt;
    return v6(octets);
}

bool IpAddress::isLoopback() const {
    bool mapped = std::memcmp(bytes_.data(), mappedPrefix.data(), mappedPrefix.size()) == 0;
    if (v4_ || mapped) return bytes_[12] == 127;
    for (int i = 0; i < 15; ++i)
        if (bytes_[i] != 0) return false;
    return bytes_[15] == 1;
}

std::string_view IpAddress::octets() const {
    return v4_ ? std::string_view(bytes_.data() + 12, 4) : std::string_view(bytes_.data(), 16);
}

std::string IpAddress::toString() const {
    // glibc writes the RFC 5952 form: lower case, longest zero run shortened, dotted tail when mapped.
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(v4_ ? AF_INET : AF_INET6, octets().data(), text, sizeof text);
    return text;
}

bool IpAddress::inPrefix(const IpAddress& network, int bits) const {
    if (v4_ != network.v4_) return false;
    auto mine = octets();
    auto theirs = network.octets();
    if (bits < 0 || size_t(bits) > mine.size() * 8) return false;
    size_t whole = size_t(bits) / 8;
    if (mine.substr(0, whole) != theirs.substr(0, whole)) return false;
    int rest = bits % 8;
    if (rest == 0) return true;
    auto mask = std::uint8_t(0xff << (8 - rest));
    return ((std::uint8_t(mine[whole]) ^ std::uint8_t(theirs[whole])) & mask) == 0;
}

std::string IpAddress::reversedLabels() const {
    auto bytes = octets();
    std::string out;
    for (size_t i = bytes.size(); i-- > 0;) {
        auto octet = std::uint8_t(bytes[i]);
        if (!out.empty()) out += '.';
        if (v4_)
            out += fmt::format("{}", octet);
        else
            out += fmt::format("{:x}.{:x}", octet & 15, octet >> 4);
    }
    return out;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t defaultPort) {
    std::string_view host = text;
    std::string_view port;
    bool hasPort = false;
    if (text.starts_with('[')) {
        auto close = text.find(']');
        if (close == text.npos) return std::nullopt;
        host = text.substr(1, close - 1);
        auto rest = text.substr(close + 1);
        hasPort = !rest.empty();
        if (hasPort && rest[0] != ':') return std::nullopt;
        if (hasPort) port = rest.substr(1);
        if (host.find(':') == host.npos) return std::nullopt; // brackets are for IPv6
    } else if (auto colon = text.find(':'); colon != text.npos && text.find(':', colon + 1) == text.npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
        hasPort = true;
    }
    auto ip = IpAddress::parse(host);
    if (!ip) return std::nullopt;
    if (!hasPort) return Endpoint{*ip, defaultPort};
    auto number = parsePort(port);
    if (!number) return std::nullopt;
    return Endpoint{*ip, *number};
}

std::string Endpoint::toString() const {
    return ip.isV4() ? fmt::format("{}:{}", ip.toString(), port)
                     : fmt::format("[{}]:{}", ip.toString(), port);
}

} // namespace waypost::net
