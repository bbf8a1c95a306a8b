// Public and private keys of DKIM as parsed values, and the two signature algorithms (RFC 6376 section 3.3,
// RFC 8463). Parsing a key costs more than checking a signature with it, so parsed records are kept
// (DkimKeyCache). OpenSSL is hidden. Any thread.
#pragma once

#include "auth/dkim_hash.h"
#include "auth/dkim_key.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace waypost::auth {

inline constexpr int maxRsaBits = 8192;       // more is refused: it costs milliseconds a signature
inline constexpr int maxRsaExponentBits = 64; // the same; everybody uses 65537

class PublicKey {
  public:
    // From the octets of p=. A key that cannot be used gives valid() == false.
    PublicKey(std::string_view type, const std::string& octets);
    ~PublicKey();
    PublicKey(const PublicKey&) = delete;
    PublicKey& operator=(const PublicKey&) = delete;
    [[nodiscard]] bool valid() const { return key_ != nullptr; }
    // Too many bits in the modulus or the exponent.
    [[nodiscard]] bool tooCostly() const;
    // `digest` is the `hash` of what was signed; Ed25519 signs the hash itself (RFC 8463 section 3).
    [[nodiscard]] bool verify(DkimHash hash, std::string_view digest, std::string_view signature) const;
    // RSA: the digest that was signed, when the signature was made with the other half of this key. Nothing
    // for Ed25519, and for a signature of another key.
    [[nodiscard]] std::optional<std::string> signedDigest(DkimHash hash, std::string_view signature) const;

  private:
    struct Contexts;
    evp_pkey_st* key_ = nullptr;
    bool rsa_ = true;
    std::unique_ptr<Contexts> contexts_;
};

// A key record with its key ready for use.
struct ParsedDkimKey {
    DkimKey record;
    std::unique_ptr<const PublicKey> key; // null when the record holds none
};

// By record text; process wide, thread safe, the oldest go first.
class DkimKeyCache {
  public:
    static constexpr size_t maxEntries = 1024;
    static constexpr size_t maxText = 8 * 1024; // a longer record is parsed each time
    static std::shared_ptr<const ParsedDkimKey> get(const std::string& text);
};

} // namespace waypost::auth
