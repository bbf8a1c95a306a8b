#include "domain/rotation.h"

#include "auth/dkim_key.h"
#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

constexpr Millis day{24LL * 3'600'000};

void note(Rotation& r, RotationState state, const Actor& actor, std::string text) {
    r.state = state;
    r.timeline.push_back({actor.now, actor.name, state, std::move(text)});
}

Result<void> refuse(std::string text) {
    return fail(ErrorCode::Conflict, "rotation", std::move(text));
}

bool isSelector(std::string_view s) {
    // RFC 6376 section 3.1: sub-domain *("." sub-domain).
    return !s.empty() && dns::isHostName(std::string(s) + "._domainkey.example", true);
}

size_t count(const std::vector<ServerSight>& servers, KeySeen what) {
    return size_t(std::count_if(servers.begin(), servers.end(),
                                [what](const ServerSight& s) { return s.seen == what; }));
}

// "2 of 3 name servers show the new key; ns3.example.org (192.0.2.3) could not be asked: timeout".
std::string summary(const std::vector<ServerSight>& servers, size_t good, std::string_view what) {
    std::string out = fmt::format("{} of {} {}", good, text::counted(servers.size(), "name server"), what);
    for (const ServerSight& s : servers)
        if (s.seen == KeySeen::CouldNotLook)
            out += fmt::format("; {} ({}) could not be asked{}{}", s.name, s.address,
                               s.text.empty() ? "" : ": ", s.text);
    return out + ".";
}

void seenNew(Rotation& r, const Actor& actor) {
    const size_t good = count(r.servers, KeySeen::NewKey);
    std::string text = summary(r.servers, good, good == 1 ? "shows the new key" : "show the new key");
    if (const size_t other = count(r.servers, KeySeen::OtherKey); other > 0)
        text += fmt::format(" {} another key: compare the record with the one to publish.",
                            other == 1 ? "One shows" : fmt::format("{} show", other));
    if (good == r.servers.size()) return note(r, RotationState::Switch, actor, std::move(text));
    // Seen somewhere, or before: it is on its way.
    const bool under = good > 0 || r.state == RotationState::Waiting || r.state == RotationState::Switch;
    note(r, under ? RotationState::Waiting : RotationState::Publish, actor, std::move(text));
}

void seenOld(Rotation& r, const Actor& actor) {
    const size_t gone = count(r.servers, KeySeen::NoKey) + count(r.servers, KeySeen::Withdrawn);
    std::string text =
        summary(r.servers, gone, gone == 1 ? "has the old key no more" : "have the old key no more");
    note(r, gone == r.servers.size() ? RotationState::Done : r.state, actor, std::move(text));
}

} // namespace

std::string_view rotationStateName(RotationState s) {
    switch (s) {
    case RotationState::Publish: return "publish";
    case RotationState::Waiting: return "waiting";
    case RotationState::Switch: return "switch";
    case RotationState::KeepOld: return "keep-old";
    case RotationState::Retire: return "retire";
    case RotationState::Done: return "done";
    case RotationState::Abandoned: return "abandoned";
    }
    return "publish";
}

std::optional<RotationState> rotationStateFromName(std::string_view name) {
    for (auto s :
         {RotationState::Publish, RotationState::Waiting, RotationState::Switch, RotationState::KeepOld,
          RotationState::Retire, RotationState::Done, RotationState::Abandoned})
        if (rotationStateName(s) == name) return s;
    return std::nullopt;
}

std::string_view keySeenName(KeySeen s) {
    switch (s) {
    case KeySeen::NewKey: return "new key";
    case KeySeen::NoKey: return "no key";
    case KeySeen::OtherKey: return "other key";
    case KeySeen::Withdrawn: return "withdrawn";
    case KeySeen::CouldNotLook: return "could not look";
    }
    return "could not look";
}

KeySeen keySeenIn(const dns::Answer& answer, std::string_view publicKey) {
    const auth::DkimKeyAnswer keys = auth::readDkimKeyAnswer(answer);
    switch (keys.state) {
    case auth::DkimKeyAnswer::State::CouldNotLook: return KeySeen::CouldNotLook;
    case auth::DkimKeyAnswer::State::NoKey: return KeySeen::NoKey;
    case auth::DkimKeyAnswer::State::Several: return KeySeen::OtherKey;
    case auth::DkimKeyAnswer::State::OneKey: break;
    }
    const auth::DkimKey& key = keys.keys.front();
    if (key.state == auth::DkimKeyState::Revoked) return KeySeen::Withdrawn;
    const bool same = !publicKey.empty() && key.state == auth::DkimKeyState::Usable && key.key == publicKey;
    return same ? KeySeen::NewKey : KeySeen::OtherKey;
}

Result<void> begin(Rotation& r, const Actor& actor) {
    auto invalid = [](std::string text) -> Result<void> {
        return fail(ErrorCode::InvalidArgument, "rotation", std::move(text));
    };
    if (!dns::isHostName(r.domain, true))
        return invalid("\"" + text::printable(r.domain) + "\" is not a domain name.");
    for (const std::string& s : {r.newSelector, r.oldSelector})
        if (!isSelector(s) && !(s.empty() && &s != &r.newSelector && !r.newSelector.empty()))
            return invalid("\"" + text::printable(s) + "\" is not a selector.");
    if (text::iequals(r.oldSelector, r.newSelector))
        return invalid("The new key needs a selector of its own: mail that is signed with the old one must "
                       "still be verified.");
    if (r.keepOldDays < 0 || r.keepOldDays > maxKeepOldDays)
        return invalid(fmt::format("The old key is kept for 0 to {} days.", maxKeepOldDays));
    r.created = actor.now;
    r.timeline.clear();
    note(r, RotationState::Publish, actor,
         fmt::format("A key ({}) was made for {}; its private part is in the secret store as {}.",
                     r.algorithm, auth::dkimKeyName(r.newSelector, r.domain), r.secretName));
    return {};
}

Result<void> seen(Rotation& r, std::vector<ServerSight> servers, const Actor& actor) {
    if (servers.empty())
        return fail(ErrorCode::Network, "rotation",
                    "No name server of the zone could be found; nothing is known of the key.");
    tick(r, actor.now);
    switch (r.state) {
    case RotationState::Publish:
    case RotationState::Waiting:
    case RotationState::Switch:
        r.servers = std::move(servers);
        seenNew(r, actor);
        return {};
    case RotationState::Retire:
        r.servers = std::move(servers);
        seenOld(r, actor);
        return {};
    case RotationState::KeepOld:
        return refuse(fmt::format("Mail signed with the old key may be on its way until {}; leave the old "
                                  "key where it is.",
                                  formatUtc(*r.retireAfter)));
    case RotationState::Done:
    case RotationState::Abandoned: break;
    }
    return refuse("This rotation has ended.");
}

Result<void> switched(Rotation& r, const Actor& actor) {
    if (r.state == RotationState::Publish || r.state == RotationState::Waiting)
        return refuse("Not every authoritative server shows the new key yet: mail signed with it would fail "
                      "for a part of the receivers.");
    if (r.state != RotationState::Switch) return refuse("The signer was switched before.");
    r.retireAfter = actor.now + r.keepOldDays * day;
    if (r.oldSelector.empty()) {
        note(r, RotationState::Done, actor, "Mail is signed with the new key; there is no old one.");
        return {};
    }
    note(r, RotationState::KeepOld, actor,
         fmt::format("Mail is signed with {}; the old key stays until {}.", r.newSelector,
                     formatUtc(*r.retireAfter)));
    tick(r, actor.now);
    return {};
}

Result<void> abandon(Rotation& r, std::string_view reason, const Actor& actor) {
    if (r.state == RotationState::Done || r.state == RotationState::Abandoned)
        return refuse("This rotation has ended.");
    const bool signing = r.state == RotationState::KeepOld || r.state == RotationState::Retire;
    note(r, RotationState::Abandoned, actor,
         fmt::format("Given up{}{}; {}.", reason.empty() ? "" : ": ", reason,
                     signing ? "mail is signed with the new key, and the old one stays published"
                             : "mail is signed as before"));
    return {};
}

bool tick(Rotation& r, UtcTime now) {
    if (r.state != RotationState::KeepOld || !r.retireAfter || now < *r.retireAfter) return false;
    note(r, RotationState::Retire, {"schedule", now},
         fmt::format("No mail signed with {} is on its way any more: the old key can be withdrawn.",
                     r.oldSelector));
    r.servers.clear();
    return true;
}

std::string selectorToCheck(const Rotation& r) {
    return r.state == RotationState::KeepOld || r.state == RotationState::Retire ? r.oldSelector
                                                                                 : r.newSelector;
}

std::string nextStep(const Rotation& r) {
    const std::string newName = auth::dkimKeyName(r.newSelector, r.domain);
    const std::string oldName = auth::dkimKeyName(r.oldSelector, r.domain);
    switch (r.state) {
    case RotationState::Publish: return fmt::format("Publish the record at {}, then check.", newName);
    case RotationState::Waiting: return "Wait until every name server shows the key, then check again.";
    case RotationState::Switch:
        return fmt::format("Let the signer sign with {} (s={}), then say so here.", r.secretName,
                           r.newSelector);
    case RotationState::KeepOld:
        return fmt::format("Leave {} published until {}.", oldName, formatUtc(*r.retireAfter));
    case RotationState::Retire:
        return fmt::format("Publish an empty p= at {}, or remove it; then check.", oldName);
    case RotationState::Done: return "Nothing: the rotation is done.";
    case RotationState::Abandoned: return "Nothing: the rotation was given up.";
    }
    return {};
}

} // namespace waypost::domain
