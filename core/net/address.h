// IP addresses and endpoints as values. No sockets here.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::net {

// An IPv4 or IPv6 address. IPv4 is kept in the last four octets of an IPv4-mapped form; isV4() tells.
class IpAddress {
  public:
    IpAddress() = default;                                        // 0.0.0.0
    static std::optional<IpAddress> parse(std::string_view text); // no zone ids, no ports
    static IpAddress v4(std::array<std::uint8_t, 4> octets);
    static IpAddress v6(std::array<std::uint8_t, 16> octets); // ::ffff:a.b.c.d stays IPv6 here

    [[nodiscard]] bool isV4() const { return v4_; }
    [[nodiscard]] bool isLoopback() const; // 127.0.0.0/8, ::1 and the mapped form of the first
    // Octets in network order: 4 or 16.
    [[nodiscard]] std::string_view octets() const;
    [[nodiscard]] std::string toString() const; // RFC 5952 for IPv6
    // First `bits` bits equal, and same family.
    [[nodiscard]] bool inPrefix(const IpAddress& network, int bits) const;
    // "7.113.0.203" or the 32 reversed nibbles: what stands before "in-addr.arpa" or a list's zone.
    [[nodiscard]] std::string reversedLabels() const;

    auto operator<=>(const IpAddress&) const = default;

  private:
    std::array<char, 16> bytes_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, char(0xff), char(0xff), 0, 0, 0, 0};
    bool v4_ = true;
};

struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;
    static std::optional<Endpoint> parse(std::string_view text,
                                         std::uint16_t defaultPort); // "1.2.3.4:25", "[::1]:25"
    [[nodiscard]] std::string toString() const;
    auto operator<=>(const Endpoint&) const = default;
};

} // namespace waypost::net
