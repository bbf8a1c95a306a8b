// DKIM key rotation: the machine of domain/rotation.h with the store, the secrets and the name servers.
#include "domain/rotation.h"

#include "auth/dkim_key.h"
#include "auth/dkim_private_key.h"
#include "base/text.h"
#include "base/uuid.h"
#include "dns/names.h"
#include "domain/authorities.h"
#include "engine/names.h"
#include "engine/rotation_rows.h"
#include "store/domain_store.h"
#include "store/selector_store.h"

#include <fmt/format.h>

#include <map>

namespace waypost::engine {

namespace {

// Resolvers that ask one address each; in the lab every server is its own one.
class DirectNames final : public domain::DirectResolvers {
  public:
    explicit DirectNames(Context& c) : context_(c) {}
    dns::Resolver& at(const std::string& address) override {
        auto& made = made_[address];
        if (!made) {
            dns::NetworkResolverOptions options;
            constexpr std::uint16_t dnsPort = 53;
            if (context_.lab)
                options.servers = {context_.lab->dns()};
            else if (auto ip = net::IpAddress::parse(address))
                options.servers = {net::Endpoint{*ip, dnsPort}};
            options.recursionDesired = false;
            options.timeout = Millis(3000);
            made = std::make_unique<dns::NetworkResolver>(context_.loop, context_.clock, random_,
                                                          std::move(options));
        }
        return *made;
    }

  private:
    Context& context_;
    SystemRandom random_;
    std::map<std::string, std::unique_ptr<dns::NetworkResolver>> made_;
};

// The last answer may end the job from within a resolver: the resolvers go when that call has returned.
class LastingNames {
  public:
    explicit LastingNames(Context& c) : context_(c), names_(std::make_shared<DirectNames>(c)) {}
    LastingNames(const LastingNames&) = delete;
    LastingNames& operator=(const LastingNames&) = delete;
    ~LastingNames() {
        context_.loop.post([names = std::move(names_)] {});
    }
    DirectNames& get() { return *names_; }

  private:
    Context& context_;
    std::shared_ptr<DirectNames> names_;
};

domain::ServerSight sightOf(const domain::AuthorityAnswer& a, const std::string& publicKey) {
    domain::ServerSight s{a.server, a.address, domain::KeySeen::CouldNotLook, {}, a.answer.at};
    s.seen = a.address.empty() ? domain::KeySeen::CouldNotLook : domain::keySeenIn(a.answer, publicKey);
    if (s.seen == domain::KeySeen::CouldNotLook)
        s.text = a.answer.text.empty() ? std::string(dns::statusName(a.answer.status)) : a.answer.text;
    return s;
}

// The step of the machine, then the store; what could not be stored did not happen.
void keep(Context* c, const std::string& job, const domain::Rotation& rotation) {
    const store::RotationRow row = toRow(rotation);
    const std::string text = rotation.timeline.back().text;
    c->workspace->write([row](store::Database& db) { (void)store::rotations::update(db, row); },
                        [c, job, text, domain = rotation.domain, state = row.state](Result<void> stored) {
                            if (!stored)
                                return c->jobs->end(job, JobState::Failed, stored.error().describe());
                            c->activity("dkim.rotation", domain, text);
                            c->changed("rotations", domain);
                            c->jobs->end(job, JobState::Done, fmt::format("{} ({})", text, state));
                        });
}

Task<void> checkJob(Context* c, std::string job, domain::Rotation rotation) {
    dns::Resolver& chain = resolver(*c);
    auto held = c->names;
    LastingNames direct(*c);
    dns::Question question{auth::dkimKeyName(domain::selectorToCheck(rotation), rotation.domain),
                           dns::RecordType::TXT};
    auto asking = domain::askAuthorities(chain, direct.get(), std::move(question));
    const domain::AuthorityAnswers answers = co_await asking;
    if (c->jobs->stopToken(job).stop_requested()) {
        c->jobs->end(job, JobState::Cancelled, "Cancelled; nothing was stored.");
        co_return;
    }
    const bool old = rotation.state == domain::RotationState::Retire;
    std::vector<domain::ServerSight> sights;
    sights.reserve(answers.servers.size());
    for (const domain::AuthorityAnswer& a : answers.servers)
        sights.push_back(sightOf(a, old ? std::string() : rotation.publicKey));
    auto seen = domain::seen(rotation, std::move(sights), {c->options.actor, c->clock.now()});
    if (!seen) {
        const std::string why = answers.problem.empty() ? "" : " " + answers.problem;
        c->jobs->end(job, JobState::Failed, seen.error().text + why);
        co_return;
    }
    keep(c, job, rotation);
}

Snapshot startCheck(Context& c, domain::Rotation rotation, bool retirement) {
    const domain::Actor actor{c.options.actor, c.clock.now()};
    domain::tick(rotation, actor.now);
    const bool waits = rotation.state == domain::RotationState::KeepOld ||
                       rotation.state == domain::RotationState::Done ||
                       rotation.state == domain::RotationState::Abandoned;
    if (waits || retirement != (rotation.state == domain::RotationState::Retire))
        return Error(ErrorCode::Conflict, "rotation",
                     "This is not the step that is due. " + domain::nextStep(rotation));
    const std::string name = auth::dkimKeyName(domain::selectorToCheck(rotation), rotation.domain);
    const std::string job = c.jobs->begin("rotation", "Ask every name server for " + name, "");
    c.loop.post([&c, job, rotation = std::move(rotation)]() mutable {
        start(checkJob(&c, job, std::move(rotation)), [] {});
    });
    return Done{job};
}

Snapshot keepNow(Context& c, const domain::Rotation& rotation) {
    const bool signing = rotation.state == domain::RotationState::KeepOld ||
                         rotation.state == domain::RotationState::Retire ||
                         rotation.state == domain::RotationState::Done;
    auto stored = c.workspace->write(
        [row = toRow(rotation), signing, now = c.clock.now()](store::Database& db) -> Result<void> {
            // From now on the new selector is one in use, which inspections look at.
            if (signing) store::selectors::saw(db, row.domain, row.newSelector, "rotation", now);
            if (store::rotations::update(db, row)) return {};
            return fail(ErrorCode::NotFound, "rotation", "There is no such rotation.");
        });
    if (auto done = stored.get(); !done) return done.error();
    c.activity("dkim.rotation", rotation.domain, rotation.timeline.back().text);
    c.changed("rotations", rotation.domain);
    return Done{rotation.id};
}

} // namespace

Snapshot answer(Context& c, const RotationsQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Rotations out;
        for (const store::RotationRow& row : store::rotations::all(db, dns::normalName(q.domain))) {
            domain::Rotation rotation = fromRow(row);
            domain::tick(rotation, c.clock.now()); // stored with the next step
            out.rotations.push_back(toView(rotation));
        }
        return out;
    }));
}

Snapshot perform(Context& c, const StartRotation& command) {
    auto name = dns::toAscii(command.domain);
    if (!name) return name.error();
    const auto kind = auth::dkimKeyKindFrom(command.algorithm);
    if (!kind)
        return Error(ErrorCode::InvalidArgument, "rotation",
                     "\"" + command.algorithm +
                         "\" is not a kind of key: rsa2048, rsa3072, rsa4096, ed25519.");
    domain::Rotation rotation;
    SystemRandom random;
    rotation.id = uuid7(c.clock.now(), random);
    rotation.domain = dns::normalName(*name);
    rotation.oldSelector = text::lowered(command.oldSelector);
    rotation.newSelector = text::lowered(command.newSelector);
    rotation.algorithm = command.algorithm;
    rotation.keepOldDays = command.keepOldDays;
    rotation.secretName = fmt::format("dkim/{}/{}", rotation.domain, rotation.newSelector);
    const domain::Actor actor{c.options.actor, c.clock.now()};
    if (auto begun = domain::begin(rotation, actor); !begun) return begun.error();
    auto running = c.workspace->read(
        [&](store::Database& db) { return store::rotations::running(db, rotation.domain); });
    if (!running) return running.error();
    if (*running)
        return Error(ErrorCode::Conflict, "rotation",
                     fmt::format("A rotation of {} to {} is under way: end it first.", rotation.domain,
                                 (*running)->newSelector));
    if (c.secrets->has(rotation.secretName))
        return Error(
            ErrorCode::Conflict, "rotation",
            fmt::format("There is a key named {} already: take another selector.", rotation.secretName));
    auto key = auth::DkimPrivateKey::generate(*kind);
    if (!key) return key.error();
    rotation.publicKey = (*key)->publicKey();
    if (auto put = c.secrets->put(rotation.secretName, (*key)->pem()); !put) return put.error();
    auto stored = c.workspace->write(
        [row = toRow(rotation)](store::Database& db) { store::rotations::insert(db, row); });
    if (auto done = stored.get(); !done) {
        (void)c.secrets->remove(rotation.secretName);
        return done.error();
    }
    c.activity("dkim.rotation", rotation.domain, rotation.timeline.back().text);
    c.changed("rotations", rotation.domain);
    return Done{rotation.id};
}

Snapshot perform(Context& c, const AdvanceRotation& command) {
    auto row = c.workspace->read([&](store::Database& db) { return store::rotations::find(db, command.id); });
    if (!row) return row.error();
    if (!*row) return Error(ErrorCode::NotFound, "rotation", "There is no such rotation.");
    domain::Rotation rotation = fromRow(**row);
    if (command.step == "check") return startCheck(c, std::move(rotation), false);
    if (command.step == "check-retired") return startCheck(c, std::move(rotation), true);
    const domain::Actor actor{c.options.actor, c.clock.now()};
    Result<void> done =
        fail(ErrorCode::InvalidArgument, "rotation", "\"" + command.step + "\" is not a step of a rotation.");
    if (command.step == "switched") done = domain::switched(rotation, actor);
    if (command.step == "abandon") done = domain::abandon(rotation, command.reason, actor);
    if (!done) return done.error();
    return keepNow(c, rotation);
}

} // namespace waypost::engine
