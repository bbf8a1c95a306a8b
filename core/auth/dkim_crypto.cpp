#include "auth/dkim_crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <deque>
#include <mutex>
#include <unordered_map>

namespace waypost::auth {

namespace {

struct FreeContext {
    void operator()(EVP_PKEY_CTX* c) const { EVP_PKEY_CTX_free(c); }
};
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;

const unsigned char* octetsOf(std::string_view in) {
    return reinterpret_cast<const unsigned char*>(in.data());
}

// SubjectPublicKeyInfo, or the bare RSAPublicKey of RFC 6376 section 3.6.1.
EVP_PKEY* readRsa(const std::string& der) {
    const unsigned char* at = octetsOf(der);
    EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, long(der.size()));
    if (!key) {
        at = octetsOf(der);
        key = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, long(der.size()));
    }
    if (key && (at != octetsOf(der) + der.size() || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)) {
        EVP_PKEY_free(key);
        key = nullptr;
    }
    return key;
}

PkeyContext verifyContext(EVP_PKEY* key, DkimHash hash) {
    PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    const EVP_MD* md = hash == DkimHash::Sha1 ? EVP_sha1() : EVP_sha256();
    if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), md) != 1)
        return nullptr;
    return context;
}

bool verifyWith(EVP_PKEY_CTX* context, std::string_view signature, std::string_view digest) {
    return context && EVP_PKEY_verify(context, octetsOf(signature), signature.size(), octetsOf(digest),
                                      digest.size()) == 1;
}

} // namespace

// Setting up a context costs as much as the check itself, so one stays ready for whoever comes alone.
struct PublicKey::Contexts {
    std::mutex mutex;
    PkeyContext sha256;
};

PublicKey::PublicKey(std::string_view type, const std::string& octets)
    : rsa_(type == "rsa"), contexts_(std::make_unique<Contexts>()) {
    if (rsa_)
        key_ = readRsa(octets);
    else if (type == "ed25519")
        key_ = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octetsOf(octets), octets.size());
}

PublicKey::~PublicKey() {
    contexts_.reset();
    EVP_PKEY_free(key_);
}

bool PublicKey::tooCostly() const {
    if (!rsa_ || !key_) return false;
    BIGNUM* exponent = nullptr;
    if (EVP_PKEY_get_bn_param(key_, OSSL_PKEY_PARAM_RSA_E, &exponent) != 1) return true;
    const int bits = BN_num_bits(exponent);
    BN_free(exponent);
    return bits > maxRsaExponentBits || EVP_PKEY_get_bits(key_) > maxRsaBits;
}

bool PublicKey::verify(DkimHash hash, std::string_view digest, std::string_view signature) const {
    if (!key_) return false;
    if (!rsa_) {
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_) == 1 &&
               EVP_DigestVerify(context.get(), octetsOf(signature), signature.size(), octetsOf(digest),
                                digest.size()) == 1;
    }
    const std::unique_lock lock(contexts_->mutex, std::try_to_lock);
    if (!lock || hash != DkimHash::Sha256)
        return verifyWith(verifyContext(key_, hash).get(), signature, digest);
    if (!contexts_->sha256) contexts_->sha256 = verifyContext(key_, hash);
    return verifyWith(contexts_->sha256.get(), signature, digest);
}

std::optional<std::string> PublicKey::signedDigest(DkimHash hash, std::string_view signature) const {
    if (!key_ || !rsa_) return std::nullopt;
    const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr));
    const EVP_MD* md = hash == DkimHash::Sha1 ? EVP_sha1() : EVP_sha256();
    if (!context || EVP_PKEY_verify_recover_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), md) != 1)
        return std::nullopt;
    std::string out(size_t(EVP_PKEY_get_size(key_)), '\0');
    size_t size = out.size();
    const int done = EVP_PKEY_verify_recover(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                             &size, octetsOf(signature), signature.size());
    ERR_clear_error();
    if (done != 1) return std::nullopt;
    out.resize(size);
    return out;
}

namespace {

std::shared_ptr<const ParsedDkimKey> parse(const std::string& text) {
    auto parsed = std::make_shared<ParsedDkimKey>();
    parsed->record = parseDkimKey(text);
    const DkimKey& record = parsed->record;
    if (record.state != DkimKeyState::Usable && record.state != DkimKeyState::Weak) return parsed;
    auto key = std::make_unique<const PublicKey>(record.type, record.key);
    if (key->valid()) parsed->key = std::move(key);
    return parsed;
}

struct Cache {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<const ParsedDkimKey>> entries;
    std::deque<std::string> order;
};

Cache& cache() {
    static Cache instance;
    return instance;
}

} // namespace

std::shared_ptr<const ParsedDkimKey> DkimKeyCache::get(const std::string& text) {
    if (text.size() > maxText) return parse(text);
    Cache& c = cache();
    {
        const std::lock_guard lock(c.mutex);
        if (auto it = c.entries.find(text); it != c.entries.end()) return it->second;
    }
    auto parsed = parse(text);
    const std::lock_guard lock(c.mutex);
    if (!c.entries.emplace(text, parsed).second) return parsed;
    c.order.push_back(text);
    if (c.order.size() > maxEntries) {
        c.entries.erase(c.order.front());
        c.order.pop_front();
    }
    return parsed;
}

} // namespace waypost::auth
