#include "reputation/sweep.h"

#include "net/timer.h"

#include <algorithm>
#include <deque>

namespace waypost::reputation {

namespace {

// A second, and a little more: what leaves us a second apart may arrive closer together.
constexpr Millis rateWindow{1050};
constexpr size_t tokenLength = 16;

// A question that is no cell: a test of the list, a TXT.
struct Extra {
    dns::Question question;
    std::move_only_function<void(dns::Answer)> done;
    int tries = 0;
};
struct Attempt {
    std::uint32_t target = 0;
    int tries = 0;
};
struct Family {
    Asks asks = Asks::Ipv4;
    std::vector<std::uint32_t> targets;
    size_t next = 0;
    bool ready = false; // healthy
};
struct ListRun {
    explicit ListRun(size_t i) : index(i) {}
    size_t index;
    std::shared_ptr<const Secret> key;
    std::vector<Family> families;
    std::deque<Extra> extras;
    std::deque<Attempt> retries;
    int inFlight = 0;
    std::deque<std::int64_t> sent; // within the window
    std::int64_t today = 0, now = 0;
    bool queued = false;
};

bool worthRepeating(dns::Status s) {
    return s == dns::Status::Timeout || s == dns::Status::ServFail;
}

Judgement verdict(Status status, Reason reason, std::string text) {
    Judgement out;
    out.status = status;
    out.reason = reason;
    out.meaning = std::move(text);
    return out;
}

dns::Answer cancelledAnswer(dns::Question question) {
    dns::Answer out;
    out.question = std::move(question);
    out.status = dns::Status::Cancelled;
    return out;
}

Judgement dailyLimit(const List& list) {
    return verdict(Status::Error, Reason::DailyLimit,
                   "Not asked: the limit of " + std::to_string(list.limits.perDay) +
                       " questions a day for this list is used up.");
}

} // namespace

struct Sweep::State : std::enable_shared_from_this<Sweep::State> {
    State(net::Loop& loop, const Clock& c, Random& r, SweepPlan p, SweepOptions o, SweepEvents e)
        : clock(c), random(r), plan(std::move(p)), options(std::move(o)), events(std::move(e)),
          timer(loop, [this](net::Timer::Reason reason) {
              if (reason == net::Timer::Reason::LoopStopped)
                  stop();
              else
                  wakeAll();
          }) {}

    const Clock& clock;
    Random& random;
    SweepPlan plan;
    SweepOptions options;
    SweepEvents events;
    net::Timer timer;
    std::deque<ListRun> runs;
    std::deque<ListRun*> ring; // those that can send now, in turn
    size_t inFlight = 0, untold = 0, allCells = 0, checking = 0;
    bool pumping = false, stopped = false, ended = false, started = false;
    SweepCounts counts;

    void prepare();
    void prepareList(size_t index);
    void start();
    void stop();
    std::optional<Judgement> notAsked(const List& list);

    void check(ListRun& run, Family& family);
    void checked(ListRun& run, Family& family, HealthReport report, bool fresh);
    Task<dns::Answer> askExtra(ListRun* run, dns::Question question);

    [[nodiscard]] bool hasWork(const ListRun& run) const;
    bool withinLimits(ListRun& run);
    bool dayUsedUp(const ListRun& run) const;
    void wake(ListRun& run);
    void wakeAll();
    void pump();
    void sendNext(ListRun& run);
    void sendExtra(ListRun& run, Extra extra);
    void sendCell(ListRun& run, Attempt attempt);
    void sent(ListRun& run, int tries);
    void back(ListRun& run);

    void answered(ListRun& run, Attempt attempt, dns::Answer answer);
    void tell(ListRun& run, Cell cell);
    void tellUnasked(ListRun& run, std::uint32_t target, Judgement judgement, UtcTime at);
    void endWhenDone();
    const List& listOf(const ListRun& run) const { return plan.lists[run.index]; }
};

// Lists and targets meet here: what cannot be asked is told by start().
void Sweep::State::prepare() {
    for (size_t i = 0; i < plan.lists.size(); ++i) prepareList(i);
    untold = allCells;
}

void Sweep::State::prepareList(size_t index) {
    const List& list = plan.lists[index];
    ListRun& run = runs.emplace_back(index);
    run.key = std::make_shared<const Secret>(options.key ? options.key(list) : Secret());
    if (options.askedToday) run.today = options.askedToday(list);
    if (options.healthOnly) {
        for (const Asks a : {Asks::Ipv4, Asks::Ipv6, Asks::Domain, Asks::Email})
            if (list.can(a)) run.families.push_back({a, {}, 0, false});
        return;
    }
    for (size_t t = 0; t < plan.targets.size(); ++t) {
        if (options.known && options.known(index, t)) continue;
        ++allCells;
        const Asks kind = plan.targets[t].kind;
        auto same = std::find_if(run.families.begin(), run.families.end(),
                                 [kind](const Family& f) { return f.asks == kind; });
        if (same == run.families.end()) same = run.families.insert(same, Family{kind, {}, 0, false});
        same->targets.push_back(std::uint32_t(t));
    }
}

std::optional<Judgement> Sweep::State::notAsked(const List& list) {
    switch (list.status) {
    case ListStatus::Dead:
        return verdict(Status::NotApplicable, Reason::Dead,
                       "Never asked: dead since " + list.since + ". " + list.statusNote);
    case ListStatus::Private:
        return verdict(Status::NotApplicable, Reason::NoZone,
                       "There is no zone to ask; the list is recognised in replies.");
    case ListStatus::NeedsKey:
        if (!options.key || options.key(list).empty())
            return verdict(Status::NotApplicable, Reason::NoKey,
                           "Not asked: this list needs a key, and there is none named \"" + list.keySecret +
                               "\".");
        break;
    case ListStatus::Alive:
    case ListStatus::Register: break;
    }
    if (list.publicResolvers || !options.servers) return std::nullopt;
    for (const std::string& server : options.servers(list))
        if (const auto name = publicResolver(server); !name.empty())
            return verdict(Status::Error, Reason::PublicResolver,
                           "Not asked: the name server " + server + " is a public resolver (" +
                               std::string(name) + "), which this list refuses. Name one of your own.");
    return std::nullopt;
}

void Sweep::State::start() {
    if (started) return;
    started = true;
    pumping = true;
    for (ListRun& run : runs) {
        const List& list = listOf(run);
        const auto reason = notAsked(list);
        for (Family& family : run.families) {
            const bool can = list.can(family.asks) || list.status == ListStatus::Private;
            if (can && !reason) {
                check(run, family);
                continue;
            }
            const Judgement why = can ? *reason
                                      : verdict(Status::NotApplicable, Reason::WrongKind,
                                                "The list holds nothing of this kind (" +
                                                    std::string(asksName(family.asks)) + ").");
            for (const std::uint32_t t : family.targets) tellUnasked(run, t, why, clock.now());
            family.next = family.targets.size();
        }
    }
    pumping = false;
    pump();
}

void Sweep::State::stop() {
    if (stopped) return;
    stopped = true;
    for (ListRun& run : runs) {
        for (auto extras = std::exchange(run.extras, {}); Extra & extra : extras) {
            extra.done(cancelledAnswer(extra.question));
        }
        run.retries.clear();
    }
    endWhenDone();
}

Task<dns::Answer> Sweep::State::askExtra(ListRun* run, dns::Question question) {
    auto self = shared_from_this();
    auto begin = [self, run, question](std::move_only_function<void(dns::Answer)> done) {
        if (self->stopped) return done(cancelledAnswer(question));
        run->extras.push_back({question, std::move(done), 0});
        self->wake(*run);
    };
    auto waiting = completion<dns::Answer>(std::move(begin));
    dns::Answer answer = co_await waiting;
    co_return answer;
}

void Sweep::State::check(ListRun& run, Family& family) {
    const List& list = listOf(run);
    if (options.health)
        if (const HealthReport* known = options.health(list, family.asks))
            return checked(run, family, *known, false);
    ++checking;
    auto ask = [self = shared_from_this(), r = &run](dns::Question q) {
        return self->askExtra(r, std::move(q));
    };
    auto done = [self = shared_from_this(), r = &run, f = &family](HealthReport report) {
        --self->checking;
        self->checked(*r, *f, std::move(report), true);
    };
    waypost::start(checkHealth(list, family.asks, run.key, random.token(tokenLength), std::move(ask)),
                   std::move(done));
}

void Sweep::State::checked(ListRun& run, Family& family, HealthReport report, bool fresh) {
    if (report.health == Health::Unknown && dayUsedUp(run)) report.instead = dailyLimit(listOf(run));
    if (fresh && events.health && !stopped) events.health(listOf(run), report);
    if (report.healthy()) {
        family.ready = true;
        wake(run);
    } else {
        for (const std::uint32_t t : family.targets) tellUnasked(run, t, report.instead, report.at);
        family.next = family.targets.size();
    }
    if (!pumping) pump();
    endWhenDone();
}

bool Sweep::State::hasWork(const ListRun& run) const {
    if (!run.extras.empty()) return true;
    if (stopped) return false;
    return !run.retries.empty() || std::any_of(run.families.begin(), run.families.end(), [](const Family& f) {
        return f.ready && f.next < f.targets.size();
    });
}

bool Sweep::State::dayUsedUp(const ListRun& run) const {
    const std::int64_t most = listOf(run).limits.perDay;
    return most > 0 && run.today + run.now >= most;
}

bool Sweep::State::withinLimits(ListRun& run) {
    const ListLimits& limits = listOf(run).limits;
    if (run.inFlight >= limits.inFlight) return false;
    if (limits.perSecond == 0 || dayUsedUp(run)) return true;
    const std::int64_t now = clock.monotonic().count();
    while (!run.sent.empty() && now - run.sent.front() > rateWindow.count()) run.sent.pop_front();
    if (run.sent.size() < size_t(limits.perSecond)) return true;
    const Millis wait(run.sent.front() + rateWindow.count() + 1 - now);
    if (!timer.armed()) timer.arm(wait);
    return false;
}

void Sweep::State::wake(ListRun& run) {
    if (run.queued || !hasWork(run) || !withinLimits(run)) return;
    run.queued = true;
    ring.push_back(&run);
}

void Sweep::State::wakeAll() {
    for (ListRun& run : runs) wake(run);
    pump();
}

void Sweep::State::pump() {
    if (pumping) return;
    pumping = true;
    while (inFlight < options.inFlight && !ring.empty()) {
        ListRun& run = *ring.front();
        ring.pop_front();
        run.queued = false;
        if (!hasWork(run) || !withinLimits(run)) continue;
        sendNext(run);
        wake(run);
    }
    pumping = false;
    endWhenDone();
}

void Sweep::State::sendNext(ListRun& run) {
    if (!run.extras.empty()) {
        Extra extra = std::move(run.extras.front());
        run.extras.pop_front();
        return sendExtra(run, std::move(extra));
    }
    if (!run.retries.empty()) {
        const Attempt attempt = run.retries.front();
        run.retries.pop_front();
        return sendCell(run, attempt);
    }
    for (Family& family : run.families) {
        if (!family.ready || family.next == family.targets.size()) continue;
        return sendCell(run, {family.targets[family.next++], 0});
    }
}

void Sweep::State::sent(ListRun& run, int tries) {
    ++inFlight;
    ++run.inFlight;
    ++run.now;
    ++counts.asked;
    if (tries > 0) ++counts.repeated;
    if (listOf(run).limits.perSecond > 0) run.sent.push_back(clock.monotonic().count());
}

void Sweep::State::back(ListRun& run) {
    --inFlight;
    --run.inFlight;
}

void Sweep::State::sendExtra(ListRun& run, Extra extra) {
    if (dayUsedUp(run)) {
        dns::Answer none = cancelledAnswer(extra.question);
        none.at = clock.now();
        return extra.done(std::move(none));
    }
    sent(run, extra.tries);
    dns::Question question = extra.question;
    auto done = [self = shared_from_this(), r = &run, extra = std::move(extra)](dns::Answer answer) mutable {
        self->back(*r);
        if (worthRepeating(answer.status) && ++extra.tries < self->options.tries && !self->stopped)
            r->extras.push_back(std::move(extra));
        else
            extra.done(std::move(answer));
        self->wake(*r);
        self->pump();
    };
    options.resolver(listOf(run)).resolve(std::move(question), std::move(done));
}

void Sweep::State::sendCell(ListRun& run, Attempt attempt) {
    const List& list = listOf(run);
    if (dayUsedUp(run)) return tellUnasked(run, attempt.target, dailyLimit(list), clock.now());
    auto name = queryName(list, plan.targets[attempt.target], plan.suffixes.get(), *run.key);
    if (!name)
        return tellUnasked(run, attempt.target,
                           verdict(Status::NotApplicable, Reason::WrongKind,
                                   "The name to ask would be longer than DNS allows."),
                           clock.now());
    sent(run, attempt.tries);
    auto done = [self = shared_from_this(), r = &run, attempt](dns::Answer answer) {
        self->back(*r);
        self->answered(*r, attempt, std::move(answer));
        self->wake(*r);
        self->pump();
    };
    options.resolver(list).resolve({std::move(*name), dns::RecordType::A}, std::move(done));
}

void Sweep::State::answered(ListRun& run, Attempt attempt, dns::Answer answer) {
    if (worthRepeating(answer.status) && attempt.tries + 1 < options.tries && !stopped) {
        run.retries.push_back({attempt.target, attempt.tries + 1});
        return;
    }
    const List& list = listOf(run);
    Cell cell;
    cell.list = run.index;
    cell.target = attempt.target;
    cell.judgement = judge(list, answer);
    cell.asked = true;
    cell.name = run.key->empty()
                    ? std::move(answer.question.name)
                    : shownName(list, plan.targets[attempt.target], plan.suffixes.get()).value_or("");
    cell.dns = answer.status;
    if (!answer.records.empty() || !answer.authority.empty()) cell.ttl = answer.ttl();
    cell.server = std::move(answer.server);
    cell.at = answer.at;
    cell.took = answer.took;
    cell.raw = withoutKey(std::move(answer.raw), *run.key);
    cell.tries = attempt.tries + 1;
    const bool reason = cell.judgement.status == Status::Listed || cell.judgement.status == Status::Refused ||
                        cell.judgement.reason == Reason::Unpublished;
    if (!options.txt || !reason || stopped) return tell(run, std::move(cell));
    auto name = queryName(list, plan.targets[attempt.target], plan.suffixes.get(), *run.key);
    auto done = [self = shared_from_this(), r = &run, cell = std::move(cell)](dns::Answer txt) mutable {
        cell.txt = withoutKey(txtOf(txt), *r->key);
        cell.rawTxt = withoutKey(std::move(txt.raw), *r->key);
        self->tell(*r, std::move(cell));
    };
    run.extras.push_back({{std::move(*name), dns::RecordType::TXT}, std::move(done), 0});
}

void Sweep::State::tellUnasked(ListRun& run, std::uint32_t target, Judgement judgement, UtcTime at) {
    Cell cell;
    cell.list = run.index;
    cell.target = target;
    cell.judgement = std::move(judgement);
    cell.at = at;
    tell(run, std::move(cell));
}

void Sweep::State::tell(ListRun&, Cell cell) {
    --untold;
    if (events.cell && !(stopped && cell.judgement.reason == Reason::Cancelled)) events.cell(std::move(cell));
}

void Sweep::State::endWhenDone() {
    const bool nothingLeft = stopped ? inFlight == 0 : untold == 0;
    if (ended || !started || pumping || !nothingLeft || checking > 0) return;
    ended = true;
    timer.cancel();
    if (events.done) events.done();
}

Sweep::Sweep(net::Loop& loop, const Clock& clock, Random& random, SweepPlan plan, SweepOptions options,
             SweepEvents events)
    : state_(std::make_shared<State>(loop, clock, random, std::move(plan), std::move(options),
                                     std::move(events))) {
    state_->prepare();
}

Sweep::~Sweep() {
    state_->events = {};
    state_->stop();
}

void Sweep::start() {
    state_->start();
}

void Sweep::stop() {
    state_->stop();
}

SweepCounts Sweep::counts() const {
    SweepCounts out = state_->counts;
    for (const ListRun& run : state_->runs)
        if (run.now > 0) out.byList[state_->listOf(run).id] = run.now;
    return out;
}

size_t Sweep::cells() const {
    return state_->allCells;
}

} // namespace waypost::reputation
