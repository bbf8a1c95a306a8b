#include "base/uuid.h"

#include <fmt/format.h>

namespace waypost {

std::string uuid7(UtcTime now, Random& random) {
    const auto time = std::uint64_t(now.ms) & 0xffffffffffffULL;
    const std::uint64_t a = random.next() & 0xfffULL;
    const std::uint64_t b = (random.next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
    return fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", time >> 16, time & 0xffff, a, b >> 48,
                       b & 0xffffffffffffULL);
}

} // namespace waypost
