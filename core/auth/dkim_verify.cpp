#include "auth/dkim_verify.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view sha1Sentence =
    "It is signed with rsa-sha1, which no verifier may accept (RFC 8301 section 3.1).";

std::string_view bodyOf(const mail::HeaderBlock& message) {
    return std::string_view(*message.bytes()).substr(message.bodyOffset());
}

bool isSha1(const DkimSignature& s) {
    return s.algorithm == "rsa-sha1";
}

// One signature against its keys, the hashed body and the clock.
class Judge {
  public:
    Judge(DkimSignatureCheck& check, const HeaderPicker& picker, const DkimVerifyOptions& options)
        : check_(check), s_(check.signature), picker_(picker), options_(options) {}

    void body(const BodyHasher& hasher, size_t number) {
        check_.computedBodyHash = hasher.digest(number);
        check_.bodyBytes = hasher.canonicalBytes(number);
        check_.signedBytes = std::min(check_.bodyBytes, s_.length.value_or(UINT64_MAX));
        check_.bodyOk = check_.computedBodyHash == s_.bodyHash;
        tooLong_ = s_.length && *s_.length > check_.bodyBytes;
        if (check_.signedBytes < check_.bodyBytes)
            remark("body-length",
                   fmt::format("Because of l= only the first {} of {} octets of the body are signed: anybody "
                               "can change the rest.",
                               check_.signedBytes, check_.bodyBytes));
    }

    void header(const DkimKeys& keys) {
        auto picked = picker_.pick(s_.headers, check_.field);
        const std::string digest = dkimDigest(hashOf(s_), picker_.input(picked, s_, check_.field));
        check_.signedFields = std::move(picked.fields);
        check_.oversigned = std::move(picked.missing);
        verdict_ = tryKeys(keys, s_, digest);
        if (verdict_.key) check_.key = verdict_.key->record;
        if (verdict_.usable) check_.headerOk = verdict_.verified;
        if (!check_.key) return;
        if (check_.key->state == DkimKeyState::Weak) remark("short-key", check_.key->why);
        if (check_.key->testing)
            remark("testing",
                   "t=y of the key: the domain only tests DKIM, and its mail is to be treated as if "
                   "it were not signed.");
    }

    void times() {
        const std::int64_t now = options_.now.ms / 1000;
        const std::int64_t skew = options_.clockSkew.count() / 1000;
        if (options_.now.ms == 0) return;
        if (s_.expiresAt && now > *s_.expiresAt)
            late_ = fmt::format("The signature expired: x= is {}.", formatUtc({*s_.expiresAt * 1000}));
        if (s_.signedAt && *s_.signedAt > now + skew)
            early_ = "The signature says that it was made in the future (t=).";
        if (!late_.empty()) remark("expired", late_);
        if (!early_.empty()) remark("future", early_);
    }

    void conclude() {
        if (isSha1(s_))
            end(DkimResult::PermError, std::string(sha1Sentence) + also());
        else if (!verdict_.looked)
            end(DkimResult::TempError, verdict_.reason);
        else if (!verdict_.usable || verdict_.weakOnly)
            end(DkimResult::PermError, verdict_.reason);
        else if (tooLong_)
            end(DkimResult::PermError,
                fmt::format("l= is {}, and the body has only {} octets.", *s_.length, check_.bodyBytes));
        else if (!*check_.bodyOk || !verdict_.verified)
            end(DkimResult::Fail, failure());
        else if (!late_.empty() || !early_.empty())
            end(DkimResult::Policy, late_.empty() ? early_ : late_);
        else
            end(DkimResult::Pass, check_.remarks.empty() ? std::string() : check_.remarks.front().text);
    }

    void remark(std::string id, std::string text) {
        check_.remarks.push_back({std::move(id), std::move(text)});
    }

    void end(DkimResult result, std::string reason) {
        check_.result = result;
        check_.reason = std::move(reason);
    }

  private:
    // What else there is to say about a signature that is refused for its algorithm.
    std::string also() const {
        if (!verdict_.looked || !verdict_.usable || verdict_.weakOnly) return " " + verdict_.reason;
        if (tooLong_ || !*check_.bodyOk || !verdict_.verified) return " " + failure();
        return {};
    }

    std::string failure() const {
        if (*check_.bodyOk) return "The signed header was changed after signing: b= does not fit it.";
        if (!verdict_.verified) return "Header and body were changed after signing: neither b= nor bh= fits.";
        return "The body was changed after signing: its hash is not bh=.";
    }

    DkimSignatureCheck& check_;
    const DkimSignature& s_;
    const HeaderPicker& picker_;
    const DkimVerifyOptions& options_;
    KeyVerdict verdict_;
    bool tooLong_ = false;
    std::string late_, early_;
};

// Faults that need no key. What is asked for such a signature can only be said beside them.
bool refuseUnread(DkimSignatureCheck& check, const mail::HeaderBlock& message) {
    const DkimSignature& s = check.signature;
    if (isSha1(s)) check.remarks.push_back({"sha1", std::string(sha1Sentence)});
    if (!s.fault.empty()) {
        check.result = DkimResult::PermError;
        check.reason = s.fault;
        if (isSha1(s)) check.reason += " " + std::string(sha1Sentence);
        return true;
    }
    if (!message.stopReason().empty()) {
        check.result = DkimResult::Policy;
        check.reason = "Not judged, for a part of the header was not read. " + message.stopReason();
        return true;
    }
    return false;
}

// A signature that is refused as it stands may have a key that is too short as well: both are said.
void addKeyRemarks(DkimSignatureCheck& check, const DkimKeys& keys) {
    if (keys.records.empty()) return;
    check.key = keys.records.front()->record;
    if (check.key->state != DkimKeyState::Weak) return;
    check.remarks.push_back({"short-key", check.key->why});
    check.reason += " " + check.key->why;
}

void judgeAll(DkimCheck& out, const std::vector<size_t>& asked, const DkimKeyRing& ring,
              const std::shared_ptr<const mail::HeaderBlock>& message, const DkimVerifyOptions& options) {
    BodyHasher hasher;
    std::vector<size_t> numbers(out.signatures.size());
    for (size_t i : asked) {
        const DkimSignature& s = out.signatures[i].signature;
        if (out.signatures[i].result == DkimResult::None)
            numbers[i] = hasher.want({s.body, hashOf(s), s.length});
    }
    hasher.feed(bodyOf(*message));
    hasher.finish();
    const HeaderPicker picker(message);
    for (size_t n = 0; n < asked.size(); ++n) {
        DkimSignatureCheck& check = out.signatures[asked[n]];
        const DkimKeys& keys = ring.keys[ring.byName[n]];
        check.answer = ring.byName[n];
        if (check.result != DkimResult::None) {
            addKeyRemarks(check, keys);
            continue;
        }
        Judge judge(check, picker, options);
        judge.body(hasher, numbers[asked[n]]);
        judge.header(keys);
        judge.times();
        judge.conclude();
    }
}

int rank(DkimResult r) {
    switch (r) {
    case DkimResult::Pass: return 6;
    case DkimResult::TempError: return 5; // may still become a pass
    case DkimResult::Policy: return 4;
    case DkimResult::Fail: return 3;
    case DkimResult::PermError: return 2;
    case DkimResult::Neutral: return 1;
    case DkimResult::None: return 0;
    }
    return 0;
}

} // namespace

std::string_view dkimResultName(DkimResult r) {
    switch (r) {
    case DkimResult::None: return "none";
    case DkimResult::Pass: return "pass";
    case DkimResult::Fail: return "fail";
    case DkimResult::Policy: return "policy";
    case DkimResult::Neutral: return "neutral";
    case DkimResult::TempError: return "temperror";
    case DkimResult::PermError: return "permerror";
    }
    return "none";
}

DkimResult DkimCheck::best() const {
    DkimResult best = DkimResult::None;
    for (const auto& s : signatures)
        if (rank(s.result) > rank(best)) best = s.result;
    return best;
}

Task<DkimCheck> verifySignatures(dns::Resolver& resolver, std::shared_ptr<const mail::HeaderBlock> message,
                                 std::vector<DkimSignatureCheck> signatures, DkimVerifyOptions options) {
    DkimCheck out;
    out.signatures = std::move(signatures);
    std::vector<size_t> asked;
    std::vector<std::string> names;
    for (size_t i = 0; i < out.signatures.size(); ++i) {
        DkimSignatureCheck& check = out.signatures[i];
        const DkimSignature& s = check.signature;
        if (!s.domain.empty() && !s.selector.empty()) check.keyName = dkimKeyName(s.selector, s.domain);
        if (refuseUnread(check, *message) && !dns::isAskable(check.keyName)) continue;
        asked.push_back(i);
        names.push_back(check.keyName);
    }
    if (asked.empty()) co_return out;
    auto asking = askForKeys(resolver, names);
    const DkimKeyRing ring = co_await asking;
    judgeAll(out, asked, ring, message, options);
    for (const DkimKeys& k : ring.keys) out.answers.push_back(k.answer);
    co_return out;
}

Task<DkimCheck> verifyDkim(dns::Resolver& resolver, std::shared_ptr<const mail::HeaderBlock> message,
                           DkimVerifyOptions options) {
    std::vector<DkimSignatureCheck> found;
    size_t beyond = 0;
    const auto& fields = message->fields();
    for (size_t i = 0; i < fields.size(); ++i) {
        if (!text::iequals(message->name(fields[i]), "dkim-signature")) continue;
        if (found.size() >= options.maxSignatures) {
            ++beyond;
            continue;
        }
        DkimSignatureCheck check;
        check.field = i;
        check.signature = parseDkimSignature(message->rawValue(fields[i]));
        found.push_back(std::move(check));
    }
    auto judging = verifySignatures(resolver, message, std::move(found), options);
    DkimCheck out = co_await judging;
    out.notLookedAt = beyond;
    co_return out;
}

} // namespace waypost::auth
