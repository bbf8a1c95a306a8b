// Is a list fit to be believed? RFC 5782 section 5: 127.0.0.2 (::FFFF:7F00:2, TEST) must be listed, 127.0.0.1
// (::FFFF:7F00:1, INVALID) must not, and neither may a name nobody has ever used: a lapsed zone with a
// wildcard lists the world. A list that is not healthy gives no verdict.
#pragma once

#include "base/random.h"
#include "base/secret.h"
#include "base/task.h"
#include "dns/answer.h"
#include "reputation/judge.h"
#include "reputation/list.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace waypost::reputation {

enum class Health : std::uint8_t {
    Healthy,
    Wildcard, // lists what must not be listed
    Lying,    // answers outside 127/8
    Silent,   // does not list its own test point
    Refusing, // declines to answer us
    Dead,     // the zone, or what is above it, does not exist
    Unknown,  // could not be asked
};
std::string_view
healthName(Health h); // "healthy", "wildcard", "lying", "silent", "refusing", "dead", "unknown"
std::optional<Health> healthFromName(std::string_view name);

struct HealthProbe {
    enum class Role : std::uint8_t { Listed, Unlisted, Random, Zone, Parent };
    Role role = Role::Listed;
    std::string name; // with the key as "KEY"
    dns::Status status = dns::Status::Timeout;
    std::vector<std::string> answers;
    std::string server;
};
std::string_view roleName(HealthProbe::Role r); // "listed", "unlisted", "random", "zone", "parent"

struct HealthReport {
    Asks family = Asks::Ipv4;
    Health health = Health::Unknown;
    std::string finding; // one sentence; empty when healthy
    Judgement instead;   // what every cell of the list is, unless healthy
    std::vector<HealthProbe> probes;
    UtcTime at;
    [[nodiscard]] bool healthy() const { return health == Health::Healthy; }
};

// One question to the list, under its limits.
using AskList = std::function<Task<dns::Answer>(dns::Question)>;

// Asks what has to be asked, at most 8 questions. `token` is a label nobody has used.
Task<HealthReport> checkHealth(const List& list, Asks family, std::shared_ptr<const Secret> key,
                               std::string token, AskList ask);

} // namespace waypost::reputation
