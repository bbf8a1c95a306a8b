// Randomness as a parameter, so that a run can be repeated. Thread rule: one instance per thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace waypost {

class Random {
  public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
    // Uniform in [0, limit); limit > 0.
    std::uint64_t below(std::uint64_t limit);
    // Lower-case letters and digits, for tokens and boundaries.
    std::string token(size_t length);
};

// The kernel's generator, 256 bytes a system call. A number is forgotten when it is given.
class SystemRandom final : public Random {
  public:
    std::uint64_t next() override;

  private:
    std::array<std::uint64_t, 32> drawn_{};
    size_t left_ = 0;
};

// splitmix64 from a seed: the lab and the tests.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() override;

  private:
    std::uint64_t state_;
};

} // namespace waypost
