// DANE for SMTP: TLSA records against the chain a mail exchanger showed. RFC 6698, 7671, 7672. Pure: who
// asked for the records and whether their answer was authenticated is the caller's to know; records from an
// answer that was not must not come here as a reason to trust.
#pragma once

#include "base/clock.h"
#include "dns/answer.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::auth {

inline constexpr size_t maxTlsaRecords = 64; // compared; more are not looked at

// Why a record counts or not (RFC 7672 section 3.1, RFC 7671 section 4 and 5).
struct TlsaUse {
    bool usable = false;
    std::string why; // unless usable: one sentence
};
TlsaUse tlsaUse(const dns::TlsaData& record);

enum class DaneVerdict : std::uint8_t {
    NoRecords, // nothing was given
    Unusable,  // records, but none that SMTP uses: TLS is required, unauthenticated (RFC 7672 section 2.2)
    NoChain,   // nothing to compare with
    Match,     // one record matches
    Mismatch,  // no usable record matches
};
std::string_view daneVerdictName(DaneVerdict v); // "no-records", "unusable", "no-chain", "match", "mismatch"

struct DaneMatch {
    DaneVerdict verdict = DaneVerdict::NoRecords;
    std::optional<size_t> record; // which matched
    size_t depth = 0;             // of the certificate it matched; 0 is the server's own
    std::vector<std::string>
        notes;        // why each record that does not match does not, in the order of the records
    std::string text; // one sentence
};

// `chain` is DER, the leaf first, as it was shown. `names` are the reference identities of RFC 7672 section
// 3.2.2 (the TLSA base domain first, then the next-hop domain): needed for usage 2 only. `now` judges
// validity for usage 2; usage 3 ignores names and dates (RFC 7671 section 5.1).
DaneMatch matchTlsa(const std::vector<dns::TlsaData>& records, const std::vector<std::string>& chain,
                    const std::vector<std::string>& names, UtcTime now);

// The data a 3 1 1 record for this certificate (DER) has, as lower-case hexadecimal; empty when the DER is no
// certificate. What to publish.
std::string tlsaDataFor(const std::string& certificateDer);

} // namespace waypost::auth
