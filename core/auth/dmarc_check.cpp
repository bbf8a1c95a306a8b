#include "auth/dmarc_check.h"

#include "base/text.h"
#include "dns/names.h"
#include "dns/once_resolver.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

std::string join(std::string_view a, std::string_view b) {
    return fmt::format("{} {}", a, b);
}

class Check {
  public:
    Check(dns::Resolver& resolver, DmarcMessage message, DmarcOptions options)
        : resolver_(resolver), message_(std::move(message)), options_(std::move(options)) {}
    DmarcCheck out;

    Task<void> run() {
        if (!findAuthor()) co_return;
        auto discovering = discoverDmarc(resolver_, out.authorDomain, options_);
        out.discovery = co_await discovering;
        collect();
        for (auto& identifier : out.identifiers) {
            auto aligning = align(identifier);
            co_await aligning;
        }
        judgeWalk();
        judgeList();
        compare();
    }

  private:
    bool findAuthor() {
        out.fromDomains = message_.fromDomains;
        std::string why = message_.fromFault;
        if (why.empty() && out.fromDomains.size() != 1)
            why = out.fromDomains.empty() ? "From has no address with a domain."
                                          : "From has addresses of several domains.";
        if (why.empty()) {
            out.authorDomain = dns::normalName(out.fromDomains.front());
            return true;
        }
        // Sections 4.4 and 5.3.1: validation is not possible, and the process ends.
        out.walk.reason = out.list.reason = join(why, "DMARC is not evaluated.");
        out.walk.disposition = out.list.disposition = DmarcPolicy::None;
        return false;
    }

    void collect() {
        if (!message_.spfDomain.empty()) add("spf", message_.spfDomain, {}, spfResultName(message_.spf));
        for (const auto& d : message_.dkim)
            if (!d.domain.empty()) add("dkim", d.domain, d.selector, dkimResultName(d.result));
    }
    void add(std::string mechanism, std::string_view domain, std::string selector, std::string_view result) {
        if (out.identifiers.size() >= maxDmarcIdentifiers) return;
        DmarcIdentifier id;
        id.mechanism = std::move(mechanism);
        // U-labels of an SMTPUTF8 envelope count as their A-labels (section 5.3.1).
        const auto ascii = dns::toAscii(domain);
        id.domain = ascii ? *ascii : dns::normalName(domain);
        id.selector = std::move(selector);
        id.result = std::string(result);
        out.identifiers.push_back(std::move(id));
    }

    static bool strictFor(const DmarcIdentifier& id, const DmarcRecord* record) {
        return record && (id.mechanism == "spf" ? record->strictSpf : record->strictDkim);
    }

    // Section 4.10.2. The organisational domain of a name is the name or one above it, so a name that is not
    // under the author's cannot align and is not walked.
    Task<void> align(DmarcIdentifier& id) {
        id.strict = strictFor(id, out.discovery.record());
        alignByList(id);
        const std::string& organization = out.discovery.orgDomain;
        const bool same = id.domain == out.authorDomain;
        if (same) id.orgDomain = organization;
        if (same || id.strict || !out.discovery.record()) {
            id.aligned = same;
            co_return;
        }
        if (organization.empty()) co_return;
        if (!dns::isAtOrUnder(id.domain, organization)) {
            id.aligned = false;
            co_return;
        }
        auto walking = walkDmarc(resolver_, id.domain);
        DmarcDiscovery walk = co_await walking;
        for (auto& answer : walk.answers) keep(std::move(answer));
        id.orgDomain = walk.orgDomain;
        if (!id.orgDomain.empty()) id.aligned = id.orgDomain == organization;
    }
    void alignByList(DmarcIdentifier& id) {
        const DmarcDiscovery& d = out.discovery;
        if (!options_.publicSuffixes) return;
        id.orgDomainPsl = options_.publicSuffixes->organizationalDomain(id.domain);
        const bool same = id.domain == out.authorDomain;
        const bool strict = strictFor(id, d.pslRecord ? &*d.pslRecord : nullptr);
        id.alignedPsl = same || (!strict && !id.orgDomainPsl.empty() && id.orgDomainPsl == d.orgDomainPsl);
    }
    void keep(dns::Answer answer) {
        auto known = [&](const dns::Answer& a) { return a.question == answer.question; };
        if (std::none_of(out.answers.begin(), out.answers.end(), known) &&
            std::none_of(out.discovery.answers.begin(), out.discovery.answers.end(), known))
            out.answers.push_back(std::move(answer));
    }

    // Sections 5.3.5 and 5.3.6, with the alignment of one reading.
    template <class Aligned>
    void judge(DmarcReading& r, const Aligned& aligned, DmarcPolicy effective, bool policyKnown) {
        r.disposition = DmarcPolicy::None;
        std::string unknown;
        const DmarcIdentifier* passing = nullptr;
        for (const auto& id : out.identifiers) {
            const std::optional<bool> yes = aligned(id);
            if (id.result == "pass" && yes.value_or(false)) {
                (id.mechanism == "spf" ? r.alignedSpf : r.alignedDkim) = true;
                if (!passing) passing = &id;
            } else if (id.result == "pass" && !yes) {
                unknown = fmt::format("whether {} aligns could not be looked up", id.domain);
            } else if (id.result == "temperror" && yes.value_or(true)) {
                unknown = fmt::format("{} of {} had a temporary error",
                                      id.mechanism == "spf" ? "SPF" : "DKIM", id.domain);
            }
        }
        if (passing) {
            r.result = DmarcResult::Pass;
            r.reason =
                fmt::format("{} passes for {}, which aligns with {}.",
                            passing->mechanism == "spf" ? "SPF" : "DKIM", passing->domain, out.authorDomain);
        } else if (!unknown.empty()) {
            r.result = DmarcResult::TempError;
            r.reason = fmt::format("Nothing passes, and {}: the policy must not be applied.", unknown);
        } else if (!policyKnown) {
            r.result = DmarcResult::TempError;
            r.reason = fmt::format("Nothing passes, and whether {} exists could not be looked up.",
                                   out.authorDomain);
        } else {
            r.result = DmarcResult::Fail;
            r.disposition = effective;
            r.reason = failure();
        }
    }
    std::string failure() const {
        for (const auto& id : out.identifiers)
            if (id.result == "pass")
                return fmt::format(
                    "No passing identifier aligns with {}; {} of {} passes and does not align.",
                    out.authorDomain, id.mechanism == "spf" ? "SPF" : "DKIM", id.domain);
        return fmt::format("Neither SPF nor DKIM passes for a domain that aligns with {}.", out.authorDomain);
    }

    void judgeWalk() {
        const DmarcDiscovery& d = out.discovery;
        DmarcReading& r = out.walk;
        r.orgDomain = d.orgDomain;
        if (!d.policyStep) {
            r.result = d.policyKnown ? DmarcResult::None : DmarcResult::TempError;
            r.disposition = DmarcPolicy::None;
            r.reason = d.policyKnown
                           ? fmt::format("No DMARC record speaks for {}.", out.authorDomain)
                           : fmt::format("The DMARC record of {} could not be looked up.", out.authorDomain);
            return;
        }
        r.policyDomain = d.steps[*d.policyStep].domain;
        if (d.use == DmarcUse::NotAtAll) return unusable(r);
        if (d.policyKnown) r.policy = d.declared;
        judge(r, [](const DmarcIdentifier& id) { return id.aligned; }, d.effective, d.policyKnown);
        if (d.use == DmarcUse::AsNone)
            r.reason = join(r.reason, "The record has a faulty policy tag and counts as p=none.");
        else if (r.result == DmarcResult::Fail && d.effective != d.declared)
            r.reason = join(r.reason, fmt::format("t=y lowers {} to {}.", dmarcPolicyName(d.declared),
                                                  dmarcPolicyName(d.effective)));
    }
    static void unusable(DmarcReading& r) {
        r.result = DmarcResult::None;
        r.disposition = DmarcPolicy::None;
        r.reason = fmt::format(
            "The record of {} has no valid policy and no report address, so DMARC does not apply.",
            r.policyDomain);
    }

    void judgeList() {
        const DmarcDiscovery& d = out.discovery;
        DmarcReading& r = out.list;
        if (!options_.publicSuffixes) {
            r.reason = "There is no public suffix list to read by.";
            return;
        }
        r.orgDomain = d.orgDomainPsl;
        r.policyDomain = d.pslPolicyDomain;
        if (!d.pslRecord) {
            r.result = d.pslPolicyKnown ? DmarcResult::None : DmarcResult::TempError;
            r.disposition = DmarcPolicy::None;
            r.reason = d.pslPolicyKnown
                           ? fmt::format("No DMARC record speaks for {}.", out.authorDomain)
                           : fmt::format("The DMARC record of {} could not be looked up.", out.authorDomain);
            return;
        }
        if (d.pslRecord->use() == DmarcUse::NotAtAll) return unusable(r);
        r.policy = d.pslDeclared;
        judge(r, [](const DmarcIdentifier& id) { return id.alignedPsl; }, d.pslDeclared, true);
        // RFC 7489 section 6.6.4: the rest gets the next weaker policy.
        if (const auto pct = d.pslRecord->pct; pct && *pct < 100 && r.result == DmarcResult::Fail)
            r.reason = join(r.reason, fmt::format("pct={}: the others get {}.", *pct,
                                                  dmarcPolicyName(relaxed(d.pslDeclared))));
    }

    void compare() {
        if (!options_.publicSuffixes) return;
        out.readingsDiffer = out.walk.result != out.list.result || out.walk.policy != out.list.policy ||
                             out.walk.disposition != out.list.disposition ||
                             out.walk.alignedSpf != out.list.alignedSpf ||
                             out.walk.alignedDkim != out.list.alignedDkim;
    }

    dns::OnceResolver resolver_; // the walks of one message share most of their names
    DmarcMessage message_;
    DmarcOptions options_;
};

} // namespace

std::string_view dmarcResultName(DmarcResult r) {
    switch (r) {
    case DmarcResult::None: return "none";
    case DmarcResult::Pass: return "pass";
    case DmarcResult::Fail: return "fail";
    case DmarcResult::TempError: return "temperror";
    case DmarcResult::PermError: return "permerror";
    }
    return "none";
}

Task<DmarcCheck> checkDmarc(dns::Resolver& resolver, DmarcMessage message, DmarcOptions options) {
    Check check(resolver, std::move(message), std::move(options));
    auto running = check.run();
    co_await running;
    co_return std::move(check.out);
}

} // namespace waypost::auth
