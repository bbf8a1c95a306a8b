#include "domain/requirement_checks.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

using Verdict = RequirementVerdict;
using State = RequirementState;

Verdict met(std::string evidence, std::optional<size_t> answer = std::nullopt) {
    return {State::Met, std::move(evidence), answer};
}
Verdict notMet(std::string evidence, std::optional<size_t> answer = std::nullopt) {
    return {State::NotMet, std::move(evidence), answer};
}
Verdict cannotKnow(std::string evidence, std::optional<size_t> answer = std::nullopt) {
    return {State::CannotKnow, std::move(evidence), answer};
}

std::optional<size_t> firstAnswer(const Area& area) {
    if (area.evidence.empty()) return std::nullopt;
    return area.evidence.front();
}

constexpr std::string_view noMessage = "No message of the domain was checked here: check one in Message lab.";

// The newest message decides; all that say something are counted.
std::optional<Verdict> byMessages(const RequirementInput& input, std::optional<bool> MessageFacts::* fact,
                                  std::string_view what) {
    size_t known = 0;
    size_t good = 0;
    const MessageFacts* newest = nullptr;
    for (const MessageFacts& m : input.messages) {
        if (!(m.*fact)) continue;
        if (!newest) newest = &m;
        ++known;
        good += *(m.*fact) ? 1 : 0;
    }
    if (!newest) return std::nullopt;
    std::string evidence = fmt::format("{} of {} {} {}; the newest is \"{}\" of {}.", good,
                                       text::counted(known, "checked message"), known == 1 ? "has" : "have",
                                       what, text::printable(newest->title), formatUtc(newest->at));
    return *(newest->*fact) ? met(std::move(evidence)) : notMet(std::move(evidence));
}

// --- SPF

// What DNS alone can say against it; nothing: nothing is wrong.
std::optional<Verdict> spfFault(const RequirementInput& input) {
    const SpfArea& spf = input.report.spf;
    if (spf.state != AreaState::Checked)
        return cannotKnow("SPF could not be looked up: " + spf.reason, firstAnswer(spf));
    if (!spf.root() || spf.root()->state == auth::SpfTreeNode::State::NoRecord)
        return notMet(fmt::format("{} has no SPF record.", input.report.domain), firstAnswer(spf));
    for (const Finding& f : input.report.findings) {
        const bool permerror = f.severity == Severity::Error && f.id.starts_with("spf-");
        if (permerror) return notMet(f.seen, f.evidence.empty() ? firstAnswer(spf) : f.evidence.front());
    }
    return std::nullopt;
}

Verdict spfPublished(const Requirement&, const RequirementInput& input) {
    if (auto fault = spfFault(input)) return *fault;
    return met("The domain has one sound SPF record.", firstAnswer(input.report.spf));
}

Verdict spfPass(const Requirement&, const RequirementInput& input) {
    if (auto fault = spfFault(input)) return *fault;
    if (auto seen = byMessages(input, &MessageFacts::spf, "an SPF pass")) return *seen;
    return cannotKnow(fmt::format("SPF is published. {}", noMessage), firstAnswer(input.report.spf));
}

// --- DKIM

struct Keys {
    size_t usable = 0, bad = 0, guessed = 0;
    int leastRsaBits = 0;
    std::string leastSelector, badSelectors;
    std::optional<size_t> leastAnswer;
};

Keys keysOf(const DkimArea& dkim) {
    Keys out;
    for (const DkimSelector& s : dkim.selectors) {
        if (s.keys.state == auth::DkimKeyAnswer::State::CouldNotLook) continue;
        const bool usable = s.keys.state == auth::DkimKeyAnswer::State::OneKey &&
                            s.keys.keys.front().state == auth::DkimKeyState::Usable;
        if (!usable) {
            ++out.bad;
            out.badSelectors += (out.badSelectors.empty() ? "" : ", ") + s.selector;
        } else {
            ++out.usable;
            out.guessed += s.guessed ? 1 : 0;
        }
        if (s.keys.state != auth::DkimKeyAnswer::State::OneKey) continue;
        const auth::DkimKey& key = s.keys.keys.front();
        if (key.type != "rsa" || key.bits <= 0) continue;
        if (out.leastRsaBits != 0 && key.bits >= out.leastRsaBits) continue;
        out.leastRsaBits = key.bits;
        out.leastSelector = s.selector;
        out.leastAnswer = firstAnswer(s);
    }
    return out;
}

std::string keysText(const Keys& keys) {
    std::string out = text::counted(keys.usable, "usable key");
    if (keys.guessed > 0)
        out += fmt::format(" ({} at a common selector that nobody was seen to use)", keys.guessed);
    return out;
}

std::optional<Verdict> dkimFault(const RequirementInput& input) {
    const DkimArea& dkim = input.report.dkim;
    const Keys keys = keysOf(dkim);
    if (keys.usable > 0) return std::nullopt;
    if (dkim.state != AreaState::Checked)
        return cannotKnow("DKIM keys could not be looked up: " + dkim.reason, firstAnswer(dkim));
    if (dkim.namesBelow == false)
        return notMet(fmt::format("No name exists below _domainkey.{}: no signature of the domain can be "
                                  "verified.",
                                  input.report.domain),
                      firstAnswer(dkim));
    if (keys.bad > 0)
        return notMet(fmt::format("No key of the known selectors can be used ({}).", keys.badSelectors),
                      firstAnswer(dkim));
    return cannotKnow("No selector of the domain is known: take s= from a signed message.",
                      firstAnswer(dkim));
}

Verdict dkimPublished(const Requirement&, const RequirementInput& input) {
    if (auto fault = dkimFault(input)) return *fault;
    return met(keysText(keysOf(input.report.dkim)) + ".", firstAnswer(input.report.dkim));
}

Verdict dkimPass(const Requirement&, const RequirementInput& input) {
    if (auto seen = byMessages(input, &MessageFacts::dkim, "a valid DKIM signature")) return *seen;
    if (auto fault = dkimFault(input)) return *fault;
    return cannotKnow(fmt::format("{}. {}", keysText(keysOf(input.report.dkim)), noMessage),
                      firstAnswer(input.report.dkim));
}

Verdict dkimBits(const Requirement& r, const RequirementInput& input) {
    const Keys keys = keysOf(input.report.dkim);
    if (keys.leastRsaBits == 0)
        return cannotKnow(keys.usable > 0 ? "No RSA key is known; the limit is one of RSA keys."
                                          : "No key of the domain is known.",
                          firstAnswer(input.report.dkim));
    std::string evidence = fmt::format("The smallest RSA key has {} bits (selector {}); {} are asked for.",
                                       keys.leastRsaBits, keys.leastSelector, r.minimum);
    return keys.leastRsaBits < r.minimum ? notMet(std::move(evidence), keys.leastAnswer)
                                         : met(std::move(evidence), keys.leastAnswer);
}

Verdict spfOrDkim(const Requirement& r, const RequirementInput& input) {
    Verdict spf = spfPass(r, input);
    Verdict dkim = dkimPass(r, input);
    if (spf.state == State::Met) return spf;
    if (dkim.state == State::Met) return dkim;
    const State both =
        spf.state == State::NotMet && dkim.state == State::NotMet ? State::NotMet : State::CannotKnow;
    return {both, fmt::format("SPF: {} DKIM: {}", spf.evidence, dkim.evidence), spf.answer};
}

// --- DMARC

Verdict dmarcPublished(const Requirement&, const RequirementInput& input) {
    const DmarcArea& dmarc = input.report.dmarc;
    const auth::DmarcDiscovery& d = dmarc.discovery;
    if (dmarc.state != AreaState::Checked)
        return cannotKnow("DMARC could not be looked up: " + dmarc.reason, firstAnswer(dmarc));
    if (!d.record())
        return notMet(fmt::format("No DMARC record speaks for {}.", input.report.domain), firstAnswer(dmarc));
    return met(fmt::format("_dmarc.{} has {}", d.steps[*d.policyStep].domain, d.record()->text),
               firstAnswer(dmarc));
}

Verdict alignment(const Requirement&, const RequirementInput& input) {
    if (auto seen = byMessages(input, &MessageFacts::dmarc, "an aligned pass of SPF or DKIM")) return *seen;
    return cannotKnow(std::string(noMessage));
}

// --- addresses

bool genericName(const PtrCheck& check, const std::string& name) {
    std::string digits = check.ip;
    std::replace(digits.begin(), digits.end(), '.', '-');
    const std::string lower = text::lowered(name);
    for (const std::string_view word : {"dynamic", "dyn.", "dhcp", "dialup", "pool", "dsl", "static.ip"})
        if (lower.find(word) != std::string::npos) return true;
    return lower.find(digits) != std::string::npos || lower.find(check.ip) != std::string::npos;
}

struct Reverse {
    size_t sending = 0, good = 0, unknown = 0, mx = 0, mxGood = 0;
    std::string worst; // the first bad one
    std::optional<size_t> answer;
};

Reverse reverseOf(const PtrArea& ptr, bool refuseGeneric) {
    Reverse out;
    for (const PtrCheck& c : ptr.addresses) {
        bool good = !c.confirmed.empty();
        if (refuseGeneric && good) good = !genericName(c, c.confirmed.front());
        if (!c.host.empty()) {
            ++out.mx;
            out.mxGood += good ? 1 : 0;
            continue;
        }
        ++out.sending;
        if (c.state != AreaState::Checked) {
            ++out.unknown;
        } else if (good) {
            ++out.good;
        } else if (out.worst.empty()) {
            out.worst = c.names.empty()       ? c.ip + " has no reverse name"
                        : c.confirmed.empty() ? c.names.front() + " does not lead back to " + c.ip
                                              : c.confirmed.front() + " is a generic name of " + c.ip;
            out.answer = firstAnswer(c);
        }
    }
    return out;
}

Verdict reverseVerdict(const RequirementInput& input, bool refuseGeneric) {
    const Reverse r = reverseOf(input.report.ptr, refuseGeneric);
    const std::string share = fmt::format("{} of {} known sending {} are in order", r.good, r.sending,
                                          r.sending == 1 ? "address" : "addresses");
    if (!r.worst.empty()) return notMet(fmt::format("{}: {}.", share, r.worst), r.answer);
    if (r.sending > 0 && r.unknown == 0) return met(share + ".", firstAnswer(input.report.ptr));
    if (r.sending > 0) return cannotKnow(share + "; the others could not be looked up.");
    return cannotKnow(fmt::format(
        "No sending address is known.{}",
        r.mx == 0 ? ""
                  : fmt::format(" Of the addresses of the mail hosts {} of {} are in order, if mail "
                                "leaves from them.",
                                r.mxGood, r.mx)));
}

Verdict ptrConfirmed(const Requirement&, const RequirementInput& input) {
    return reverseVerdict(input, false);
}
Verdict ptrNotGeneric(const Requirement&, const RequirementInput& input) {
    return reverseVerdict(input, true);
}

Verdict domainSoa(const Requirement&, const RequirementInput& input) {
    const ZoneArea& zone = input.report.zone;
    if (!input.report.exists) return notMet(input.report.domain + " does not exist.", firstAnswer(zone));
    if (zone.soa) return met("The domain has a SOA record.", firstAnswer(zone));
    if (zone.state != AreaState::Checked)
        return cannotKnow("The SOA record could not be looked up.", firstAnswer(zone));
    for (const size_t index : zone.evidence)
        for (const dns::Record& record : input.report.evidence[index].authority)
            if (record.type == dns::RecordType::SOA)
                return met(fmt::format("The name is in the zone {}, which has a SOA record.", record.name),
                           index);
    return cannotKnow("The name has no SOA record of its own; that of its zone was not seen.",
                      firstAnswer(zone));
}

// --- messages

Verdict oneClick(const Requirement&, const RequirementInput& input) {
    if (auto seen = byMessages(input, &MessageFacts::oneClick, "a one-click unsubscribe")) return *seen;
    return cannotKnow(std::string(noMessage));
}

Verdict format(const Requirement&, const RequirementInput& input) {
    if (auto seen = byMessages(input, &MessageFacts::format, "a form without fault")) return *seen;
    return cannotKnow(std::string(noMessage));
}

// --- what cannot be seen from here

Verdict tls(const Requirement&, const RequirementInput&) {
    return cannotKnow("Whether mail leaves over TLS is seen at the sending server and in the receiver's "
                      "Received field.");
}
Verdict spamRate(const Requirement&, const RequirementInput&) {
    return cannotKnow("Only the provider knows it: see its postmaster tools or feedback loop.");
}
Verdict unsubscribeHonoured(const Requirement&, const RequirementInput&) {
    return cannotKnow("How fast an unsubscription takes effect is known to the list system.");
}
Verdict helo(const Requirement&, const RequirementInput&) {
    return cannotKnow("The name in EHLO is set at the sending server; a Received field shows it.");
}
Verdict rate(const Requirement&, const RequirementInput&) {
    return cannotKnow("Connections and rates are set at the sending server.");
}
Verdict arc(const Requirement&, const RequirementInput&) {
    return cannotKnow("Only a message forwarded by you shows whether ARC is added.");
}
Verdict consent(const Requirement&, const RequirementInput&) {
    return cannotKnow("Whether recipients asked for the mail is known to the list system.");
}
Verdict stableIdentity(const Requirement&, const RequirementInput&) {
    return cannotKnow("Compare the addresses and From domains of your own streams over time.");
}
Verdict ownDomain(const Requirement&, const RequirementInput& input) {
    const std::string& d = input.report.domain;
    const bool foreign = d == "gmail.com" || d == "googlemail.com" || d.ends_with(".gmail.com");
    if (foreign) return notMet(d + " is the provider's own domain.");
    return met(d + " is not the provider's domain.");
}
Verdict feedbackId(const Requirement&, const RequirementInput&) {
    return cannotKnow("Look for Feedback-ID in a message, and at the membership of Signal Spam.");
}
Verdict imprint(const Requirement&, const RequirementInput&) {
    return cannotKnow("Open the web page of the sending host's domain; pages are not fetched here.");
}
Verdict allowed(const Requirement&, const RequirementInput&) {
    return cannotKnow("Only the provider knows it; its reply to a first message tells.");
}

constexpr RequirementCheck checks[] = {
    {"alignment", alignment},
    {"allowed", allowed},
    {"arc", arc},
    {"consent", consent},
    {"dkim-bits", dkimBits},
    {"dkim-pass", dkimPass},
    {"dkim-published", dkimPublished},
    {"dmarc-published", dmarcPublished},
    {"domain-soa", domainSoa},
    {"feedback-id", feedbackId},
    {"helo", helo},
    {"imprint", imprint},
    {"one-click", oneClick},
    {"own-domain", ownDomain},
    {"ptr-fcrdns", ptrConfirmed},
    {"ptr-not-generic", ptrNotGeneric},
    {"rate", rate},
    {"rfc5322", format},
    {"spam-rate", spamRate},
    {"spf-or-dkim", spfOrDkim},
    {"spf-pass", spfPass},
    {"spf-published", spfPublished},
    {"stable-identity", stableIdentity},
    {"tls", tls},
    {"unsubscribe-honoured", unsubscribeHonoured},
};

} // namespace

std::span<const RequirementCheck> allRequirementChecks() {
    return checks;
}

} // namespace waypost::domain
