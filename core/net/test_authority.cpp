#include "net/listener.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace waypost::net {

namespace {

using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

// A broken crypto library is a broken environment.
void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("OpenSSL cannot make a test certificate: ") + what);
}

KeyPtr makeKey() {
    KeyPtr key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    check(bool(key), "key");
    return key;
}

template <class Write>
std::string pem(Write write) {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    check(write(out.get()) == 1, "PEM");
    char* text = nullptr;
    long size = BIO_get_mem_data(out.get(), &text);
    return {text, size_t(size)};
}

std::string certificatePem(X509* certificate) {
    return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string keyPem(EVP_PKEY* key) {
    return pem(
        [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

void addExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    check(extension != nullptr, "extension");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

struct Subject {
    std::string commonName;
    UtcTime notBefore, notAfter;
};

// The part that all certificates share; the issuer and the signature come later.
CertificatePtr blank(const Subject& subject, EVP_PKEY* key) {
    CertificatePtr certificate(X509_new(), X509_free);
    check(bool(certificate), "certificate");
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::uint64_t serial = 0;
    check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial number");
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1 | 1);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), time_t(subject.notBefore.ms / 1000));
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), time_t(subject.notAfter.ms / 1000));
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(subject.commonName.c_str()), -1, -1, 0);
    return certificate;
}

std::string alternativeNames(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) {
        if (!out.empty()) out += ',';
        out += (IpAddress::parse(name) ? "IP:" : "DNS:") + name;
    }
    return out;
}

CertificatePtr makeLeaf(const std::vector<std::string>& names, UtcTime notBefore, UtcTime notAfter,
                        EVP_PKEY* key) {
    Subject subject{names.empty() ? "unnamed" : names.front(), notBefore, notAfter};
    if (subject.commonName.size() > 64) subject.commonName.resize(64); // X.520's limit
    return blank(subject, key);
}

void finishLeaf(X509* leaf, X509* issuer, EVP_PKEY* signer, const std::vector<std::string>& names) {
    X509_set_issuer_name(leaf, X509_get_subject_name(issuer));
    addExtension(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE");
    addExtension(leaf, issuer, NID_ext_key_usage, "serverAuth");
    // Tells authorities of the same name apart.
    if (issuer != leaf) addExtension(leaf, issuer, NID_authority_key_identifier, "keyid:always");
    if (!names.empty()) addExtension(leaf, issuer, NID_subject_alt_name, alternativeNames(names));
    check(X509_sign(leaf, signer, EVP_sha256()) > 0, "signature");
}

} // namespace

struct TestAuthority::Impl {
    KeyPtr key = makeKey();
    CertificatePtr certificate{nullptr, X509_free};
    std::string pem;
};

TestAuthority::TestAuthority() : impl_(std::make_unique<Impl>()) {
    // Wide, so that leaves with any chosen validity have a valid issuer.
    Subject subject{"Waypost test authority", {0}, {4'102'444'800'000}}; // 1970 to 2100
    impl_->certificate = blank(subject, impl_->key.get());
    X509* ca = impl_->certificate.get();
    X509_set_issuer_name(ca, X509_get_subject_name(ca));
    addExtension(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
    addExtension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign");
    addExtension(ca, ca, NID_subject_key_identifier, "hash");
    check(X509_sign(ca, impl_->key.get(), EVP_sha256()) > 0, "signature");
    impl_->pem = certificatePem(ca);
}

TestAuthority::~TestAuthority() = default;

const std::string& TestAuthority::caPem() const {
    return impl_->pem;
}

ServerTls TestAuthority::issue(const std::vector<std::string>& names, UtcTime notBefore,
                               UtcTime notAfter) const {
    auto key = makeKey();
    auto leaf = makeLeaf(names, notBefore, notAfter, key.get());
    finishLeaf(leaf.get(), impl_->certificate.get(), impl_->key.get(), names);
    return {certificatePem(leaf.get()) + impl_->pem, keyPem(key.get())};
}

ServerTls TestAuthority::selfSigned(const std::vector<std::string>& names, UtcTime notBefore,
                                    UtcTime notAfter) {
    auto key = makeKey();
    auto leaf = makeLeaf(names, notBefore, notAfter, key.get());
    finishLeaf(leaf.get(), leaf.get(), key.get(), names);
    return {certificatePem(leaf.get()), keyPem(key.get())};
}

} // namespace waypost::net
