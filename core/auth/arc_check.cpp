#include "auth/arc_check.h"

#include "auth/arc_set.h"
#include "auth/dkim_verify.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

ArcCheck failed(ArcCheck& out, std::string reason) {
    out.result = ArcResult::Fail;
    out.reason = std::move(reason);
    return std::move(out);
}

// RFC 8617 section 5.2 step 3.
std::string structureFault(const ArcChain& chain) {
    if (!chain.fault.empty()) return chain.fault;
    int expected = 1;
    for (const ArcParsedSet& s : chain.sets) {
        if (s.instance != expected++)
            return fmt::format("Set {} is missing: instances must run from 1 without a gap.", expected - 1);
        const std::string_view wanted = s.instance == 1 ? "none" : "pass";
        if (s.chainValidation != wanted)
            return fmt::format("cv={} in the seal of set {} must be {}.",
                               text::printable(std::string_view(s.chainValidation).substr(0, 40)), s.instance,
                               wanted);
    }
    return {};
}

ArcSet shownSet(const ArcParsedSet& s) {
    ArcSet out;
    out.instance = s.instance;
    out.results = s.results;
    out.message = s.message;
    out.seal = s.seal;
    out.chainValidation = s.chainValidation;
    out.domain = s.sealSignature.domain;
    out.selector = s.sealSignature.selector;
    return out;
}

// Section 4.1.2: a seal may not be signed by a message signature.
void refuseSignedSeals(DkimSignature& s) {
    const bool names = std::any_of(s.headers.begin(), s.headers.end(),
                                   [](const std::string& h) { return text::iequals(h, "arc-seal"); });
    if (names && s.fault.empty()) s.fault = "h= names ARC-Seal, which a message signature may not cover.";
}

std::string sealFault(const ArcParsedSet& s, const DkimKeys& keys, const std::string& digest) {
    const DkimSignature& seal = s.sealSignature;
    const KeyVerdict verdict = tryKeys(keys, seal, digest);
    if (verdict.verified && !verdict.weakOnly) return {};
    if (!verdict.looked || !verdict.usable || verdict.weakOnly) return verdict.reason;
    return "The ARC headers were changed after sealing: b= of the seal does not fit.";
}

size_t addAnswer(ArcCheck& out, const dns::Answer& answer) {
    for (size_t i = 0; i < out.answers.size(); ++i)
        if (text::iequals(out.answers[i].question.name, answer.question.name)) return i;
    out.answers.push_back(answer);
    return out.answers.size() - 1;
}

bool saysCanonicalization(const DkimSignatureCheck& c) {
    return c.signature.tags.find("c") != nullptr;
}

// The default of c= is that of RFC 6376, simple/simple. Sealers that followed the drafts left it out and
// meant relaxed/relaxed; such a signature proves the same, and is accepted with a remark.
std::vector<DkimSignatureCheck> relaxedAgain(const DkimCheck& checked) {
    std::vector<DkimSignatureCheck> out;
    for (const DkimSignatureCheck& c : checked.signatures) {
        if (c.result != DkimResult::Fail || saysCanonicalization(c)) continue;
        DkimSignatureCheck again;
        again.field = c.field;
        again.signature = c.signature;
        again.signature.header = again.signature.body = Canonicalization::Relaxed;
        out.push_back(std::move(again));
    }
    return out;
}

void takeRelaxed(DkimCheck& checked, DkimCheck relaxed) {
    for (DkimSignatureCheck& r : relaxed.signatures) {
        if (r.result != DkimResult::Pass) continue;
        for (DkimSignatureCheck& c : checked.signatures) {
            if (c.field != r.field) continue;
            const auto answer = c.answer;
            c = std::move(r);
            c.answer = answer;
            c.remarks.push_back(
                {"default-canonicalization",
                 "There is no c= tag: it verifies as relaxed/relaxed, and not as simple/simple."});
            break;
        }
    }
}

void takeMessageSignatures(ArcCheck& out, DkimCheck checked) {
    for (size_t i = 0; i < out.sets.size(); ++i) {
        DkimSignatureCheck& c = checked.signatures[i];
        if (c.answer) {
            c.answer = addAnswer(out, checked.answers[*c.answer]);
            out.sets[i].answers.push_back(*c.answer);
        }
        if (c.result != DkimResult::Pass) out.sets[i].reason = "Message signature: " + c.reason;
        out.sets[i].signature = std::move(c);
    }
}

// Step 5: the newest set whose elder does not pass, or 0.
int oldestPass(const std::vector<ArcSet>& sets) {
    for (size_t i = sets.size(); i-- > 0;)
        if (sets[i].signature->result != DkimResult::Pass) return sets[i].instance + 1;
    return 0;
}

void takeSeals(ArcCheck& out, const mail::HeaderBlock& message, const ArcChain& chain,
               const std::vector<size_t>& asked, const DkimKeyRing& ring) {
    const auto digests = arcSealDigests(message, chain);
    for (size_t n = 0; n < asked.size(); ++n) {
        ArcSet& set = out.sets[asked[n]];
        const DkimKeys& keys = ring.keys[ring.byName[n]];
        const size_t answer = addAnswer(out, keys.answer);
        if (std::find(set.answers.begin(), set.answers.end(), answer) == set.answers.end())
            set.answers.push_back(answer);
        std::string fault = sealFault(chain.sets[asked[n]], keys, digests[asked[n]]);
        set.sealOk = fault.empty();
        if (!fault.empty()) set.reason = "Seal: " + fault;
    }
}

// Faults that need no key; the rest is asked for.
std::vector<size_t> sealsToAsk(ArcCheck& out, const ArcChain& chain, std::vector<std::string>& names) {
    std::vector<size_t> asked;
    for (size_t i = 0; i < chain.sets.size(); ++i) {
        const DkimSignature& seal = chain.sets[i].sealSignature;
        std::string fault = seal.fault;
        if (fault.empty() && hashOf(seal) == DkimHash::Sha1)
            fault = "It uses rsa-sha1, which no verifier may accept (RFC 8301 section 3.1).";
        if (!fault.empty()) {
            out.sets[i].sealOk = false;
            out.sets[i].reason = "Seal: " + fault;
            continue;
        }
        asked.push_back(i);
        names.push_back(dkimKeyName(seal.selector, seal.domain));
    }
    return asked;
}

std::vector<DkimSignatureCheck> messageSignatures(const ArcChain& chain) {
    std::vector<DkimSignatureCheck> out;
    for (const ArcParsedSet& s : chain.sets) {
        DkimSignatureCheck check;
        check.field = s.message;
        check.signature = s.messageSignature;
        refuseSignedSeals(check.signature);
        out.push_back(std::move(check));
    }
    return out;
}

} // namespace

std::string_view arcResultName(ArcResult r) {
    switch (r) {
    case ArcResult::None: return "none";
    case ArcResult::Pass: return "pass";
    case ArcResult::Fail: return "fail";
    }
    return "none";
}

Task<ArcCheck> verifyArc(dns::Resolver& resolver, std::shared_ptr<const mail::HeaderBlock> message,
                         DkimVerifyOptions options) {
    ArcCheck out;
    const ArcChain chain = readArcChain(*message);
    if (!chain.any) {
        out.reason = "The message has no ARC headers.";
        co_return out;
    }
    for (const ArcParsedSet& s : chain.sets) out.sets.push_back(shownSet(s));
    if (!message->stopReason().empty())
        co_return failed(out, "Not judged, for a part of the header was not read. " + message->stopReason());
    if (!chain.sets.empty() && chain.sets.back().chainValidation == "fail")
        co_return failed(out, "The newest seal says cv=fail: the chain was broken when it came there.");
    if (std::string fault = structureFault(chain); !fault.empty()) co_return failed(out, std::move(fault));

    options.clockSkew = Millis::max(); // t= says nothing about a chain
    auto signatures = messageSignatures(chain);
    auto judging = verifySignatures(resolver, message, std::move(signatures), options);
    DkimCheck checked = co_await judging;
    if (auto again = relaxedAgain(checked); !again.empty()) {
        auto second = verifySignatures(resolver, message, std::move(again), options);
        DkimCheck relaxed = co_await second;
        takeRelaxed(checked, std::move(relaxed));
    }
    takeMessageSignatures(out, std::move(checked));

    std::vector<std::string> names;
    const auto asked = sealsToAsk(out, chain, names);
    auto asking = askForKeys(resolver, names);
    const DkimKeyRing ring = co_await asking;
    takeSeals(out, *message, chain, asked, ring);

    if (out.sets.back().signature->result != DkimResult::Pass)
        co_return failed(out, fmt::format("The newest message signature (i={}) does not verify. {}",
                                          out.sets.back().instance, out.sets.back().signature->reason));
    for (auto s = out.sets.rbegin(); s != out.sets.rend(); ++s)
        if (!s->sealOk.value_or(false))
            co_return failed(out,
                             fmt::format("The seal of set {} does not verify. {}", s->instance, s->reason));
    out.result = ArcResult::Pass;
    out.oldestPass = oldestPass(out.sets);
    out.reason =
        out.oldestPass == 0
            ? "Every seal and every message signature verifies."
            : fmt::format("Every seal verifies; the message was changed after set {}.", out.oldestPass - 1);
    co_return out;
}

} // namespace waypost::auth
