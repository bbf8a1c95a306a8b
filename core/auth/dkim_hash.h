// Hashes of a body for many signatures in one pass: each canonicalization runs once and each hash of it runs
// once, whatever the number of signatures and of their l= (RFC 6376 section 3.7). Not thread safe; OpenSSL is
// hidden.
#pragma once

#include "auth/dkim_canon.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

enum class DkimHash : std::uint8_t { Sha1, Sha256 };
std::string dkimDigest(DkimHash hash, std::string_view bytes); // octets

// A running hash whose value can be had at any time without ending it.
class RunningHash {
  public:
    explicit RunningHash(DkimHash hash);
    RunningHash(const RunningHash& other);
    RunningHash(RunningHash&&) noexcept;
    RunningHash& operator=(const RunningHash&) = delete;
    RunningHash& operator=(RunningHash&&) noexcept;
    ~RunningHash();
    void update(std::string_view bytes);
    [[nodiscard]] std::string value() const; // of the octets so far

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class BodyHasher {
  public:
    struct Wanted {
        Canonicalization canonicalization = Canonicalization::Simple;
        DkimHash hash = DkimHash::Sha256;
        std::optional<std::uint64_t> limit; // l=
        bool operator==(const Wanted&) const = default;
    };

    BodyHasher();
    ~BodyHasher();
    BodyHasher(const BodyHasher&) = delete;
    BodyHasher& operator=(const BodyHasher&) = delete;

    // Before the first feed(). Equal wishes give the same number.
    size_t want(Wanted wanted);
    void feed(std::string_view body);
    void finish();

    // After finish().
    [[nodiscard]] const std::string& digest(size_t number) const;
    [[nodiscard]] std::uint64_t canonicalBytes(size_t number) const; // of the whole body
    // How many hashes ran over the body.
    [[nodiscard]] size_t passes() const { return passes_; }

  private:
    struct Stream;
    struct Wish;
    std::vector<Wish> wishes_;
    std::vector<std::unique_ptr<Stream>> streams_;
    size_t passes_ = 0;
};

} // namespace waypost::auth
