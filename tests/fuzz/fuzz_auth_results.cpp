// An Authentication-Results value from any octets: caps hold, spans stay inside, what is written again is one
// header value that reads as the same results.
#include "auth/authentication_results.h"

#include <cstdlib>

using namespace waypost::auth;

namespace {

bool same(const AuthenticationResults& a, const AuthenticationResults& b) {
    if (a.results.size() != b.results.size()) return false;
    for (size_t i = 0; i < a.results.size(); ++i)
        if (a.results[i].method != b.results[i].method ||
            a.results[i].properties.size() != b.results[i].properties.size())
            return false;
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const AuthenticationResults r = parseAuthenticationResults(text);
    if (r.results.size() > maxAuthResults) std::abort();
    for (const auto& m : r.results) {
        if (m.method.empty() || m.span.offset + m.span.length > size) std::abort();
        if (m.properties.size() > maxAuthProperties) std::abort();
        for (const auto& p : m.properties)
            if (p.span.offset + p.span.length > size) std::abort();
    }
    for (const auto& p : r.problems)
        if (p.span.offset > size) std::abort();
    const std::string out = formatAuthenticationResults(r);
    for (size_t i = 0; i < out.size(); ++i) {
        if (out[i] == '\n' && (i == 0 || out[i - 1] != '\r' || i + 1 >= out.size() || out[i + 1] != '\t'))
            std::abort();
        if (out[i] == '\r' && (i + 1 >= out.size() || out[i + 1] != '\n')) std::abort();
    }
    if (r.wellFormed() && out.size() <= maxAuthResultsBytes && !same(r, parseAuthenticationResults(out)))
        std::abort();
    (void)parseArcAuthenticationResults(text);
    return 0;
}
