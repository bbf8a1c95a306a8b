// Signature fields from any octets: spans stay inside, a fault or every required value, and what is emptied
// does not depend on what stands in it.
#include "auth/arc_set.h"
#include "auth/dkim_signature.h"

#include <cstdlib>

using namespace waypost::auth;

namespace {

void check(const DkimSignature& s, std::string_view raw) {
    if (s.signatureSpan.offset + s.signatureSpan.length > raw.size()) std::abort();
    for (const Tag& t : s.tags.tags)
        if (t.span.offset + t.span.length > raw.size()) std::abort();
    if (s.signedAt && *s.signedAt < 0) std::abort();
    if (s.expiresAt && *s.expiresAt < 0) std::abort();
    if (!s.fault.empty()) return;
    if (s.domain.empty() || s.selector.empty() || s.signature.empty() || s.algorithm.empty()) std::abort();
    std::string emptied(raw.substr(0, s.signatureSpan.offset));
    emptied += raw.substr(s.signatureSpan.offset + s.signatureSpan.length);
    const TagList tags = parseTags(emptied);
    const Tag* b = tags.find("b");
    if (!b || !b->value.empty() || tags.tags.size() != s.tags.tags.size()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    const DkimSignature dkim = parseDkimSignature(raw);
    check(dkim, raw);
    if (dkim.fault.empty() && (dkim.bodyHash.empty() || dkim.headers.empty() || dkim.instance)) std::abort();
    const DkimSignature message = parseArcMessageSignature(raw);
    check(message, raw);
    if (message.fault.empty() && !message.instance) std::abort();
    const DkimSignature seal = parseArcSeal(raw);
    check(seal, raw);
    if (seal.fault.empty() && seal.tags.find("h")) std::abort();
    const auto instance = arcResultsInstance(raw);
    if (instance && *instance < 1) std::abort();
    return 0;
}
