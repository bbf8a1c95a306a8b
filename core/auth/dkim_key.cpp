#include "auth/dkim_key.h"

#include "base/text.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

namespace waypost::auth {

namespace {

constexpr size_t ed25519Octets = 32;
constexpr size_t maxKeyOctets = 4096; // a 16384-bit RSA key has some 2,100

std::vector<std::string> colonList(std::string_view in) {
    std::vector<std::string> out;
    for (auto piece : text::split(in, ':')) out.emplace_back(text::trim(piece));
    return out;
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

struct FreeKey {
    void operator()(EVP_PKEY* k) const { EVP_PKEY_free(k); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

// SubjectPublicKeyInfo as everybody publishes it, or the bare RSAPublicKey that RFC 6376 describes.
Key readRsa(const std::string& der) {
    const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
    const unsigned char* at = begin;
    Key key(d2i_PUBKEY(nullptr, &at, long(der.size())));
    if (!key) {
        at = begin;
        key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, long(der.size())));
    }
    if (!key || at != begin + der.size() || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return nullptr;
    return key;
}

// By reference: the sentence may be made from the key itself.
DkimKey broken(DkimKey& key, DkimKeyState state, std::string why) {
    key.state = state;
    key.why = std::move(why);
    return std::move(key);
}

DkimKey readMaterial(DkimKey key) {
    if (key.type == "ed25519") {
        key.bits = 256;
        if (key.key.size() != ed25519Octets)
            return broken(
                key, DkimKeyState::Broken,
                fmt::format("An Ed25519 key has {} octets, not the 32 it must have.", key.key.size()));
        key.state = DkimKeyState::Usable;
        return key;
    }
    Key rsa = readRsa(key.key);
    if (!rsa) return broken(key, DkimKeyState::Broken, "p= does not hold an RSA public key.");
    key.bits = EVP_PKEY_get_bits(rsa.get());
    if (key.bits < minRsaBits)
        return broken(
            key, DkimKeyState::Weak,
            fmt::format("The RSA key has {} bits; verifiers refuse fewer than {}.", key.bits, minRsaBits));
    key.state = DkimKeyState::Usable;
    return key;
}

void readFlags(DkimKey& key, const TagList& tags) {
    if (const Tag* t = tags.find("t")) {
        const auto flags = colonList(t->value);
        key.testing = contains(flags, "y");
        key.strict = contains(flags, "s");
    }
    if (const Tag* n = tags.find("n")) key.notes = n->value;
    if (const Tag* h = tags.find("h")) key.hashes = colonList(h->value);
    if (const Tag* s = tags.find("s")) key.services = colonList(s->value);
    if (const Tag* k = tags.find("k")) key.type = k->value;
    if (const Tag* g = tags.find("g"))
        key.problems.push_back({g->span, "g= is of the withdrawn RFC 4871 and means nothing now."});
}

} // namespace

std::string_view dkimKeyStateName(DkimKeyState s) {
    switch (s) {
    case DkimKeyState::Usable: return "usable";
    case DkimKeyState::Weak: return "weak";
    case DkimKeyState::Revoked: return "revoked";
    case DkimKeyState::Broken: return "broken";
    case DkimKeyState::Foreign: return "foreign";
    }
    return "broken";
}

DkimKey parseDkimKey(std::string_view in) {
    DkimKey key;
    key.text = std::string(in);
    TagList tags = parseTags(in);
    readFlags(key, tags);
    const Tag* v = tags.find("v");
    if (v && (v->value != "DKIM1" || v != tags.tags.data()))
        return broken(key, DkimKeyState::Broken, "v= must be DKIM1 and stand first, if at all.");
    if (!tags.problems.empty()) return broken(key, DkimKeyState::Broken, tags.problems.front().text);
    const Tag* p = tags.find("p");
    if (!p) return broken(key, DkimKeyState::Broken, "There is no p= tag, so no key.");
    if (key.type != "rsa" && key.type != "ed25519")
        return broken(
            key, DkimKeyState::Foreign,
            fmt::format("The key type \"{}\" is not one of rsa and ed25519.", text::printable(key.type)));
    if (!key.services.empty() && !contains(key.services, "*") && !contains(key.services, "email"))
        return broken(key, DkimKeyState::Foreign, "s= says that the key is not for mail.");
    if (!key.hashes.empty() && !contains(key.hashes, "sha256"))
        return broken(key, DkimKeyState::Foreign, "h= does not allow sha256, the only hash in use.");
    if (p->value.empty()) return broken(key, DkimKeyState::Revoked, "p= is empty: the key was withdrawn.");
    auto octets = text::base64Decode(p->value);
    if (!octets || octets->size() > maxKeyOctets)
        return broken(key, DkimKeyState::Broken, "p= is not base64 of a key.");
    key.key = std::move(*octets);
    return readMaterial(std::move(key));
}

DkimKeyAnswer readDkimKeyAnswer(const dns::Answer& answer) {
    DkimKeyAnswer out;
    if (!answer.definite()) return out;
    for (const auto* r : answer.ofType(dns::RecordType::TXT))
        out.keys.push_back(parseDkimKey(std::get<dns::TxtData>(r->data).joined()));
    out.state = out.keys.empty()       ? DkimKeyAnswer::State::NoKey
                : out.keys.size() == 1 ? DkimKeyAnswer::State::OneKey
                                       : DkimKeyAnswer::State::Several;
    return out;
}

std::string dkimKeyName(std::string_view selector, std::string_view domain) {
    return fmt::format("{}._domainkey.{}", selector, domain);
}

} // namespace waypost::auth
