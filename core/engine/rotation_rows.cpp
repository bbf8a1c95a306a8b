#include "engine/rotation_rows.h"

#include "auth/dkim_private_key.h"
#include "base/text.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

domain::KeySeen seenFrom(std::string_view name) {
    using Seen = domain::KeySeen;
    for (const auto s : {Seen::NewKey, Seen::NoKey, Seen::OtherKey, Seen::Withdrawn})
        if (domain::keySeenName(s) == name) return s;
    return Seen::CouldNotLook;
}

} // namespace

store::RotationRow toRow(const domain::Rotation& r) {
    store::RotationRow row;
    row.id = r.id;
    row.domain = r.domain;
    row.oldSelector = r.oldSelector;
    row.newSelector = r.newSelector;
    row.algorithm = r.algorithm;
    row.publicKey = r.publicKey;
    row.secret = r.secretName;
    row.keepOldDays = r.keepOldDays;
    row.state = domain::rotationStateName(r.state);
    row.created = r.created;
    row.retireAfter = r.retireAfter;
    for (const domain::RotationEvent& e : r.timeline)
        row.timeline.push_back({e.at, e.actor, std::string(domain::rotationStateName(e.state)), e.text});
    for (const domain::ServerSight& s : r.servers)
        row.servers.push_back({s.name, s.address, std::string(domain::keySeenName(s.seen)), s.text, s.at});
    return row;
}

domain::Rotation fromRow(const store::RotationRow& row) {
    using domain::RotationState;
    domain::Rotation r;
    r.id = row.id;
    r.domain = row.domain;
    r.oldSelector = row.oldSelector;
    r.newSelector = row.newSelector;
    r.algorithm = row.algorithm;
    r.publicKey = row.publicKey;
    r.secretName = row.secret;
    r.keepOldDays = row.keepOldDays;
    r.state = domain::rotationStateFromName(row.state).value_or(RotationState::Publish);
    r.created = row.created;
    r.retireAfter = row.retireAfter;
    for (const store::RotationEventRow& e : row.timeline)
        r.timeline.push_back(
            {e.at, e.actor, domain::rotationStateFromName(e.state).value_or(RotationState::Publish), e.text});
    for (const store::RotationServerRow& s : row.servers)
        r.servers.push_back({s.name, s.address, seenFrom(s.seen), s.text, s.at});
    return r;
}

RotationView toView(const domain::Rotation& r) {
    RotationView v;
    v.id = r.id;
    v.domain = r.domain;
    v.oldSelector = r.oldSelector;
    v.newSelector = r.newSelector;
    v.algorithm = r.algorithm;
    v.state = domain::rotationStateName(r.state);
    v.next = domain::nextStep(r);
    const bool rsa = r.algorithm != "ed25519";
    const auto record = auth::dkimPublication(rsa ? "rsa" : "ed25519", r.publicKey, r.newSelector, r.domain);
    v.recordName = record.name;
    v.recordText = record.record;
    v.recordZoneLine = record.zoneLine;
    v.secretName = r.secretName;
    v.retireAfter = r.retireAfter;
    const bool old = r.state == domain::RotationState::Retire || r.state == domain::RotationState::Done;
    for (const domain::ServerSight& s : r.servers) {
        std::string seen(domain::keySeenName(s.seen));
        if (old && s.seen == domain::KeySeen::OtherKey) seen = "old key";
        v.servers.push_back({s.name, s.address, std::move(seen), s.at, s.text});
    }
    for (const domain::RotationEvent& e : r.timeline)
        v.timeline.push_back({e.at, std::string(domain::rotationStateName(e.state)), e.text, e.actor});
    return v;
}

} // namespace waypost::engine
