// A clock that stands until it is moved.
#pragma once

#include "base/clock.h"

namespace waypost::test {

class FakeClock final : public Clock {
  public:
    explicit FakeClock(UtcTime start = {1'767'225'600'000}) : now_(start) {} // 2026-01-01T00:00:00Z
    [[nodiscard]] UtcTime now() const override { return now_; }
    [[nodiscard]] Millis monotonic() const override { return monotonic_; }
    void advance(Millis d) {
        now_ = now_ + d;
        monotonic_ += d;
    }
    void setWall(UtcTime t) { now_ = t; }

  private:
    UtcTime now_;
    Millis monotonic_{0};
};

} // namespace waypost::test
