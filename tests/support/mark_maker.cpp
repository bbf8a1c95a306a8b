#include "support/mark_maker.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <zlib.h>

#include <stdexcept>

namespace waypost::test {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Key makeKey() {
    return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

std::string pem(X509* certificate) {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string all(text, size_t(size));
    BIO_free(out);
    return all;
}

void addText(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    if (!extension) throw std::runtime_error("no extension: " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

void addOctets(X509* certificate, const char* oid, const std::string& der) {
    ASN1_OBJECT* object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, reinterpret_cast<const unsigned char*>(der.data()), int(der.size()));
    X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 0, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    ASN1_OBJECT_free(object);
}

Certificate blank(const std::string& name, long serial, UtcTime from, UtcTime to, EVP_PKEY* key) {
    Certificate c(X509_new(), X509_free);
    X509_set_version(c.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c.get()), serial);
    ASN1_TIME_set(X509_getm_notBefore(c.get()), time_t(from.ms / 1000));
    ASN1_TIME_set(X509_getm_notAfter(c.get()), time_t(to.ms / 1000));
    X509_set_pubkey(c.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    return c;
}

std::string tlv(char tag, const std::string& content) {
    std::string out(1, tag);
    const size_t n = content.size();
    if (n < 0x80) {
        out += char(n);
    } else if (n < 0x100) {
        out += "\x81";
        out += char(n);
    } else if (n < 0x10000) {
        out += "\x82";
        out += char(n >> 8);
        out += char(n & 0xff);
    } else {
        out += "\x83";
        out += char(n >> 16);
        out += char(n >> 8 & 0xff);
        out += char(n & 0xff);
    }
    return out + content;
}

std::string sha256(const std::string& bytes) {
    std::string out(32, '\0');
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, EVP_sha256(),
               nullptr);
    return out;
}

constexpr const char* markType = "1.3.6.1.4.1.53087.1.13";

} // namespace

struct MarkAuthority::Impl {
    Key key = makeKey();
    Key otherKey = makeKey();
    Certificate root{nullptr, X509_free};
    std::string rootPem;
};

MarkAuthority::MarkAuthority() : impl_(std::make_unique<Impl>()) {
    impl_->root = blank("Mark Test Authority", 1, {0}, {4'102'444'800'000}, impl_->key.get());
    X509* root = impl_->root.get();
    X509_set_issuer_name(root, X509_get_subject_name(root));
    addText(root, root, NID_basic_constraints, "critical,CA:TRUE");
    addText(root, root, NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(root, impl_->key.get(), EVP_sha256());
    impl_->rootPem = pem(root);
}
MarkAuthority::~MarkAuthority() = default;

const std::string& MarkAuthority::rootPem() const {
    return impl_->rootPem;
}

std::string MarkAuthority::issue(const MarkWanted& w) const {
    const Key key = makeKey();
    Certificate leaf = blank("Example Brand", 2, w.notBefore, w.notAfter, key.get());
    X509* c = leaf.get();
    if (!w.markType.empty())
        X509_NAME_add_entry_by_txt(X509_get_subject_name(c), markType, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(w.markType.c_str()), -1, -1, 0);
    X509_set_issuer_name(c, X509_get_subject_name(impl_->root.get()));
    if (w.purpose) addText(c, impl_->root.get(), NID_ext_key_usage, "1.3.6.1.5.5.7.3.31");
    std::string names;
    for (const std::string& n : w.names) names += (names.empty() ? "DNS:" : ",DNS:") + n;
    if (!names.empty()) addText(c, impl_->root.get(), NID_subject_alt_name, names);
    if (w.logotype) {
        const std::string encoded = w.gzip ? gzipped(w.svg) : w.svg;
        const std::string uri =
            w.uri.empty() ? "data:image/svg+xml;base64," + text::base64Encode(encoded) : w.uri;
        const std::string hash = sha256(w.goodHash ? encoded : encoded + "x");
        addOctets(c, "1.3.6.1.5.5.7.1.12",
                  w.logotypeDer.empty() ? logotypeDer(w.mediaType, hash, uri) : w.logotypeDer);
    }
    X509_sign(c, w.rightSigner ? impl_->key.get() : impl_->otherKey.get(), EVP_sha256());
    return pem(c) + impl_->rootPem;
}

std::string gzipped(const std::string& bytes) {
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string in = bytes;
    std::string out(deflateBound(&stream, uLong(bytes.size())) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = uInt(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string logotypeDer(const std::string& mediaType, const std::string& hash, const std::string& uri) {
    const std::string sha256Oid("\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9);
    const std::string hashes =
        tlv('\x30', tlv('\x30', tlv('\x30', tlv('\x06', sha256Oid)) + tlv('\x04', hash)));
    const std::string details = tlv('\x30', tlv('\x16', mediaType) + hashes + tlv('\x30', tlv('\x16', uri)));
    const std::string images = tlv('\x30', tlv('\x30', details));
    return tlv('\x30', tlv('\xa2', tlv('\xa0', images)));
}

} // namespace waypost::test
