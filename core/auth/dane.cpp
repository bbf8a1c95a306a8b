#include "auth/dane.h"

#include "base/text.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace waypost::auth {

namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr int usageTa = 2, usageEe = 3;
constexpr size_t maxChain = 10;

std::string recordName(const dns::TlsaData& r) {
    return fmt::format("{} {} {}", r.usage, r.selector, r.matching);
}

Certificate readCertificate(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    Certificate out(d2i_X509(nullptr, &at, long(der.size())), X509_free);
    ERR_clear_error();
    return out;
}

std::string spkiOf(X509* certificate) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
    if (size <= 0) return {};
    std::string out(reinterpret_cast<char*>(bytes), size_t(size));
    OPENSSL_free(bytes);
    return out;
}

std::string derOf(X509* certificate) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate, &bytes);
    if (size <= 0) return {};
    std::string out(reinterpret_cast<char*>(bytes), size_t(size));
    OPENSSL_free(bytes);
    return out;
}

std::string digest(const EVP_MD* method, const std::string& bytes) {
    std::string out(size_t(EVP_MD_get_size(method)), '\0');
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, method,
                   nullptr) != 1)
        return {};
    return out;
}

// What the record's data is compared with.
std::string associated(const dns::TlsaData& r, X509* certificate) {
    std::string selected = r.selector == 0 ? derOf(certificate) : spkiOf(certificate);
    if (selected.empty() || r.matching == 0) return selected;
    return digest(r.matching == 1 ? EVP_sha256() : EVP_sha512(), selected);
}

class Matcher {
  public:
    Matcher(const std::vector<std::string>& chain, const std::vector<std::string>& names, UtcTime now)
        : names_(names), now_(now) {
        for (const std::string& der : chain) {
            if (certificates_.size() >= maxChain) break;
            Certificate c = readCertificate(der);
            if (!c) break; // what stands behind a broken one cannot be placed
            certificates_.push_back(std::move(c));
        }
    }

    [[nodiscard]] bool empty() const { return certificates_.empty(); }

    // Nothing: it matches, at depth_. Else why not.
    std::optional<std::string> against(const dns::TlsaData& r) {
        return r.usage == usageEe ? againstLeaf(r) : againstAnchor(r);
    }
    size_t depth() const { return depth_; }

  private:
    std::optional<std::string> againstLeaf(const dns::TlsaData& r) {
        depth_ = 0;
        if (associated(r, certificates_.front().get()) == r.data) return std::nullopt;
        return "It is not the certificate the server showed.";
    }

    // RFC 7671 section 5.2: some certificate of the chain is the anchor; from the leaf to it every signature,
    // date and constraint holds, and the leaf is for one of the names.
    std::optional<std::string> againstAnchor(const dns::TlsaData& r) {
        // A whole certificate or key may stand in the record and be left out of the chain (section 5.2.2).
        std::optional<std::string> why = "It is none of the certificates the server showed.";
        for (size_t i = 0; i < certificates_.size(); ++i) {
            if (associated(r, certificates_[i].get()) != r.data) continue;
            depth_ = i;
            why = chainFault(certificates_[i].get());
            if (!why) return why;
        }
        if (r.matching != 0) return why;
        if (r.selector == 0) {
            Certificate anchor = readCertificate(r.data);
            if (!anchor) return "Its data is not a certificate.";
            depth_ = certificates_.size();
            return chainFault(anchor.get());
        }
        return bareKey(r, why);
    }

    // A bare public key in the record: it must have signed the last certificate of the chain.
    std::optional<std::string> bareKey(const dns::TlsaData& r, std::optional<std::string> otherwise) {
        const auto* at = reinterpret_cast<const unsigned char*>(r.data.data());
        const PublicKey key(d2i_PUBKEY(nullptr, &at, long(r.data.size())), EVP_PKEY_free);
        ERR_clear_error();
        if (!key) return "Its data is not a public key.";
        for (size_t i = 0; i < certificates_.size(); ++i) {
            const bool signedByIt = X509_verify(certificates_[i].get(), key.get()) == 1;
            ERR_clear_error();
            if (!signedByIt) continue;
            depth_ = i + 1;
            return chainFault(certificates_[i].get());
        }
        return otherwise;
    }

    std::optional<std::string> chainFault(X509* anchor) {
        using Store = std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)>;
        using Context = std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)>;
        using Stack = std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)>;
        Store store(X509_STORE_new(), X509_STORE_free);
        Context context(X509_STORE_CTX_new(), X509_STORE_CTX_free);
        Stack others(sk_X509_new_null(), [](STACK_OF(X509) * s) { sk_X509_free(s); });
        if (!store || !context || !others) return "OpenSSL has no memory.";
        for (size_t i = 1; i < certificates_.size(); ++i) sk_X509_push(others.get(), certificates_[i].get());
        X509_STORE_add_cert(store.get(), anchor);
        if (X509_STORE_CTX_init(context.get(), store.get(), certificates_.front().get(), others.get()) != 1)
            return "OpenSSL cannot begin the check.";
        X509_STORE_CTX_set_default(context.get(), "ssl_server");
        auto* parameters = X509_STORE_CTX_get0_param(context.get());
        // The anchor need not be a root.
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
        X509_VERIFY_PARAM_set_time(parameters, time_t(now_.ms / 1000));
        const bool good = X509_verify_cert(context.get()) == 1;
        const int code = X509_STORE_CTX_get_error(context.get());
        ERR_clear_error();
        if (!good)
            return fmt::format("The chain does not lead to it: {}.", X509_verify_cert_error_string(code));
        return nameFault();
    }

    std::optional<std::string> nameFault() {
        for (const std::string& name : names_)
            if (!name.empty() && X509_check_host(certificates_.front().get(), name.data(), name.size(),
                                                 X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1)
                return std::nullopt;
        return fmt::format("The certificate is not for {}.",
                           names_.empty() ? std::string("any known name") : text::join(names_, " or "));
    }

    std::vector<Certificate> certificates_;
    const std::vector<std::string>& names_;
    UtcTime now_;
    size_t depth_ = 0;
};

} // namespace

TlsaUse tlsaUse(const dns::TlsaData& r) {
    // RFC 7672 section 3.1.3: the PKIX usages are not for SMTP.
    if (r.usage == 0 || r.usage == 1) return {false, fmt::format("Usage {} is not used for SMTP.", r.usage)};
    if (r.usage != usageTa && r.usage != usageEe)
        return {false, fmt::format("Usage {} is not known.", r.usage)};
    if (r.selector > 1) return {false, fmt::format("Selector {} is not known.", r.selector)};
    if (r.matching > 2) return {false, fmt::format("Matching type {} is not known.", r.matching)};
    if (r.data.empty()) return {false, "Its data is empty."};
    const size_t wanted = r.matching == 1 ? 32 : r.matching == 2 ? 64 : r.data.size();
    if (r.data.size() != wanted)
        return {false, fmt::format("Its data has {} octets; matching type {} has {}.", r.data.size(),
                                   r.matching, wanted)};
    return {true, {}};
}

std::string_view daneVerdictName(DaneVerdict v) {
    switch (v) {
    case DaneVerdict::NoRecords: return "no-records";
    case DaneVerdict::Unusable: return "unusable";
    case DaneVerdict::NoChain: return "no-chain";
    case DaneVerdict::Match: return "match";
    case DaneVerdict::Mismatch: return "mismatch";
    }
    return "no-records";
}

DaneMatch matchTlsa(const std::vector<dns::TlsaData>& records, const std::vector<std::string>& chain,
                    const std::vector<std::string>& names, UtcTime now) {
    DaneMatch out;
    if (records.empty()) {
        out.text = "There are no TLSA records.";
        return out;
    }
    Matcher matcher(chain, names, now);
    size_t usable = 0;
    for (size_t i = 0; i < std::min(records.size(), maxTlsaRecords); ++i) {
        const TlsaUse use = tlsaUse(records[i]);
        std::string note = use.why;
        if (use.usable) {
            ++usable;
            if (matcher.empty()) {
                note = "The server showed no certificate.";
            } else if (auto why = matcher.against(records[i])) {
                note = std::move(*why);
            } else if (!out.record) {
                out.record = i;
                out.depth = matcher.depth();
            }
        }
        out.notes.push_back(std::move(note));
    }
    if (usable == 0) {
        out.verdict = DaneVerdict::Unusable;
        out.text = "None of the TLSA records is one that SMTP uses; senders require TLS and do not check the "
                   "certificate.";
    } else if (matcher.empty()) {
        out.verdict = DaneVerdict::NoChain;
        out.text = "There is no certificate to compare the TLSA records with.";
    } else if (out.record) {
        out.verdict = DaneVerdict::Match;
        out.text = fmt::format("The record {} matches {}.", recordName(records[*out.record]),
                               out.depth == 0 ? "the server's certificate" : "an authority above it");
    } else {
        out.verdict = DaneVerdict::Mismatch;
        out.text = fmt::format("None of the {} matches the certificate the server showed.",
                               text::counted(usable, "usable TLSA record"));
    }
    return out;
}

std::string tlsaDataFor(const std::string& certificateDer) {
    const Certificate c = readCertificate(certificateDer);
    return c ? text::hex(digest(EVP_sha256(), spkiOf(c.get()))) : std::string();
}

} // namespace waypost::auth
