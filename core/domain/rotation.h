// A DKIM key rotation as a state machine, without sockets, clock or storage (RFC 6376 section 3.1: selectors
// are there so that keys can be replaced without a gap; M3AAWG's key rotation practice).
//
//   publish --check--> waiting --check--> switch --switched--> keep-old --time--> retire --check--> done
//
// The new key counts as published when every authoritative server shows it: one that does not would make a
// part of the mail fail. The old key stays for the longest time a signed message may wait in a queue, then it
// is withdrawn, and that is checked as well. A server that could not be asked is neither "seen" nor "gone".
// Each step leaves an event with time and actor. Failure: Error for a step that the state does not allow.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "dns/answer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::domain {

enum class RotationState { Publish, Waiting, Switch, KeepOld, Retire, Done, Abandoned };
std::string_view rotationStateName(RotationState s); // "publish", "waiting", "switch", "keep-old", …
std::optional<RotationState> rotationStateFromName(std::string_view name);

// What one authoritative server shows at a selector's name.
enum class KeySeen {
    NewKey,    // the key that was looked for, alone
    NoKey,     // no such name, or no key record there
    OtherKey,  // a key record, and not this one; or several
    Withdrawn, // p= is empty
    CouldNotLook
};
std::string_view keySeenName(KeySeen s); // "new key", "no key", "other key", "withdrawn", "could not look"

struct ServerSight {
    std::string name, address; // "ns1.example.org", "192.0.2.1"
    KeySeen seen = KeySeen::CouldNotLook;
    std::string text; // why it could not be looked at
    UtcTime at;
};

// What an answer for "<selector>._domainkey.<domain> TXT" shows. `publicKey`: octets of p=.
KeySeen keySeenIn(const dns::Answer& answer, std::string_view publicKey);

struct RotationEvent {
    UtcTime at;
    std::string actor;
    RotationState state = RotationState::Publish; // from then on
    std::string text;                             // one sentence
};

struct Rotation {
    std::string id, domain, oldSelector, newSelector; // oldSelector may be empty: the first key
    std::string algorithm;                            // "rsa2048", "ed25519"
    std::string publicKey;                            // octets of p= of the new key
    std::string secretName;                           // of the private key in the secret store
    int keepOldDays = 7;
    RotationState state = RotationState::Publish;
    UtcTime created;
    std::optional<UtcTime> retireAfter; // once switched
    std::vector<ServerSight> servers;   // of the last check
    std::vector<RotationEvent> timeline;
};

inline constexpr int maxKeepOldDays = 90;

struct Actor {
    std::string name;
    UtcTime now;
};

// The first event. Error: selectors that are equal or not of the form, days out of range.
Result<void> begin(Rotation& rotation, const Actor& actor);
// What the authoritative servers show of the new key; in "keep-old" and "retire" of the old one.
Result<void> seen(Rotation& rotation, std::vector<ServerSight> servers, const Actor& actor);
// The operator says that mail is signed with the new key from now on.
Result<void> switched(Rotation& rotation, const Actor& actor);
// Nothing more is done; both keys stay as they are.
Result<void> abandon(Rotation& rotation, std::string_view reason, const Actor& actor);
// What time alone changes: the old key may be withdrawn. True when something did.
bool tick(Rotation& rotation, UtcTime now);

// Which selector a check looks at now, and one sentence on what the operator does.
std::string selectorToCheck(const Rotation& rotation);
std::string nextStep(const Rotation& rotation);

} // namespace waypost::domain
