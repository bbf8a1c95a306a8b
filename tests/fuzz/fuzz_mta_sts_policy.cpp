// MTA-STS policies and records, TLS-RPT records and https addresses from any octets: caps hold, a valid
// policy has what it needs, and writing what was read again gives the same policy.
#include "auth/mta_sts.h"
#include "auth/tls_rpt.h"
#include "net/http.h"

#include <cstdlib>

using namespace waypost::auth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const StsPolicy policy = parseStsPolicy(text);
    if (policy.mx.size() > maxStsMx) std::abort();
    if (policy.valid()) {
        if (!policy.mode || !policy.maxAge || *policy.maxAge < 0 || *policy.maxAge > maxStsAge) std::abort();
        if (policy.mx.empty() && *policy.mode != StsMode::None) std::abort();
        std::string again = "version: STSv1\nmode: " + std::string(stsModeName(*policy.mode)) +
                            "\nmax_age: " + std::to_string(*policy.maxAge) + "\n";
        for (const auto& mx : policy.mx) {
            again += "mx: " + mx + "\r\n";
            const std::string host = mx.starts_with("*.") ? "a" + mx.substr(1) : mx;
            if (!policy.allows(host)) std::abort();
        }
        const StsPolicy second = parseStsPolicy(again);
        if (!second.valid() || second.mx != policy.mx || second.mode != policy.mode ||
            second.maxAge != policy.maxAge)
            std::abort();
    }
    const StsRecord record = parseStsRecord(text);
    if (record.valid() && (record.id.empty() || record.id.size() > maxStsId)) std::abort();
    const TlsRptRecord reports = parseTlsRpt(text);
    if (reports.valid() && reports.rua.empty()) std::abort();
    // An address that is taken stands in a request line: no blank, no line end, and the same when read again.
    if (const auto url = waypost::net::parseHttpsUrl(text)) {
        for (const char c : url->host + url->target)
            if (c <= ' ' || c >= '\x7f') std::abort();
        const auto again = waypost::net::parseHttpsUrl(url->toString());
        if (!again || !(*again == *url)) std::abort();
    }
    return 0;
}
