// Private DKIM keys: read from PEM, made new, and what is published for them (RFC 6376 section 3.6.1, RFC
// 8301 section 3.2, RFC 8463 section 4). OpenSSL is hidden. Any thread. An unreadable key is an Error; its
// bytes are in no message.
#pragma once

#include "auth/dkim_hash.h"
#include "base/result.h"
#include "base/secret.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace waypost::auth {

enum class DkimKeyKind { Rsa2048, Rsa3072, Rsa4096, Ed25519 };
// "rsa2048" (also "rsa"), "rsa3072", "rsa4096", "ed25519"; nothing for another word.
std::optional<DkimKeyKind> dkimKeyKindFrom(std::string_view word);

class DkimPrivateKey {
  public:
    static constexpr size_t maxPem = 64 * 1024;

    // PKCS#8 or the older forms, not encrypted; RSA from 1024 to 8192 bits, or Ed25519.
    static Result<std::shared_ptr<const DkimPrivateKey>> fromPem(const Secret& pem);
    static Result<std::shared_ptr<const DkimPrivateKey>> generate(DkimKeyKind kind);

    ~DkimPrivateKey();
    DkimPrivateKey(const DkimPrivateKey&) = delete;
    DkimPrivateKey& operator=(const DkimPrivateKey&) = delete;

    [[nodiscard]] std::string_view type() const { return rsa_ ? "rsa" : "ed25519"; } // k=
    [[nodiscard]] std::string_view algorithm() const { return rsa_ ? "rsa-sha256" : "ed25519-sha256"; }
    [[nodiscard]] int bits() const;
    [[nodiscard]] Secret pem() const;            // PKCS#8
    [[nodiscard]] std::string publicKey() const; // octets of p=

    // b= over a SHA-256 digest; octets.
    [[nodiscard]] Result<std::string> sign(std::string_view digest) const;

  private:
    struct Contexts;
    explicit DkimPrivateKey(evp_pkey_st* key);
    evp_pkey_st* key_;
    bool rsa_;
    std::unique_ptr<Contexts> contexts_;
};

// What to publish at "<selector>._domainkey.<domain>".
struct DkimPublication {
    std::string name;                 // without a trailing dot
    std::string record;               // as one string: what provider forms take
    std::vector<std::string> strings; // the same, split for a zone file: 255 octets at most each
    std::string zoneLine;             // a line of a zone file
};
DkimPublication dkimPublication(const DkimPrivateKey& key, std::string_view selector,
                                std::string_view domain);
// For a key whose private part is elsewhere: `type` is k=, `publicKey` the octets of p=.
DkimPublication dkimPublication(std::string_view type, std::string_view publicKey, std::string_view selector,
                                std::string_view domain);

} // namespace waypost::auth
