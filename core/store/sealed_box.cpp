#include "store/sealed_box.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace waypost::store::sealed {

namespace {

constexpr std::string_view magic = "WAYPOST-SECRETS1";
constexpr size_t saltBytes = 16, nonceBytes = 12, tagBytes = 16, keyBytes = 32;
constexpr size_t headBytes = magic.size() + 3 + saltBytes + nonceBytes;
// A hostile file must not make us use memory and time without end.
constexpr int minLogN = 14, maxLogN = 20, maxR = 16, maxP = 4;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytesOf(std::string& s) {
    return reinterpret_cast<unsigned char*>(s.data());
}
const unsigned char* bytesOf(std::string_view s) {
    return reinterpret_cast<const unsigned char*>(s.data());
}

std::string randomBytes(size_t count) {
    std::string out(count, '\0');
    if (RAND_bytes(bytesOf(out), int(count)) != 1) throw std::runtime_error("no randomness");
    return out;
}

std::unexpected<Error> damaged() {
    return fail(ErrorCode::Corrupt, "secrets", "This is not a secrets file of Waypost, or it is damaged.");
}

std::unexpected<Error> broken() {
    return fail(ErrorCode::Internal, "secrets", "The cipher of the secrets file could not be used.");
}

} // namespace

Parameters freshParameters() {
    Parameters p;
    p.salt = randomBytes(saltBytes);
    return p;
}

Result<Parameters> parametersOf(std::string_view file) {
    if (file.size() < headBytes + tagBytes || !file.starts_with(magic)) return damaged();
    Parameters p{file[16], file[17], file[18], std::string(file.substr(19, saltBytes))};
    if (p.logN < minLogN || p.logN > maxLogN || p.r < 1 || p.r > maxR || p.p < 1 || p.p > maxP)
        return damaged();
    return p;
}

Result<Secret> deriveKey(const Secret& passphrase, const Parameters& p) {
    std::string key(keyBytes, '\0');
    auto cost = std::uint64_t(1) << p.logN;
    auto memory = 256 * cost * std::uint64_t(p.r) + 1024 * 1024;
    auto words = passphrase.reveal();
    int ok = EVP_PBE_scrypt(words.data(), words.size(), bytesOf(std::string_view(p.salt)), p.salt.size(),
                            cost, std::uint64_t(p.r), std::uint64_t(p.p), memory, bytesOf(key), key.size());
    if (ok != 1) return broken();
    return Secret(std::move(key));
}

Result<std::string> seal(const Secret& plain, const Secret& key, const Parameters& p) {
    auto nonce = randomBytes(nonceBytes);
    std::string out(magic);
    for (int n : {p.logN, p.r, p.p}) out.push_back(char(n));
    out += p.salt;
    out += nonce;
    auto bytes = plain.reveal();
    std::string sealedBytes(bytes.size() + tagBytes, '\0');
    Context c(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int n = 0;
    bool ok =
        c && EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key.reveal()), bytesOf(nonce)) &&
        EVP_EncryptUpdate(c.get(), nullptr, &n, bytesOf(out), int(out.size())) &&
        EVP_EncryptUpdate(c.get(), bytesOf(sealedBytes), &n, bytesOf(bytes), int(bytes.size())) &&
        EVP_EncryptFinal_ex(c.get(), bytesOf(sealedBytes) + n, &n) &&
        EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, int(tagBytes),
                            bytesOf(sealedBytes) + bytes.size());
    if (!ok) return broken();
    return out + sealedBytes;
}

Result<Secret> unseal(std::string_view file, const Secret& key) {
    if (auto p = parametersOf(file); !p) return fail(std::move(p.error()));
    auto head = file.substr(0, headBytes);
    auto nonce = head.substr(headBytes - nonceBytes);
    auto body = file.substr(headBytes, file.size() - headBytes - tagBytes);
    std::string tag(file.substr(file.size() - tagBytes));
    std::string plain(body.size() + tagBytes, '\0');
    Context c(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int n = 0;
    // The nonce is the end of the head, and everything before it and itself is authenticated.
    bool ok =
        c && EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, bytesOf(key.reveal()), bytesOf(nonce)) &&
        EVP_DecryptUpdate(c.get(), nullptr, &n, bytesOf(head), int(head.size())) &&
        EVP_DecryptUpdate(c.get(), bytesOf(plain), &n, bytesOf(body), int(body.size())) &&
        EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, int(tagBytes), bytesOf(tag));
    if (!ok) return broken();
    bool genuine = EVP_DecryptFinal_ex(c.get(), bytesOf(plain) + body.size(), &n) == 1;
    Secret opened(std::move(plain));
    if (!genuine)
        return fail(ErrorCode::Permission, "secrets",
                    "The passphrase is wrong, or the secrets file was changed by somebody else.");
    return Secret(std::string(opened.reveal().substr(0, body.size())));
}

} // namespace waypost::store::sealed
