// The certificate of a BIMI logo: a verified mark certificate (VMC) or a common mark certificate (CMC). Its
// purpose, names, dates, the logo inside, and the chain to the roots the caller trusts. Sources:
// draft-fetch-validation-vmc-wchuang, the Mark Certificate Requirements, RFC 9399, RFC 5280. Pure.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxMarkChain = 10; // certificates read

struct MarkQuestion {
    std::string domain;             // of the author
    std::string selector;           // "default"
    std::string organisation;       // the organisational domain; may be empty
    std::optional<std::string> svg; // the logo that l= leads to; nothing: it could not be fetched
    std::string rootsPem;           // trusted roots; empty: no issuer can be known
    UtcTime now;
};

enum class MarkKind : std::uint8_t { Unknown, Verified, Common };
std::string_view markKindName(MarkKind k); // "unknown", "vmc", "cmc"

enum class MarkIssuer : std::uint8_t {
    Unknown, // no root here leads to it: says nothing about the certificate
    Known,   // the chain leads to a root the caller trusts
    Broken,  // the chain itself is wrong: a signature, a date, a constraint
};
std::string_view markIssuerName(MarkIssuer i); // "unknown", "known", "broken"

struct MarkCertificate {
    size_t certificates = 0; // that were read
    std::string subject, issuer;
    std::vector<std::string> names; // DNS names it is for
    UtcTime notBefore, notAfter;
    std::string markType; // "Registered Mark", "Prior Use Mark", …
    MarkKind kind = MarkKind::Unknown;
    bool logged = false;          // carries proof of certificate transparency (RFC 6962)
    std::string logoSha256;       // of the logo inside, decompressed
    std::optional<bool> sameLogo; // the logo inside is the one l= leads to
    MarkIssuer issuerState = MarkIssuer::Unknown;
    std::string issuerText;            // one sentence unless Known
    std::vector<std::string> problems; // receivers refuse it
    std::vector<std::string> remarks;
    [[nodiscard]] bool valid() const { return certificates > 0 && problems.empty(); }
};

// What a= leads to: certificates in PEM, the mark's own first.
MarkCertificate checkMarkPem(std::string_view pem, const MarkQuestion& question);
MarkCertificate checkMarkDer(const std::vector<std::string>& chain, const MarkQuestion& question);

} // namespace waypost::auth
