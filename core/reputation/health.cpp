#include "reputation/health.h"

#include "dns/names.h"
#include "net/address.h"
#include "reputation/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::reputation {

namespace {

constexpr std::array healthNames{
    std::pair{Health::Healthy, std::string_view("healthy")},
    std::pair{Health::Wildcard, std::string_view("wildcard")},
    std::pair{Health::Lying, std::string_view("lying")},
    std::pair{Health::Silent, std::string_view("silent")},
    std::pair{Health::Refusing, std::string_view("refusing")},
    std::pair{Health::Dead, std::string_view("dead")},
    std::pair{Health::Unknown, std::string_view("unknown")},
};
constexpr size_t maxListedPoints = 3;

std::string labelsOf(const List& list, std::string_view point) {
    if (const auto ip = net::IpAddress::parse(point)) return ip->reversedLabels();
    return list.hash == HashKind::None ? std::string(point) : hashedName(list.hash, point);
}

const TestPoints& ownPoints(const List& list, Asks family) {
    return family == Asks::Ipv4 ? list.test4 : family == Asks::Ipv6 ? list.test6 : list.testName;
}

std::vector<std::string> pointsOf(const List& list, Asks family, bool listed) {
    const TestPoints& own = ownPoints(list, family);
    const auto& named = listed ? own.listed : own.unlisted;
    if (!named.empty()) return named.front() == "none" ? std::vector<std::string>{} : named;
    // The digest of "TEST" is nobody's test point.
    if (family == Asks::Email || list.hash != HashKind::None) return {};
    if (family == Asks::Ipv4) return {listed ? "127.0.0.2" : "127.0.0.1"};
    if (family == Asks::Ipv6) return {listed ? "::ffff:127.0.0.2" : "::ffff:127.0.0.1"};
    return {listed ? "TEST" : "INVALID"};
}

struct Probed {
    dns::Answer answer;
    Judgement judgement;
};

class Check {
  public:
    Check(const List& l, Asks f, std::shared_ptr<const Secret> key, AskList a)
        : list(l), ask(std::move(a)), key_(std::move(key)) {
        report.family = f;
    }

    Task<Probed> probe(HealthProbe::Role role, std::string labels, dns::RecordType type) {
        dns::Question question{labels + zoneOf(list, *key_), type};
        auto asking = ask(question);
        Probed out{co_await asking, {}};
        out.judgement = judge(list, out.answer);
        HealthProbe p;
        p.role = role;
        p.name = labels + (list.status == ListStatus::NeedsKey ? "KEY." : "") + list.zone;
        p.status = out.answer.status;
        p.answers = out.judgement.answers;
        p.server = out.answer.server;
        report.probes.push_back(std::move(p));
        report.at = out.answer.at;
        co_return out;
    }

    void end(Health health, std::string finding, Status status, Reason reason, const Judgement& seen = {}) {
        report.health = health;
        report.finding = std::move(finding);
        report.instead.status = status;
        report.instead.reason = reason;
        report.instead.meaning = report.finding;
        report.instead.answers = seen.answers;
        report.instead.subs = seen.subs;
    }

    // True: what came back ends the check, whichever probe it was.
    bool ends(const Probed& p) {
        const Judgement& j = p.judgement;
        if (j.status == Status::Refused) {
            end(Health::Refusing, j.meaning, Status::Refused, Reason::ListRefused, j);
            return true;
        }
        if (j.reason == Reason::OutsideLoopback) {
            end(Health::Lying,
                fmt::format("The list's own test answers {}, which is no address of 127.0.0.0/8.",
                            j.answers.empty() ? "" : j.answers.front()),
                Status::Error, Reason::OutsideLoopback, j);
            return true;
        }
        if (!p.answer.definite()) {
            end(Health::Unknown, "The list's own test could not be looked up. " + j.meaning, Status::Error,
                j.reason);
            return true;
        }
        return false;
    }

    const List& list;
    AskList ask;
    HealthReport report;

  private:
    std::shared_ptr<const Secret> key_;
};

// The test point is not there: is the zone?
Task<void> whySilent(std::shared_ptr<Check> check) {
    auto zone = check->probe(HealthProbe::Role::Zone, "", dns::RecordType::SOA);
    const Probed apex = co_await zone;
    if (apex.answer.status == dns::Status::NxDomain) {
        check->end(Health::Dead, "The zone " + check->list.zone + " does not exist any more.", Status::Error,
                   Reason::Unhealthy);
        co_return;
    }
    if (!apex.answer.definite()) {
        check->end(Health::Unknown, "The zone could not be looked up. " + apex.judgement.meaning,
                   Status::Error, Reason::Unhealthy);
        co_return;
    }
    check->end(Health::Silent, "The list does not list its own test point, so it may list nothing at all.",
               Status::Error, Reason::Unhealthy);
}

Task<bool> listsItsPoint(std::shared_ptr<Check> check, std::vector<std::string> points) {
    if (points.size() > maxListedPoints) points.resize(maxListedPoints);
    for (const std::string& point : points) {
        const std::string labels = labelsOf(check->list, point) + ".";
        auto probing = check->probe(HealthProbe::Role::Listed, labels, dns::RecordType::A);
        const Probed p = co_await probing;
        const auto& expected = ownPoints(check->list, check->report.family).answers;
        if (!expected.empty() && p.judgement.answers == expected) co_return true;
        if (check->ends(p)) co_return false;
        if (!p.judgement.answers.empty()) co_return true;
    }
    auto why = whySilent(check);
    co_await why;
    co_return false;
}

// A list without a test point of its own: RFC 5782's is a sign of life when it is there; when not, the zone
// must at least exist.
Task<bool> isThere(std::shared_ptr<Check> check) {
    const List& list = check->list;
    const Asks family = check->report.family;
    if (family == Asks::Ipv4 || family == Asks::Ipv6) {
        const std::string point = family == Asks::Ipv4 ? "127.0.0.2" : "::ffff:127.0.0.2";
        auto probing =
            check->probe(HealthProbe::Role::Listed, labelsOf(list, point) + ".", dns::RecordType::A);
        const Probed p = co_await probing;
        if (check->ends(p)) co_return false;
        if (!p.judgement.answers.empty()) co_return true;
    }
    auto why = whySilent(check);
    co_await why;
    if (check->report.health != Health::Silent) co_return false;
    check->report.health = Health::Unknown;
    check->report.finding.clear();
    check->report.instead = {};
    co_return true;
}

// A name that must not be listed.
Task<bool> sparesName(std::shared_ptr<Check> check, HealthProbe::Role role, std::string shown,
                      std::string labels) {
    auto probing = check->probe(role, labels, dns::RecordType::A);
    const Probed p = co_await probing;
    // A name that cannot be looked up says nothing against the list: only a listing does.
    if (role == HealthProbe::Role::Random && !p.answer.definite()) co_return true;
    if (check->ends(p)) co_return false;
    if (p.judgement.answers.empty()) co_return true;
    check->end(Health::Wildcard,
               "The list holds " + shown + ", which no list may hold: it lists the world, and says nothing.",
               Status::Error, Reason::Unhealthy, p.judgement);
    co_return false;
}

Task<HealthReport> run(std::shared_ptr<Check> check, std::string token) {
    const List& list = check->list;
    const Asks family = check->report.family;
    const auto points = pointsOf(list, family, true);
    auto listing = points.empty() ? isThere(check) : listsItsPoint(check, points);
    const bool alive = co_await listing;
    if (!alive) co_return std::move(check->report);
    for (const std::string& point : pointsOf(list, family, false)) {
        auto sparing = sparesName(check, HealthProbe::Role::Unlisted, point, labelsOf(list, point) + ".");
        const bool fine = co_await sparing;
        if (!fine) co_return std::move(check->report);
    }
    auto sparing = sparesName(check, HealthProbe::Role::Random, "a name of chance", token + ".");
    const bool fine = co_await sparing;
    if (fine) check->report.health = Health::Healthy;
    co_return std::move(check->report);
}

} // namespace

std::string_view healthName(Health h) {
    for (const auto& [health, name] : healthNames)
        if (health == h) return name;
    return "";
}

std::optional<Health> healthFromName(std::string_view wanted) {
    for (const auto& [health, name] : healthNames)
        if (name == wanted) return health;
    return std::nullopt;
}

std::string_view roleName(HealthProbe::Role r) {
    switch (r) {
    case HealthProbe::Role::Listed: return "listed";
    case HealthProbe::Role::Unlisted: return "unlisted";
    case HealthProbe::Role::Random: return "random";
    case HealthProbe::Role::Zone: return "zone";
    case HealthProbe::Role::Parent: return "parent";
    }
    return "";
}

Task<HealthReport> checkHealth(const List& list, Asks family, std::shared_ptr<const Secret> key,
                               std::string token, AskList ask) {
    return run(std::make_shared<Check>(list, family, std::move(key), std::move(ask)), std::move(token));
}

} // namespace waypost::reputation
