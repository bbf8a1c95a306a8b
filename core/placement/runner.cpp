#include "placement/runner.h"

#include "base/text.h"
#include "placement/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace waypost::placement {

namespace {

constexpr Millis cancelStep{1'000};      // a pause notices a cancel after this
constexpr Millis sinceMargin{3'600'000}; // clocks of mailboxes differ

// Runs `count` tasks at the same time on this thread and completes when all have ended.
Task<void> together(std::function<Task<void>()> make, size_t count) {
    auto waiting = completion<bool>([make, count](std::move_only_function<void(bool)> done) {
        auto left = std::make_shared<size_t>(count);
        auto last = std::make_shared<std::move_only_function<void(bool)>>(std::move(done));
        for (size_t i = 0; i < count; ++i) {
            struct Ended {
                std::shared_ptr<size_t> left;
                std::shared_ptr<std::move_only_function<void(bool)>> last;
                void operator()() const {
                    if (--*left == 0) (*last)(true);
                }
            };
            start(make(), Ended{left, last});
        }
    });
    if (count > 0) co_await waiting;
}

bool open(const SeedResult& r) {
    return (r.send == SendProgress::Accepted || r.send == SendProgress::Uncertain) && !isFinal(r.state);
}

} // namespace

struct Runner::State {
    struct Account {
        std::vector<size_t> seeds; // into results
        std::optional<imap::Failure> lastFailure;
        bool looked = false;
        bool given = false; // given up
        UtcTime lookedAt;
    };
    RunSpec spec;
    std::vector<SeedResult> results;
    std::vector<const Seed*> seeds; // per result
    std::vector<UtcTime> retryAt;   // per result, for Deferred
    std::vector<Account> accounts;
    UtcTime began;
    size_t nextSeed = 0, nextAccount = 0;
    int looks = 0;

    [[nodiscard]] Millis wait() const { return std::chrono::minutes(spec.waitMinutes); }
    [[nodiscard]] bool expired(const SeedResult& r, UtcTime at) const { return at - r.sentAt >= wait(); }
    [[nodiscard]] bool mayRetry(size_t i, UtcTime at) const {
        const SeedResult& r = results[i];
        return r.send == SendProgress::Deferred && r.attempts < spec.limits.attempts &&
               retryAt[i] - began < wait() && at - began < wait();
    }
    [[nodiscard]] bool due(size_t i, UtcTime at) const {
        if (results[i].send == SendProgress::NotSent) return results[i].state == SeedState::Planned;
        return mayRetry(i, at) && retryAt[i] <= at;
    }
    [[nodiscard]] bool busy(const Account& a) const {
        return !a.given &&
               std::any_of(a.seeds.begin(), a.seeds.end(), [&](size_t i) { return open(results[i]); });
    }
    [[nodiscard]] bool busyAt(UtcTime at) const;
    [[nodiscard]] Millis untilNext(UtcTime at, Millis poll) const;
    void index();
};

bool Runner::State::busyAt(UtcTime at) const {
    if (std::any_of(accounts.begin(), accounts.end(), [this](const Account& a) { return busy(a); }))
        return true;
    for (size_t i = 0; i < results.size(); ++i) {
        if (seeds[i] && mayRetry(i, at)) return true;
    }
    return false;
}

// The pause before the next look; not beyond the end of a seed's wait or the time of a retry.
Millis Runner::State::untilNext(UtcTime at, Millis poll) const {
    for (size_t i = 0; i < results.size(); ++i) {
        Millis left = wait() - (at - results[i].sentAt);
        if (mayRetry(i, at)) left = retryAt[i] - at;
        if ((open(results[i]) || mayRetry(i, at)) && left > Millis(0)) poll = std::min(poll, left);
    }
    return poll;
}

// Seeds by id; a stored result whose seed is gone from the list cannot be worked on and stays as it is.
void Runner::State::index() {
    std::map<std::string, const Seed*> byId;
    for (const Seed& s : spec.seeds) byId[s.id] = &s;
    std::map<std::string, size_t> byKey;
    seeds.assign(results.size(), nullptr);
    retryAt.assign(results.size(), began);
    for (size_t i = 0; i < results.size(); ++i) {
        auto found = byId.find(results[i].seedId);
        if (found == byId.end()) continue;
        seeds[i] = found->second;
        auto [at, isNew] = byKey.emplace(accountKey(*found->second), accounts.size());
        if (isNew) accounts.emplace_back();
        accounts[at->second].seeds.push_back(i);
    }
}

bool stopsLooking(imap::FailureKind kind) {
    using K = imap::FailureKind;
    return kind == K::LoginRefused || kind == K::Tls || kind == K::NoTls || kind == K::Preauth ||
           kind == K::Injected || kind == K::NoMechanism;
}

Runner::Runner(Sender& sender, MailboxReader& reader, const Clock& clock, Sleeper& sleeper, RunHooks hooks)
    : sender_(sender), reader_(reader), clock_(clock), sleeper_(sleeper), hooks_(std::move(hooks)) {}

Runner::~Runner() = default;

Task<RunOutcome> Runner::run(RunSpec spec, std::vector<SeedResult> results) {
    State state;
    state.spec = std::move(spec);
    state.results = std::move(results);
    state.began = clock_.now();
    recover(state.results);
    state.index();
    State* here = &state;
    Millis poll = state.spec.limits.firstPoll;
    while (!cancelled_) {
        state.nextSeed = 0;
        size_t senders = std::max<size_t>(1, state.spec.limits.sends);
        std::function<Task<void>()> makeSender = [this, here] { return sendWorker(here); };
        co_await together(makeSender, senders);
        if (cancelled_) break;
        state.nextAccount = 0;
        size_t readers = std::max<size_t>(1, state.spec.limits.mailboxes);
        std::function<Task<void>()> makeReader = [this, here] { return readWorker(here); };
        co_await together(makeReader, readers);
        settle(state);
        if (!state.busyAt(clock_.now())) break;
        Millis rest = state.untilNext(clock_.now(), poll);
        bool go = co_await pause(rest);
        if (!go) break;
        poll = std::min(poll * 2, state.spec.limits.slowestPoll);
    }
    RunOutcome outcome;
    outcome.results = std::move(state.results);
    outcome.cancelled = cancelled_;
    outcome.looks = state.looks;
    co_return outcome;
}

Task<bool> Runner::pause(Millis duration) {
    Millis end = clock_.monotonic() + duration;
    while (!cancelled_) {
        Millis left = end - clock_.monotonic();
        if (left <= Millis(0)) co_return true;
        Millis step = std::min(left, cancelStep);
        co_await sleeper_.sleep(step);
    }
    co_return false;
}

Task<void> Runner::sendWorker(State* state) {
    while (!cancelled_ && state->nextSeed < state->results.size()) {
        size_t i = state->nextSeed++;
        if (!state->seeds[i] || !state->due(i, clock_.now())) continue;
        co_await sendOne(state, i);
    }
}

Task<void> Runner::sendOne(State* state, size_t i) {
    SeedResult& r = state->results[i];
    const Seed seed = *state->seeds[i];
    Stamp stamp{r.token, seed.address, state->spec.messageIdDomain};
    auto message = stampMessage(state->spec.message, stamp);
    if (!message) {
        r.state = SeedState::SendFailed;
        r.send = SendProgress::Failed;
        r.problem = message.error().text;
        changed(r);
        co_return;
    }
    SeedResult before = r;
    r.state = SeedState::Sending;
    r.send = SendProgress::Begun;
    ++r.attempts;
    r.sentAt = clock_.now();
    bool stored = true;
    SeedResult mark = r;
    if (hooks_.intent) stored = co_await hooks_.intent(std::move(mark));
    if (!stored) {
        r = std::move(before);
        r.state = SeedState::SendFailed;
        r.send = SendProgress::Failed;
        r.problem = "The workspace could not record the sending, so nothing was sent.";
        changed(r);
        co_return;
    }
    changed(r);
    std::string bytes = std::move(*message);
    std::string from = state->spec.sender;
    SendOutcome outcome = co_await sender_.send(seed, std::move(from), std::move(bytes));
    takeSendOutcome(r, outcome, state->spec.limits);
    state->retryAt[i] = clock_.now() + state->spec.limits.retryDelay;
    changed(r);
}

void Runner::takeSendOutcome(SeedResult& r, const SendOutcome& o, const RunLimits& limits) {
    r.replyCode = o.code;
    r.reply = o.reply;
    r.sendTranscript = o.transcript;
    std::string said = text::printable(o.reply);
    r.problem.clear();
    switch (o.kind) {
    case SendOutcome::Kind::Accepted:
        r.send = SendProgress::Accepted;
        r.state = SeedState::Waiting;
        return;
    case SendOutcome::Kind::Uncertain:
        r.send = SendProgress::Uncertain;
        r.state = SeedState::Uncertain;
        r.problem = said;
        return;
    case SendOutcome::Kind::Deferred:
        r.send = SendProgress::Deferred;
        r.state = SeedState::Deferred;
        r.problem = fmt::format("attempt {} of {}: {}", r.attempts, limits.attempts, said);
        return;
    case SendOutcome::Kind::Refused:
    case SendOutcome::Kind::Unable:
        r.send = SendProgress::Failed;
        r.state = SeedState::SendFailed;
        r.problem = said;
        return;
    }
}

Task<void> Runner::readWorker(State* state) {
    while (!cancelled_ && state->nextAccount < state->accounts.size()) {
        size_t a = state->nextAccount++;
        if (!state->busy(state->accounts[a])) continue;
        co_await readAccount(state, a);
    }
}

// One session for all open seeds of the account.
Task<void> Runner::readAccount(State* state, size_t a) {
    ReadRequest request;
    request.since = clock_.now();
    bool everywhere = false;
    for (size_t i : state->accounts[a].seeds) {
        const SeedResult& r = state->results[i];
        if (!open(r)) continue;
        const Seed& seed = *state->seeds[i];
        request.account = seed;
        request.tokens.push_back(r.token);
        request.folders.insert(request.folders.end(), seed.folders.begin(), seed.folders.end());
        everywhere = everywhere || seed.folders.empty();
        request.since = std::min(request.since, r.sentAt);
    }
    if (everywhere) request.folders.clear();
    request.since = request.since - sinceMargin;
    UtcTime lookedAt = clock_.now();
    ++state->looks;
    ReadOutcome outcome = co_await reader_.look(std::move(request));
    State::Account& account = state->accounts[a];
    account.looked = true;
    account.lookedAt = lookedAt;
    account.lastFailure = outcome.failure;
    UtcTime now = clock_.now();
    for (size_t i : account.seeds) {
        SeedResult& r = state->results[i];
        if (!open(r)) continue;
        std::vector<Sighting> mine;
        for (const Sighting& s : outcome.sightings) {
            if (s.token == r.token) mine.push_back(s);
        }
        r.lookedAt = lookedAt;
        r.readTranscript = outcome.transcript;
        const Sighting* s = decisive(mine);
        if (s) applySighting(r, *s, now);
        if (s) changed(r);
    }
}

// After a round of looks: what is final now. "Not found" needs a look that began after the wait and came to
// its end; without one the mailbox is what is unknown.
void Runner::settle(State& state) {
    for (State::Account& a : state.accounts) {
        if (!a.looked || (a.given && !a.lastFailure)) continue;
        bool hopeless = a.lastFailure && stopsLooking(a.lastFailure->kind);
        a.given = hopeless;
        for (size_t i : a.seeds) {
            SeedResult& r = state.results[i];
            if (!open(r)) continue;
            std::string before = r.problem;
            SeedState was = r.state;
            bool over = state.expired(r, a.lookedAt);
            if (a.lastFailure) {
                r.problem =
                    a.lastFailure->text + (a.lastFailure->server.empty() ? "" : " " + a.lastFailure->server);
                if ((hopeless || over) && r.send == SendProgress::Accepted) r.state = SeedState::MailboxError;
            } else if (over && r.send == SendProgress::Accepted) {
                r.state = SeedState::NotFound;
                r.problem.clear();
            } else if (r.send == SendProgress::Accepted) {
                r.problem.clear();
            }
            if (r.state != was || r.problem != before) changed(r);
        }
        bool allOver = std::all_of(a.seeds.begin(), a.seeds.end(), [&](size_t i) {
            return !open(state.results[i]) || state.expired(state.results[i], a.lookedAt);
        });
        // An uncertain seed stays uncertain; there is no further look for it.
        bool pending = std::any_of(a.seeds.begin(), a.seeds.end(),
                                   [&](size_t i) { return state.mayRetry(i, clock_.now()); });
        if (allOver && !pending) a.given = true;
    }
}

} // namespace waypost::placement
