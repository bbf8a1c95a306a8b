#include "auth/mark_certificate.h"

#include "auth/bimi_svg.h"
#include "auth/logotype.h"
#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace waypost::auth {

namespace {

constexpr const char* markPurpose = "1.3.6.1.5.5.7.3.31";     // id-kp-BrandIndicatorforMessageIdentification
constexpr const char* logotypeOid = "1.3.6.1.5.5.7.1.12";     // id-pe-logotype
constexpr const char* markTypeOid = "1.3.6.1.4.1.53087.1.13"; // in the subject
constexpr const char* sctOid = "1.3.6.1.4.1.11129.2.4.2";     // RFC 6962 section 3.3
constexpr size_t maxMarkNames = 200;
constexpr size_t maxPem = 256 * 1024;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Object = std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)>;

Object object(const char* dotted) {
    return {OBJ_txt2obj(dotted, 1), ASN1_OBJECT_free};
}

std::string oneLine(const X509_NAME* name) {
    const Bio out(BIO_new(BIO_s_mem()), BIO_free);
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? std::string(text, size_t(size)) : std::string();
}

UtcTime timeOf(const ASN1_TIME* at) {
    std::tm parts{};
    if (!at || ASN1_TIME_to_tm(at, &parts) != 1) return {};
    return {std::int64_t(timegm(&parts)) * 1000};
}

std::string stringOf(const ASN1_STRING* s) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, s);
    if (size < 0) return {};
    std::string out(reinterpret_cast<char*>(utf8), size_t(size));
    OPENSSL_free(utf8);
    return out;
}

class Check {
  public:
    Check(const std::vector<std::string>& chain, const MarkQuestion& question) : question_(question) {
        for (const std::string& der : chain) {
            if (certificates_.size() >= maxMarkChain) {
                out_.remarks.push_back(
                    fmt::format("Only the first {} certificates were read.", maxMarkChain));
                break;
            }
            const auto* at = reinterpret_cast<const unsigned char*>(der.data());
            Certificate c(d2i_X509(nullptr, &at, long(der.size())), X509_free);
            if (!c) {
                out_.problems.push_back(
                    fmt::format("Certificate {} cannot be read.", certificates_.size() + 1));
                break;
            }
            certificates_.push_back(std::move(c));
        }
        ERR_clear_error();
    }

    MarkCertificate run() {
        out_.certificates = certificates_.size();
        if (certificates_.empty()) {
            if (out_.problems.empty()) out_.problems.emplace_back("There is no certificate in the file.");
            return std::move(out_);
        }
        X509* leaf = certificates_.front().get();
        describe(leaf);
        checkUse(leaf);
        checkNames(leaf);
        checkDates();
        checkLogo(leaf);
        checkIssuer(leaf);
        ERR_clear_error();
        return std::move(out_);
    }

  private:
    void problem(std::string text) { out_.problems.push_back(std::move(text)); }

    void describe(X509* leaf) {
        out_.subject = oneLine(X509_get_subject_name(leaf));
        out_.issuer = oneLine(X509_get_issuer_name(leaf));
        out_.notBefore = timeOf(X509_get0_notBefore(leaf));
        out_.notAfter = timeOf(X509_get0_notAfter(leaf));
        const X509_NAME* subject = X509_get_subject_name(leaf);
        const Object type = object(markTypeOid);
        const int at = X509_NAME_get_index_by_OBJ(subject, type.get(), -1);
        if (at >= 0) out_.markType = stringOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        // The Mark Certificate Requirements name these; the first two stand for a trademark.
        if (out_.markType == "Registered Mark" || out_.markType == "Government Mark")
            out_.kind = MarkKind::Verified;
        else if (out_.markType == "Prior Use Mark" || out_.markType == "Modified Registered Mark")
            out_.kind = MarkKind::Common;
        const Object sct = object(sctOid);
        out_.logged = X509_get_ext_by_OBJ(leaf, sct.get(), -1) >= 0;
        if (!out_.logged) out_.remarks.emplace_back("It carries no proof that it was logged publicly.");
    }

    void checkUse(X509* leaf) {
        const Object wanted = object(markPurpose);
        auto* list =
            static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(leaf, NID_ext_key_usage, nullptr, nullptr));
        bool found = false;
        for (int i = 0; i < sk_ASN1_OBJECT_num(list); ++i)
            found = found || OBJ_cmp(sk_ASN1_OBJECT_value(list, i), wanted.get()) == 0;
        EXTENDED_KEY_USAGE_free(list);
        if (!found)
            problem(fmt::format("The first certificate is not for brand indicators (purpose {} is missing).",
                                markPurpose));
        if (X509_check_ca(leaf) != 0 && X509_get_extension_flags(leaf) & EXFLAG_CA)
            problem("The first certificate is that of an authority; the mark's own must come first.");
    }

    void checkNames(X509* leaf) {
        auto* list =
            static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(leaf, NID_subject_alt_name, nullptr, nullptr));
        for (int i = 0; i < sk_GENERAL_NAME_num(list) && out_.names.size() < maxMarkNames; ++i) {
            const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
            if (name->type != GEN_DNS) continue;
            const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
            out_.names.push_back(dns::normalName({bytes, size_t(ASN1_STRING_length(name->d.dNSName))}));
        }
        GENERAL_NAMES_free(list);
        std::vector<std::string> wanted;
        for (const std::string& domain : {question_.domain, question_.organisation}) {
            if (domain.empty()) continue;
            wanted.push_back(dns::normalName(domain));
            wanted.push_back(dns::normalName(question_.selector + "._bimi." + domain));
        }
        auto isWanted = [&](const std::string& n) {
            return std::find(wanted.begin(), wanted.end(), n) != wanted.end();
        };
        if (std::any_of(out_.names.begin(), out_.names.end(), isWanted)) return;
        problem(fmt::format("It is not for {}: {}.", question_.domain,
                            out_.names.empty() ? std::string("it names no domain")
                                               : "it is for " + text::join(out_.names, ", ")));
    }

    void checkDates() {
        if (question_.now < out_.notBefore)
            problem(fmt::format("It is valid only from {}.", formatUtc(out_.notBefore)));
        if (question_.now > out_.notAfter)
            problem(fmt::format("It expired on {}.", formatUtc(out_.notAfter)));
    }

    void checkLogo(X509* leaf) {
        const Object wanted = object(logotypeOid);
        const int at = X509_get_ext_by_OBJ(leaf, wanted.get(), -1);
        if (at < 0) return problem("There is no logo in it (the logotype extension is missing).");
        const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(X509_get_ext(leaf, at));
        const auto images = parseLogotype(
            {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)), size_t(ASN1_STRING_length(data))});
        if (!images) return problem("The logotype extension cannot be read.");
        if (images->empty() || images->front().uris.empty())
            return problem("The logotype extension holds no image of the subject.");
        if (images->size() > 1)
            out_.remarks.emplace_back("There is more than one image; the first was taken.");
        const LogotypeImage& image = images->front();
        if (!text::istartsWith(image.mediaType, "image/svg+xml"))
            problem(fmt::format("The image in it is \"{}\", not SVG.",
                                text::printable(image.mediaType.substr(0, 60))));
        const EmbeddedLogo logo = embeddedLogo(image.uris.front());
        if (!logo.problem.empty()) return problem(logo.problem);
        checkHash(image, logo);
        out_.logoSha256 = text::sha256Hex(logo.svg);
        if (!checkBimiSvg(logo.svg).valid()) problem("The logo in it is not proper SVG Tiny PS.");
        if (!question_.svg) return;
        out_.sameLogo = logo.svg == *question_.svg;
        if (!*out_.sameLogo) problem("The logo in it is not the one that l= leads to.");
    }

    // The hash may be of the octets in the address or of the decompressed picture: both are met.
    void checkHash(const LogotypeImage& image, const EmbeddedLogo& logo) {
        bool known = false;
        for (const LogotypeHash& h : image.hashes) {
            const EVP_MD* method = EVP_get_digestbyname(h.algorithm.c_str());
            const Object id = object(h.algorithm.c_str());
            if (!method && id) method = EVP_get_digestbyobj(id.get());
            if (!method || EVP_MD_get_size(method) < 20) continue;
            known = true;
            for (const std::string* bytes : {&logo.encoded, &logo.svg})
                if (digest(method, *bytes) == h.value) return;
        }
        problem(known ? "The hash in it is not that of the logo in it."
                      : "The hash of the logo in it is of a kind that is not known.");
    }
    static std::string digest(const EVP_MD* method, const std::string& bytes) {
        std::string out(size_t(EVP_MD_get_size(method)), '\0');
        unsigned size = 0;
        const bool done = EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()),
                                     &size, method, nullptr) == 1;
        return done ? out : std::string();
    }

    // First to the caller's roots; when they do not lead to it (a root of the same name may stand in the
    // way), the chain in itself is judged.
    void checkIssuer(X509* leaf) {
        const int code = question_.rootsPem.empty() ? X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
                                                    : verify(leaf, rootStore(), 0);
        if (code == X509_V_OK) {
            out_.issuerState = MarkIssuer::Known;
            return;
        }
        const int inside = insideCode(leaf);
        if (inside == X509_V_OK) {
            out_.issuerText = fmt::format("The issuer is not known here: {}.", out_.issuer);
            return;
        }
        out_.issuerState = MarkIssuer::Broken;
        out_.issuerText = fmt::format("The chain is broken: {}.", X509_verify_cert_error_string(inside));
        // Dates of the leaf were said already.
        const bool said = inside == X509_V_ERR_CERT_HAS_EXPIRED || inside == X509_V_ERR_CERT_NOT_YET_VALID;
        if (!said || out_.problems.empty()) problem(out_.issuerText);
    }

    // The chain up to its own last certificate.
    int insideCode(X509* leaf) {
        X509_STORE* store = X509_STORE_new();
        X509_STORE_add_cert(store, certificates_.back().get());
        return verify(leaf, store, X509_V_FLAG_PARTIAL_CHAIN);
    }

    X509_STORE* rootStore() {
        X509_STORE* store = X509_STORE_new();
        const Bio in(BIO_new_mem_buf(question_.rootsPem.data(), int(question_.rootsPem.size())), BIO_free);
        while (X509* root = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
            X509_STORE_add_cert(store, root);
            X509_free(root);
        }
        ERR_clear_error();
        return store;
    }

    // Takes over the store.
    int verify(X509* leaf, X509_STORE* store, unsigned long flags) {
        const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> held(store, X509_STORE_free);
        const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                      X509_STORE_CTX_free);
        STACK_OF(X509)* others = sk_X509_new_null();
        for (size_t i = 1; i < certificates_.size(); ++i) sk_X509_push(others, certificates_[i].get());
        int code = X509_V_ERR_UNSPECIFIED;
        if (context && X509_STORE_CTX_init(context.get(), store, leaf, others) == 1) {
            auto* parameters = X509_STORE_CTX_get0_param(context.get());
            X509_VERIFY_PARAM_set_flags(parameters, flags);
            X509_VERIFY_PARAM_set_time(parameters, time_t(question_.now.ms / 1000));
            const bool good = X509_verify_cert(context.get()) == 1;
            code = good ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
            if (!good && code == X509_V_OK) code = X509_V_ERR_UNSPECIFIED;
        }
        sk_X509_free(others);
        ERR_clear_error();
        return code;
    }

    const MarkQuestion& question_;
    std::vector<Certificate> certificates_;
    MarkCertificate out_;
};

} // namespace

std::string_view markKindName(MarkKind k) {
    switch (k) {
    case MarkKind::Unknown: return "unknown";
    case MarkKind::Verified: return "vmc";
    case MarkKind::Common: return "cmc";
    }
    return "unknown";
}

std::string_view markIssuerName(MarkIssuer i) {
    switch (i) {
    case MarkIssuer::Unknown: return "unknown";
    case MarkIssuer::Known: return "known";
    case MarkIssuer::Broken: return "broken";
    }
    return "unknown";
}

MarkCertificate checkMarkDer(const std::vector<std::string>& chain, const MarkQuestion& question) {
    return Check(chain, question).run();
}

MarkCertificate checkMarkPem(std::string_view pem, const MarkQuestion& question) {
    std::vector<std::string> chain;
    if (pem.size() <= maxPem) {
        const Bio in(BIO_new_mem_buf(pem.data(), int(pem.size())), BIO_free);
        char* name = nullptr;
        char* header = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        // One more than is read, so that the rest is noticed.
        while (chain.size() <= maxMarkChain && PEM_read_bio(in.get(), &name, &header, &data, &size) == 1) {
            if (std::string_view(name) == PEM_STRING_X509)
                chain.emplace_back(reinterpret_cast<char*>(data), size_t(size));
            OPENSSL_free(name);
            OPENSSL_free(header);
            OPENSSL_free(data);
        }
        ERR_clear_error();
    }
    return checkMarkDer(chain, question);
}

} // namespace waypost::auth
