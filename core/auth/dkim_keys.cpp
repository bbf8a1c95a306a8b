// Looking keys up, and what a key record says about one signature (RFC 6376 section 6.1.2).
#include "auth/dkim_verify.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

struct Asking {
    std::vector<dns::Answer> answers;
    size_t open = 0;
    std::move_only_function<void(bool)> done;
};

void askAll(dns::Resolver& resolver, const std::vector<std::string>& names,
            const std::shared_ptr<Asking>& state, std::move_only_function<void(bool)> done) {
    state->answers.resize(names.size());
    state->open = names.size() + 1; // one more, so that the end comes after the last question
    state->done = std::move(done);
    auto closeOne = [state] {
        if (--state->open == 0) state->done(true);
    };
    for (size_t i = 0; i < names.size(); ++i) {
        auto take = [state, closeOne, i](dns::Answer a) {
            state->answers[i] = std::move(a);
            closeOne();
        };
        resolver.resolve({names[i], dns::RecordType::TXT}, std::move(take));
    }
    closeOne();
}

std::vector<std::shared_ptr<const ParsedDkimKey>> recordsOf(const dns::Answer& answer) {
    std::vector<std::shared_ptr<const ParsedDkimKey>> out;
    if (!answer.definite()) return out;
    for (const dns::Record* r : answer.ofType(dns::RecordType::TXT)) {
        if (out.size() == maxKeysTried) break;
        out.push_back(DkimKeyCache::get(std::get<dns::TxtData>(r->data).joined()));
    }
    return out;
}

std::string_view identityDomain(const DkimSignature& s) {
    return std::string_view(s.identity).substr(s.identity.rfind('@') + 1);
}

std::string_view hashName(const DkimSignature& s) {
    return hashOf(s) == DkimHash::Sha1 ? "sha1" : "sha256";
}

} // namespace

DkimKeys dkimKeysFrom(dns::Answer answer) {
    DkimKeys keys;
    keys.records = recordsOf(answer);
    keys.answer = std::move(answer);
    return keys;
}

Task<DkimKeyRing> askForKeys(dns::Resolver& resolver, std::vector<std::string> names) {
    DkimKeyRing ring;
    std::vector<std::string> unique;
    for (const std::string& name : names) {
        auto it = std::find_if(unique.begin(), unique.end(),
                               [&](const std::string& u) { return text::iequals(u, name); });
        ring.byName.push_back(size_t(it - unique.begin()));
        if (it == unique.end()) unique.push_back(name);
    }
    if (unique.empty()) co_return ring;
    auto state = std::make_shared<Asking>();
    auto start = [&resolver, &unique, state](std::move_only_function<void(bool)> done) {
        askAll(resolver, unique, state, std::move(done));
    };
    auto waiting = completion<bool>(std::move(start));
    (void)co_await waiting;
    for (dns::Answer& a : state->answers) ring.keys.push_back(dkimKeysFrom(std::move(a)));
    co_return ring;
}

std::string keyObjection(const ParsedDkimKey& key, const DkimSignature& signature) {
    const DkimKey& record = key.record;
    const std::string_view hash = hashName(signature);
    const bool hashAllowed = record.hashes.empty() || std::find(record.hashes.begin(), record.hashes.end(),
                                                                hash) != record.hashes.end();
    if (record.state != DkimKeyState::Usable && record.state != DkimKeyState::Weak)
        return fmt::format("The key cannot be used. {}", record.why);
    if (!signature.algorithm.starts_with(record.type + "-"))
        return fmt::format("The key is for {} and the signature uses {}.", record.type, signature.algorithm);
    if (!hashAllowed) return fmt::format("h= of the key does not allow {}.", hash);
    if (record.strict && signature.identityGiven &&
        !text::iequals(identityDomain(signature), signature.domain))
        return "t=s of the key wants the domain of i= to be d= itself, and it is below it.";
    if (!key.key) return "The key does not decode.";
    if (key.key->tooCostly())
        return fmt::format("The RSA key has {} bits or an odd exponent; more than {} bits are not checked.",
                           record.bits, maxRsaBits);
    return {};
}

DkimHash hashOf(const DkimSignature& signature) {
    return signature.algorithm.ends_with("sha1") ? DkimHash::Sha1 : DkimHash::Sha256;
}

KeyVerdict tryKeys(const DkimKeys& keys, const DkimSignature& signature, std::string_view digest) {
    KeyVerdict out;
    if (!keys.answer.definite()) {
        out.reason = fmt::format("The key at {} could not be looked up: {}.", keys.answer.question.name,
                                 dns::statusName(keys.answer.status));
        return out;
    }
    out.looked = true;
    if (keys.records.empty()) {
        out.reason = fmt::format("There is no key at {} ({}).", keys.answer.question.name,
                                 dns::statusName(keys.answer.status));
        return out;
    }
    for (const auto& k : keys.records) {
        std::string objection = keyObjection(*k, signature);
        if (!objection.empty()) {
            if (!out.key) out.key = k.get();
            if (out.reason.empty()) out.reason = std::move(objection);
            continue;
        }
        const bool weak = k->record.state == DkimKeyState::Weak;
        if (!out.usable || (out.weakOnly && !weak)) {
            out.key = k.get();
            out.weakOnly = weak;
            out.reason = weak ? k->record.why : "b= is not a signature of this header by the published key.";
        }
        out.usable = true;
        if (!k->key->verify(hashOf(signature), digest, signature.signature)) continue;
        out.key = k.get();
        out.weakOnly = weak;
        out.verified = true;
        out.reason = weak ? k->record.why : std::string();
        if (!weak) break;
    }
    return out;
}

} // namespace waypost::auth
