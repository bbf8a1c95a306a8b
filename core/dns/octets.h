// Numbers in network order. Private to the codec; the caller has checked the length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::dns::octets {

inline std::uint16_t get16(std::string_view in, size_t at) {
    return std::uint16_t(static_cast<unsigned char>(in[at]) << 8 | static_cast<unsigned char>(in[at + 1]));
}
inline std::uint32_t get32(std::string_view in, size_t at) {
    return std::uint32_t(get16(in, at)) << 16 | get16(in, at + 2);
}
inline void put16(std::string& out, std::uint16_t v) {
    out += char(v >> 8);
    out += char(v & 0xff);
}
inline void put32(std::string& out, std::uint32_t v) {
    put16(out, std::uint16_t(v >> 16));
    put16(out, std::uint16_t(v & 0xffff));
}

} // namespace waypost::dns::octets
