// Dialer: opens TCP connections. Source address and deadline are the caller's; names are resolved elsewhere.
// The guard: while only loopback is allowed (always in tests and in the lab workspace), any other address
// completes with IoStatus::Forbidden, is counted, and nothing is sent.
#pragma once

#include "net/loop.h"
#include "net/stream.h"

#include <atomic>

namespace waypost::net {

struct DialRequest {
    Endpoint to;
    std::optional<IpAddress> from; // source address
    Millis deadline{30'000};
};

struct DialOutcome {
    IoStatus status = IoStatus::Ok;
    std::string text;
    std::unique_ptr<Stream> stream; // set when status is Ok
    Millis took{0};
};

class Dialer {
  public:
    virtual ~Dialer() = default;
    virtual Task<DialOutcome> dial(DialRequest request) = 0;
};

class TcpDialer final : public Dialer {
  public:
    explicit TcpDialer(Loop& loop) : loop_(loop) {}
    Task<DialOutcome> dial(DialRequest request) override;

  private:
    Loop& loop_;
};

// Process-wide, because it guards the process. Environment WAYPOST_LOOPBACK_ONLY=1 switches it on at start.
namespace guard {
void allowOnlyLoopback(bool on);
[[nodiscard]] bool onlyLoopback();
[[nodiscard]] bool allowed(const IpAddress& ip);
// Attempts that were stopped; a test asserts zero.
[[nodiscard]] std::uint64_t stoppedAttempts();
void countStopped();
} // namespace guard

} // namespace waypost::net
