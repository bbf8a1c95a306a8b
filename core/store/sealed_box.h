// The bytes of a secrets file: a head with the key derivation's parameters, and the sealed rest.
//   "WAYPOST-SECRETS1" | log2 N, r, p (a byte each) | salt 16 | nonce 12 | AES-256-GCM ciphertext | tag 16
// The head is authenticated too. Pure but for the system's randomness. Failure: Error (Permission when the
// passphrase does not open it, Corrupt when the form is wrong).
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace waypost::store::sealed {

struct Parameters {
    int logN = 15, r = 8, p = 1; // 32 MiB, about a tenth of a second
    std::string salt;
};

inline constexpr size_t maxFileBytes = 4 * 1024 * 1024;

Parameters freshParameters();
Result<Parameters> parametersOf(std::string_view file);
Result<Secret> deriveKey(const Secret& passphrase, const Parameters& parameters);
Result<std::string> seal(const Secret& plain, const Secret& key, const Parameters& parameters);
Result<Secret> unseal(std::string_view file, const Secret& key);

} // namespace waypost::store::sealed
