#include "net/dialer.h"

#include <cstdlib>

namespace waypost::net::guard {

namespace {

bool startValue() {
    const char* value = std::getenv("WAYPOST_LOOPBACK_ONLY");
    return value && std::string_view(value) == "1";
}

// Set before main, so that no code path can look before it is known.
std::atomic<bool> loopbackOnly{startValue()};
std::atomic<std::uint64_t> stopped{0};

} // namespace

void allowOnlyLoopback(bool on) {
    loopbackOnly = on;
}
bool onlyLoopback() {
    return loopbackOnly;
}
bool allowed(const IpAddress& ip) {
    return !loopbackOnly || ip.isLoopback();
}
std::uint64_t stoppedAttempts() {
    return stopped;
}
void countStopped() {
    ++stopped;
}

} // namespace waypost::net::guard
