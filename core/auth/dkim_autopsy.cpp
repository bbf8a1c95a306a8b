#include "auth/dkim_autopsy.h"

#include "auth/dkim_autopsy_search.h"

#include <fmt/format.h>

namespace waypost::auth {

namespace {

std::string conclusionOf(const DkimAutopsy& a) {
    const DkimSignatureCheck& c = a.check;
    if (c.result == DkimResult::Pass) return "The signature verifies; there is nothing to look for.";
    const bool bodyBroken = c.bodyOk.has_value() && !*c.bodyOk;
    const bool headerBroken = c.headerOk.has_value() && !*c.headerOk;
    if (!bodyBroken && !headerBroken) return c.reason;
    std::string out;
    for (const DkimMutation& m : a.found) out += (out.empty() ? "" : " ") + m.sentence;
    const auto named = [&](DkimMutation::Part part) {
        for (const DkimMutation& m : a.found)
            if (m.part == part) return true;
        return false;
    };
    const std::string_view bounded = a.bounded ? " The search was cut short by its limits." : "";
    if (bodyBroken && !named(DkimMutation::Part::Body))
        out += fmt::format("{}None of the known changes of a body restores bh=.{}", out.empty() ? "" : " ",
                           bounded);
    if (headerBroken && !named(DkimMutation::Part::Header))
        out += fmt::format("{}None of the known changes of a header restores b=.{}", out.empty() ? "" : " ",
                           bounded);
    return out;
}

DkimAutopsy examine(DkimSignatureCheck check, const std::shared_ptr<const mail::HeaderBlock>& message,
                    const std::vector<dns::Answer>& answers, autopsy::Budget& budget) {
    DkimAutopsy out;
    out.check = std::move(check);
    const DkimSignatureCheck& c = out.check;
    const bool readable = c.signature.fault.empty() && message->stopReason().empty();
    if (readable && c.bodyOk.has_value() && !*c.bodyOk) autopsy::searchBody(out, *message, budget);
    if (readable && c.headerOk.has_value() && !*c.headerOk && c.answer) {
        budget.checks = maxAutopsyChecks;
        autopsy::searchHeader(out, message, answers[*c.answer], budget);
    }
    out.bounded = budget.spent;
    out.conclusion = conclusionOf(out);
    return out;
}

} // namespace

Task<std::vector<DkimAutopsy>> autopsyDkim(dns::Resolver& resolver,
                                           std::shared_ptr<const mail::HeaderBlock> message,
                                           DkimVerifyOptions options) {
    auto verifying = verifyDkim(resolver, message, options);
    DkimCheck check = co_await verifying;
    std::vector<DkimAutopsy> out;
    out.reserve(check.signatures.size());
    autopsy::Budget budget;
    for (DkimSignatureCheck& s : check.signatures)
        out.push_back(examine(std::move(s), message, check.answers, budget));
    co_return out;
}

} // namespace waypost::auth
