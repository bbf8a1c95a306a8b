// Contexts and certificate judgement. The handshake itself accepts any certificate; it is verified
// afterwards, once, with the purpose and security level of a strict client, so that every outcome is a value
// and the chain is kept as evidence whatever was wrong with it.
#include "net/stream_state.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace waypost::net {

namespace {

constexpr int maxChainCertificates = 10;
constexpr size_t maxChainBytes = 100'000;
constexpr int maxNames = 200; // subjectAltName entries kept
constexpr int strictSecurityLevel = 2;

using StorePtr = std::shared_ptr<X509_STORE>;

std::string lastTlsError() {
    char text[256] = "unknown reason";
    if (auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return text;
}

std::string oneLine(const X509_NAME* name) {
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    long size = BIO_get_mem_data(out.get(), &text);
    return {text, size_t(size)};
}

UtcTime timeOf(const ASN1_TIME* at) {
    std::tm parts{};
    if (!at || ASN1_TIME_to_tm(at, &parts) != 1) return {};
    return {std::int64_t(timegm(&parts)) * 1000};
}

std::string nameText(const GENERAL_NAME* name) {
    if (name->type == GEN_DNS) {
        auto* text = name->d.dNSName;
        return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), size_t(ASN1_STRING_length(text))};
    }
    if (name->type != GEN_IPADD) return {};
    auto* octets = ASN1_STRING_get0_data(name->d.iPAddress);
    int size = ASN1_STRING_length(name->d.iPAddress);
    if (size == 4) return IpAddress::v4({octets[0], octets[1], octets[2], octets[3]}).toString();
    if (size != 16) return {};
    std::array<std::uint8_t, 16> all{};
    std::copy(octets, octets + 16, all.begin());
    return IpAddress::v6(all).toString();
}

std::vector<std::string> namesOf(const X509* certificate) {
    std::vector<std::string> out;
    auto* list =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < std::min(sk_GENERAL_NAME_num(list), maxNames); ++i) {
        auto text = nameText(sk_GENERAL_NAME_value(list, i));
        if (!text.empty()) out.push_back(std::move(text));
    }
    GENERAL_NAMES_free(list);
    return out;
}

std::vector<std::string> chainOf(STACK_OF(X509) * chain) {
    std::vector<std::string> out;
    size_t total = 0;
    for (int i = 0; i < std::min(sk_X509_num(chain), maxChainCertificates); ++i) {
        int size = i2d_X509(sk_X509_value(chain, i), nullptr);
        if (size <= 0 || total + size_t(size) > maxChainBytes) break;
        std::string der(size_t(size), '\0');
        auto* at = reinterpret_cast<unsigned char*>(der.data());
        i2d_X509(sk_X509_value(chain, i), &at);
        total += der.size();
        out.push_back(std::move(der));
    }
    return out;
}

// False when a PEM block in it cannot be read.
bool addPemRoots(X509_STORE* store, const std::string& pem) {
    std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), int(pem.size())), BIO_free);
    int added = 0;
    while (X509* certificate = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
        X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
        ++added;
    }
    ERR_clear_error();
    return added > 0;
}

// Loading the system's roots takes tens of milliseconds; a handful of sets is kept.
StorePtr rootsFor(const TlsOptions& options, std::string& failure) {
    constexpr size_t maxKept = 16;
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::string>, StorePtr> kept;
    std::lock_guard lock(mutex);
    auto key = std::pair(options.caFile, options.caPem);
    if (auto found = kept.find(key); found != kept.end()) return found->second;
    StorePtr store(X509_STORE_new(), X509_STORE_free);
    bool loaded = options.caFile.empty() ? X509_STORE_set_default_paths(store.get()) == 1
                                         : X509_STORE_load_file(store.get(), options.caFile.c_str()) == 1;
    if (!loaded)
        failure = fmt::format("The root certificates in \"{}\" cannot be read: {}.", options.caFile,
                              lastTlsError());
    if (!options.caPem.empty() && !addPemRoots(store.get(), options.caPem))
        failure = "The further root certificates given as text cannot be read.";
    if (!failure.empty()) return store;
    if (kept.size() >= maxKept) kept.clear();
    kept.emplace(std::move(key), store);
    return store;
}

CertificateVerdict verdictOf(int code) {
    switch (code) {
    case X509_V_OK: return CertificateVerdict::Trusted;
    case X509_V_ERR_CERT_HAS_EXPIRED: return CertificateVerdict::Expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return CertificateVerdict::NotYetValid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return CertificateVerdict::SelfSigned;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED: return CertificateVerdict::UnknownIssuer;
    default: return CertificateVerdict::Invalid;
    }
}

struct ChainCheck {
    int code = X509_V_ERR_UNSPECIFIED;
    int depth = 0;
};

ChainCheck checkChain(X509_STORE* roots, X509* leaf, STACK_OF(X509) * chain) {
    std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                            X509_STORE_CTX_free);
    ChainCheck out;
    if (!context || X509_STORE_CTX_init(context.get(), roots, leaf, chain) != 1) return out;
    X509_STORE_CTX_set_default(context.get(), "ssl_server");
    auto* parameters = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_auth_level(parameters, strictSecurityLevel);
    bool good = X509_verify_cert(context.get()) == 1;
    out.code = good ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
    if (!good && out.code == X509_V_OK) out.code = X509_V_ERR_UNSPECIFIED;
    out.depth = X509_STORE_CTX_get_error_depth(context.get());
    ERR_clear_error();
    return out;
}

bool nameFits(X509* leaf, const std::string& name) {
    if (IpAddress::parse(name)) return X509_check_ip_asc(leaf, name.c_str(), 0) == 1;
    return X509_check_host(leaf, name.data(), name.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) ==
           1;
}

std::string namesSentence(const TlsOutcome& out) {
    if (out.names.empty()) return fmt::format("it has no alternative names, its subject is {}", out.subject);
    std::string list;
    constexpr size_t shown = 5;
    for (size_t i = 0; i < std::min(out.names.size(), shown); ++i) list += (i ? ", " : "") + out.names[i];
    if (out.names.size() > shown) list += fmt::format(" and {} more", out.names.size() - shown);
    return "it is for " + list;
}

std::string chainSentence(const ChainCheck& check, const TlsOutcome& out) {
    std::string_view which = check.depth == 0 ? "The certificate" : "A certificate above the server's";
    switch (verdictOf(check.code)) {
    case CertificateVerdict::Expired:
        if (check.depth == 0) return fmt::format("The certificate expired on {}", formatUtc(out.notAfter));
        return fmt::format("{} has expired", which);
    case CertificateVerdict::NotYetValid:
        if (check.depth == 0)
            return fmt::format("The certificate is valid only from {}", formatUtc(out.notBefore));
        return fmt::format("{} is not valid yet", which);
    case CertificateVerdict::SelfSigned:
        return "The certificate is signed by itself and not among the trusted roots";
    case CertificateVerdict::UnknownIssuer:
        return fmt::format("The certificate's issuer is not known or not trusted: {} ({})", out.issuer,
                           X509_verify_cert_error_string(check.code));
    default: return fmt::format("{} is not acceptable: {}", which, X509_verify_cert_error_string(check.code));
    }
}

} // namespace

std::unique_ptr<asio::ssl::context> clientContext(TlsPolicy policy) {
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX* raw = context->native_handle();
    // Opportunistic TLS takes what the peer has: old protocols are still better than none, and are reported.
    bool strict = policy == TlsPolicy::Require;
    SSL_CTX_set_min_proto_version(raw, strict ? TLS1_2_VERSION : TLS1_VERSION);
    if (!strict) SSL_CTX_set_cipher_list(raw, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    if (!strict) SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_cert_verify_callback(raw, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
    return context;
}

std::unique_ptr<asio::ssl::context> serverContext(const ServerTls& tls, std::string& failure) {
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    ErrorCodeSystem error;
    context->use_certificate_chain(asio::buffer(tls.certificatePem), error);
    if (!error) context->use_private_key(asio::buffer(tls.keyPem), asio::ssl::context::pem, error);
    if (!error) return context;
    failure = fmt::format("The server's certificate or key cannot be used: {}.", error.message());
    return nullptr;
}

void describeSession(SSL* ssl, TlsOutcome& out) {
    out.protocol = SSL_get_version(ssl);
    if (const auto* cipher = SSL_get_current_cipher(ssl)) out.cipher = SSL_CIPHER_get_name(cipher);
    X509* leaf = SSL_get0_peer_certificate(ssl);
    if (!leaf) return;
    out.subject = oneLine(X509_get_subject_name(leaf));
    out.issuer = oneLine(X509_get_issuer_name(leaf));
    out.names = namesOf(leaf);
    out.notBefore = timeOf(X509_get0_notBefore(leaf));
    out.notAfter = timeOf(X509_get0_notAfter(leaf));
    out.chainDer = chainOf(SSL_get_peer_cert_chain(ssl));
}

void judgeCertificate(SSL* ssl, const TlsOptions& options, TlsOutcome& out) {
    X509* leaf = SSL_get0_peer_certificate(ssl);
    std::string failure;
    auto roots = rootsFor(options, failure);
    if (!leaf) failure = "The server sent no certificate.";
    if (!failure.empty()) {
        out.verdict = CertificateVerdict::NotChecked;
        out.verdictText = failure;
        return;
    }
    auto check = checkChain(roots.get(), leaf, SSL_get_peer_cert_chain(ssl));
    out.verdict = verdictOf(check.code);
    bool fits = !options.serverName.empty() && nameFits(leaf, options.serverName);
    std::string mismatch =
        fmt::format("The certificate is not for {}: {}", options.serverName, namesSentence(out));
    if (check.code != X509_V_OK) {
        out.verdictText = chainSentence(check, out) + ".";
        if (!fits && !options.serverName.empty()) out.verdictText += " " + mismatch + ".";
    } else if (options.serverName.empty()) {
        out.verdict = CertificateVerdict::NotChecked;
        out.verdictText = "No name was given that the certificate could be checked against.";
    } else if (!fits) {
        out.verdict = CertificateVerdict::NameMismatch;
        out.verdictText = mismatch + ".";
    } else {
        out.verdictText = fmt::format("Trusted for {}.", options.serverName);
    }
}

} // namespace waypost::net
