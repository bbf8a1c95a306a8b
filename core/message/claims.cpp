// What receivers wrote in Authentication-Results, and where it is not what we find.
#include "base/text.h"
#include "dns/names.h"
#include "message/steps.h"

#include <fmt/format.h>

namespace waypost::message {

namespace {

constexpr size_t maxClaims = 50; // fields looked at

std::string_view domainOf(std::string_view address) {
    return address.substr(address.rfind('@') + 1); // npos + 1 is 0
}

bool sameName(std::string_view a, std::string_view b) {
    return dns::normalName(a) == dns::normalName(b);
}

std::string differs(const auth::AuthMethodResult& r, std::string_view ours, std::string_view about) {
    return fmt::format("{}={} for {} is written there; we find {}.", r.method, text::printable(r.result),
                       text::printable(about), ours);
}

void compareSpf(const MessageCheck& c, const auth::AuthMethodResult& r, std::vector<std::string>& out) {
    const std::string_view sender = r.property("smtp", "mailfrom");
    const bool helo = sender.empty() && !r.property("smtp", "helo").empty();
    const auto& ours = helo && c.spfHelo ? c.spfHelo : c.spf;
    if (!ours) return; // not known here
    const std::string_view name = helo ? r.property("smtp", "helo") : domainOf(sender);
    if (!name.empty() && !sameName(name, ours->domain)) {
        out.push_back(fmt::format("SPF was judged there for {}, here for {}.", text::printable(name),
                                  text::printable(ours->domain)));
        return;
    }
    if (r.result != auth::spfResultName(ours->result))
        out.push_back(differs(r, auth::spfResultName(ours->result), ours->domain));
}

bool isAbout(const auth::AuthMethodResult& r, const auth::DkimSignatureCheck& s) {
    std::string_view domain = r.property("header", "d");
    if (domain.empty()) domain = domainOf(r.property("header", "i"));
    const std::string_view selector = r.property("header", "s");
    const std::string_view start = r.property("header", "b");
    const std::string signature = text::base64Encode(s.signature.signature);
    return (domain.empty() || sameName(domain, s.signature.domain)) &&
           (selector.empty() || sameName(selector, s.signature.selector)) &&
           (start.empty() || signature.starts_with(start));
}

void compareDkim(const MessageCheck& c, const auth::AuthMethodResult& r, std::vector<std::string>& out) {
    const auth::DkimSignatureCheck* about = nullptr;
    for (const auto& s : c.dkim.signatures) {
        if (!isAbout(r, s)) continue;
        // Of several that fit, one that agrees is meant.
        if (r.result == auth::dkimResultName(s.result)) return;
        if (!about) about = &s;
    }
    if (about)
        out.push_back(differs(r, auth::dkimResultName(about->result), about->signature.domain));
    else if (r.result != "none" && c.dkim.notLookedAt == 0)
        out.push_back(fmt::format("dkim={} is written there; no such signature is in the message.",
                                  text::printable(r.result)));
    else if (r.result == "none" && !c.dkim.signatures.empty())
        out.push_back(fmt::format("dkim=none is written there; the message has {}.",
                                  text::counted(c.dkim.signatures.size(), "signature")));
}

void compareDmarc(const MessageCheck& c, const auth::AuthMethodResult& r, std::vector<std::string>& out) {
    const std::string_view ours = auth::dmarcResultName(c.dmarc.walk.result);
    // Microsoft's word for a pass without a record.
    if (r.result == ours || (r.result == "bestguesspass" && ours == "none")) return;
    // Without SPF a fail of ours is no verdict.
    if (!c.spf && c.dmarc.walk.result == auth::DmarcResult::Fail) return;
    out.push_back(differs(r, ours, c.dmarc.authorDomain.empty() ? "From" : c.dmarc.authorDomain));
}

void compareArc(const MessageCheck& c, const auth::AuthMethodResult& r, std::vector<std::string>& out) {
    if (r.result != auth::arcResultName(c.arc.result))
        out.push_back(differs(r, auth::arcResultName(c.arc.result), "the chain"));
}

} // namespace

std::vector<MessageCheck::Claimed> readClaims(const MessageCheck& check) {
    std::vector<MessageCheck::Claimed> out;
    const mail::HeaderBlock& headers = *check.headers;
    for (size_t i = 0; i < headers.fields().size() && out.size() < maxClaims; ++i) {
        const auto& field = headers.fields()[i];
        if (!text::iequals(headers.name(field), "Authentication-Results")) continue;
        MessageCheck::Claimed claim;
        claim.field = i;
        claim.results = auth::parseAuthenticationResults(headers.rawValue(field));
        for (const auto& r : claim.results.results) {
            if (r.method == "spf") compareSpf(check, r, claim.differences);
            if (r.method == "dkim") compareDkim(check, r, claim.differences);
            if (r.method == "dmarc") compareDmarc(check, r, claim.differences);
            if (r.method == "arc") compareArc(check, r, claim.differences);
        }
        out.push_back(std::move(claim));
    }
    return out;
}

} // namespace waypost::message
