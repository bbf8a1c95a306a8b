// The Authentication-Results field that a receiver with our findings writes (RFC 8601).
#include "base/text.h"
#include "message/steps.h"

#include <fmt/format.h>

namespace waypost::message {

namespace {

auth::AuthMethodResult method(std::string name, std::string_view result) {
    auth::AuthMethodResult m;
    m.method = std::move(name);
    m.result = std::string(result);
    return m;
}

void add(auth::AuthMethodResult& m, std::string ptype, std::string property, std::string value) {
    if (!value.empty()) m.properties.push_back({std::move(ptype), std::move(property), std::move(value), {}});
}

// RFC 6008: as many characters as it takes; eight are customary.
std::string signatureStart(const auth::DkimSignatureCheck& s) {
    return text::base64Encode(s.signature.signature).substr(0, 8);
}

void addSpf(auth::AuthenticationResults& r, const MessageCheck& c) {
    if (c.spf) {
        auto m = method("spf", auth::spfResultName(c.spf->result));
        if (c.connection.mailFrom.empty())
            add(m, "smtp", "helo", c.connection.helo);
        else
            add(m, "smtp", "mailfrom", c.connection.mailFrom);
        r.results.push_back(std::move(m));
    }
    if (c.spfHelo) {
        auto m = method("spf", auth::spfResultName(c.spfHelo->result));
        add(m, "smtp", "helo", c.connection.helo);
        r.results.push_back(std::move(m));
    }
}

void addDkim(auth::AuthenticationResults& r, const MessageCheck& c) {
    for (const auto& s : c.dkim.signatures) {
        auto m = method("dkim", auth::dkimResultName(s.result));
        if (s.result != auth::DkimResult::Pass) m.reason = s.reason;
        add(m, "header", "d", s.signature.domain);
        add(m, "header", "s", s.signature.selector);
        add(m, "header", "a", s.signature.algorithm);
        add(m, "header", "b", signatureStart(s));
        r.results.push_back(std::move(m));
    }
    if (c.dkim.signatures.empty()) r.results.push_back(method("dkim", "none"));
}

void addDmarc(auth::AuthenticationResults& r, const MessageCheck& c) {
    const auth::DmarcReading& walk = c.dmarc.walk;
    auto m = method("dmarc", auth::dmarcResultName(walk.result));
    if (walk.policy)
        m.comment = fmt::format("p={} dis={}", auth::dmarcPolicyName(*walk.policy),
                                auth::dmarcPolicyName(walk.disposition.value_or(auth::DmarcPolicy::None)));
    add(m, "header", "from", c.dmarc.authorDomain);
    r.results.push_back(std::move(m));
}

} // namespace

std::string writeResults(const MessageCheck& check, std::string_view receiver) {
    auth::AuthenticationResults r;
    r.authservId = std::string(receiver);
    addSpf(r, check);
    addDkim(r, check);
    addDmarc(r, check);
    auto arc = method("arc", auth::arcResultName(check.arc.result));
    if (check.arc.result == auth::ArcResult::Fail) arc.reason = check.arc.reason;
    // RFC 8617 section 4.1.1 with section 5.2 step 5.
    if (check.arc.result == auth::ArcResult::Pass)
        add(arc, "header", "oldest-pass", std::to_string(check.arc.oldestPass));
    r.results.push_back(std::move(arc));
    return auth::formatAuthenticationResults(r);
}

} // namespace waypost::message
