#include "auth/dkim_private_key.h"

#include "auth/dkim_key.h"
#include "base/text.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <mutex>
#include <optional>

namespace waypost::auth {

namespace {

constexpr int maxSigningBits = 8192;
constexpr size_t maxString = 255; // RFC 1035 section 3.3.14

struct FreeContext {
    void operator()(EVP_PKEY_CTX* c) const { EVP_PKEY_CTX_free(c); }
};
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeContext>;
struct FreeBio {
    void operator()(BIO* b) const { BIO_free_all(b); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
struct FreeKey {
    void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
};

// An encrypted key must not make OpenSSL ask on the terminal.
int noPassword(char* /*buffer*/, int /*size*/, int /*write*/, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

PkeyContext signContext(EVP_PKEY* key) {
    PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1)
        return nullptr;
    return context;
}

std::unexpected<Error> bad(std::string text) {
    ERR_clear_error();
    return fail(ErrorCode::InvalidArgument, "DKIM key", std::move(text));
}

const unsigned char* octetsOf(std::string_view in) {
    return reinterpret_cast<const unsigned char*>(in.data());
}

} // namespace

std::optional<DkimKeyKind> dkimKeyKindFrom(std::string_view word) {
    if (word == "rsa" || word == "rsa2048") return DkimKeyKind::Rsa2048;
    if (word == "rsa3072") return DkimKeyKind::Rsa3072;
    if (word == "rsa4096") return DkimKeyKind::Rsa4096;
    if (word == "ed25519") return DkimKeyKind::Ed25519;
    return std::nullopt;
}

// Setting up a context for each signature costs; one stays ready for whoever comes alone.
struct DkimPrivateKey::Contexts {
    std::mutex mutex;
    PkeyContext rsa;
};

DkimPrivateKey::DkimPrivateKey(evp_pkey_st* key)
    : key_(key), rsa_(EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA), contexts_(std::make_unique<Contexts>()) {}

DkimPrivateKey::~DkimPrivateKey() {
    contexts_.reset();
    EVP_PKEY_free(key_);
}

Result<std::shared_ptr<const DkimPrivateKey>> DkimPrivateKey::fromPem(const Secret& pem) {
    const std::string_view text = pem.reveal();
    if (text.size() > maxPem) return bad(fmt::format("The key file is longer than {} bytes.", maxPem));
    if (text.find("-----BEGIN ") == std::string_view::npos)
        return bad("The file is not in PEM form: it has no \"-----BEGIN\" line.");
    const Bio bio(BIO_new_mem_buf(text.data(), int(text.size())));
    bool asked = false;
    std::unique_ptr<EVP_PKEY, FreeKey> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassword, &asked));
    if (asked) return bad("The key is encrypted. Give it without a passphrase.");
    if (!key) {
        const bool isPublic = text.find("PUBLIC KEY-----") != std::string_view::npos;
        return bad(isPublic ? "This is a public key; signing needs the private one."
                            : "The PEM text holds no private key that can be read.");
    }
    const int type = EVP_PKEY_get_base_id(key.get());
    const int bits = EVP_PKEY_get_bits(key.get());
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519)
        return bad("DKIM signs with RSA or Ed25519 keys, and this is another kind.");
    if (type == EVP_PKEY_RSA && (bits < minRsaBits || bits > maxSigningBits))
        return bad(fmt::format("The RSA key has {} bits; signing takes {} to {}.", bits, minRsaBits,
                               maxSigningBits));
    return std::shared_ptr<const DkimPrivateKey>(new DkimPrivateKey(key.release()));
}

Result<std::shared_ptr<const DkimPrivateKey>> DkimPrivateKey::generate(DkimKeyKind kind) {
    EVP_PKEY* key = nullptr;
    switch (kind) {
    case DkimKeyKind::Rsa2048: key = EVP_RSA_gen(2048u); break;
    case DkimKeyKind::Rsa3072: key = EVP_RSA_gen(3072u); break;
    case DkimKeyKind::Rsa4096: key = EVP_RSA_gen(4096u); break;
    case DkimKeyKind::Ed25519: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
    }
    if (!key) return fail(ErrorCode::Internal, "DKIM key", "OpenSSL could not make a key.");
    return std::shared_ptr<const DkimPrivateKey>(new DkimPrivateKey(key));
}

int DkimPrivateKey::bits() const {
    return rsa_ ? EVP_PKEY_get_bits(key_) : 256;
}

Secret DkimPrivateKey::pem() const {
    const Bio bio(BIO_new(BIO_s_secmem()));
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        throw std::runtime_error("OpenSSL could not write a key");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return Secret(std::string(data, size_t(size)));
}

// SubjectPublicKeyInfo for RSA, as everybody publishes it; the bare 32 octets for Ed25519.
std::string DkimPrivateKey::publicKey() const {
    if (!rsa_) {
        std::string out(32, '\0');
        size_t size = out.size();
        EVP_PKEY_get_raw_public_key(key_, reinterpret_cast<unsigned char*>(out.data()), &size);
        return out;
    }
    const int size = i2d_PUBKEY(key_, nullptr);
    std::string out(size_t(std::max(size, 0)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(out.data());
    i2d_PUBKEY(key_, &at);
    return out;
}

Result<std::string> DkimPrivateKey::sign(std::string_view digest) const {
    std::string out(size_t(EVP_PKEY_get_size(key_)), '\0');
    size_t size = out.size();
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    bool done = false;
    if (!rsa_) {
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        done = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_) == 1 &&
               EVP_DigestSign(context.get(), to, &size, octetsOf(digest), digest.size()) == 1;
    } else {
        const std::unique_lock lock(contexts_->mutex, std::try_to_lock);
        PkeyContext own;
        if (!lock) own = signContext(key_);
        if (lock && !contexts_->rsa) contexts_->rsa = signContext(key_);
        EVP_PKEY_CTX* context = lock ? contexts_->rsa.get() : own.get();
        done = context && EVP_PKEY_sign(context, to, &size, octetsOf(digest), digest.size()) == 1;
    }
    if (!done) return fail(ErrorCode::Internal, "DKIM signature", "OpenSSL could not sign with the key.");
    out.resize(size);
    return out;
}

DkimPublication dkimPublication(const DkimPrivateKey& key, std::string_view selector,
                                std::string_view domain) {
    return dkimPublication(key.type(), key.publicKey(), selector, domain);
}

DkimPublication dkimPublication(std::string_view type, std::string_view publicKey, std::string_view selector,
                                std::string_view domain) {
    DkimPublication out;
    out.name = dkimKeyName(selector, domain);
    out.record = fmt::format("v=DKIM1; k={}; p={}", type, text::base64Encode(publicKey));
    out.zoneLine = out.name + ". IN TXT";
    for (size_t at = 0; at < out.record.size(); at += maxString) {
        out.strings.push_back(out.record.substr(at, maxString));
        out.zoneLine += " \"" + out.strings.back() + "\"";
    }
    return out;
}

} // namespace waypost::auth
