// A DKIM key record (RFC 6376 section 3.6.1, RFC 8301, RFC 8463): what it says and what is wrong with it.
// Pure.
#pragma once

#include "auth/tag_list.h"
#include "dns/answer.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

enum class DkimKeyState {
    Usable,
    Weak,    // RSA under 1024 bits: no verifier may accept it (RFC 8301 section 3.2)
    Revoked, // empty p=
    Broken,  // syntax, or a key that does not decode
    Foreign, // a key type or service that is not for mail signatures we know
};
std::string_view dkimKeyStateName(DkimKeyState s);

struct DkimKey {
    std::string text;
    DkimKeyState state = DkimKeyState::Broken;
    std::string why;                   // one sentence unless Usable
    std::string type = "rsa";          // k=
    std::vector<std::string> hashes;   // h=; empty: all
    std::vector<std::string> services; // s=; empty: all
    bool testing = false;              // t=y
    bool strict = false;               // t=s: no subdomain in i=
    std::string notes;                 // n=
    std::string key;                   // octets of p=
    int bits = 0;                      // of an RSA key; 256 for ed25519
    std::vector<SpfProblem> problems;  // what does not make it unusable
};

inline constexpr int minRsaBits = 1024; // RFC 8301: less must not verify
inline constexpr int recommendedRsaBits = 2048;

DkimKey parseDkimKey(std::string_view text);

// What one answer for "<selector>._domainkey.<domain> TXT" means. Several records are undefined (section
// 3.6.2.2); each is kept.
struct DkimKeyAnswer {
    enum class State { CouldNotLook, NoKey, OneKey, Several };
    State state = State::CouldNotLook;
    std::vector<DkimKey> keys;
};
DkimKeyAnswer readDkimKeyAnswer(const dns::Answer& answer);

std::string dkimKeyName(std::string_view selector, std::string_view domain);

} // namespace waypost::auth
