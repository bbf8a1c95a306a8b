// A sweep as a job: asked on the loop, kept in batches on the writer. What was kept holds when the program
// dies in between: the next sweep asks only for what is missing.
#include "base/log.h"
#include "base/text.h"
#include "engine/blocklists.h"
#include "engine/names.h"
#include "engine/watching.h"
#include "reputation/list_resolvers.h"
#include "store/settings_store.h"

#include <fmt/format.h>

#include <optional>

namespace waypost::engine {

namespace {

constexpr size_t batch = 256;
constexpr Millis answerTime{3000};
constexpr std::string_view jobKind = "blocklist";
constexpr std::int64_t hourMs = 3'600'000;

// What the batches did, counted on the writer thread and read after the last one.
struct Tally {
    int looks = 0, listed = 0, raised = 0, cleared = 0, unfit = 0, unknown = 0;
};

struct SweepRun : std::enable_shared_from_this<SweepRun> {
    SweepRun(Context& context, std::string id, DuePlan plan, std::vector<net::Endpoint> servers, bool quietly)
        : c(context), job(std::move(id)), due(std::move(plan)), scheduled(quietly),
          resolvers(c.loop, c.clock, random, std::move(servers), answerTime,
                    reputation::SweepOptions::standardInFlight) {}

    Context& c;
    std::string job;
    DuePlan due;
    bool scheduled;
    SystemRandom random;
    reputation::ListResolvers resolvers;
    std::optional<reputation::Sweep> sweep;
    std::optional<std::stop_callback<std::function<void()>>> onStop;
    std::vector<KeptLook> looks;
    std::vector<store::ListHealthRow> health;
    std::map<std::string, std::int64_t> counted; // questions already written, by list
    std::shared_ptr<Tally> tally = std::make_shared<Tally>();
    std::int64_t told = 0, all = 0;

    void start();
    void take(reputation::Cell cell);
    std::map<std::string, std::int64_t> newQuestions();
    void flush(std::function<void(Result<void>)> then);
    void end();
};

void keepBatch(store::Database& db, Tally& tally, const std::vector<KeptLook>& looks,
               const std::vector<store::ListHealthRow>& health,
               const std::map<std::string, std::int64_t>& questions, UtcTime now) {
    for (const store::ListHealthRow& row : health) {
        store::lists::keepHealth(db, row);
        if (row.health != "healthy") ++tally.unfit;
    }
    for (const KeptLook& kept : looks) {
        const reputation::Change change = keepLook(db, kept);
        ++tally.looks;
        tally.listed += kept.look.status == "listed";
        tally.unknown += kept.look.status == "error" || kept.look.status == "refused";
        tally.raised += change == reputation::Change::Raised;
        tally.cleared += change == reputation::Change::Cleared;
    }
    for (const auto& [list, count] : questions) store::lists::addQuestions(db, list, now, count);
}

std::string summary(const Tally& t) {
    return fmt::format("{}: {} listed, {} without a usable answer; {} raised, {} cleared; {} not fit",
                       text::counted(size_t(t.looks), "look"), t.listed, t.unknown, t.raised, t.cleared,
                       text::counted(size_t(t.unfit), "list"));
}

// On the loop thread.
void SweepRun::start() {
    auto self = shared_from_this();
    reputation::SweepOptions options = sweepOptions(due);
    options.resolver = [this](const reputation::List& l) -> dns::Resolver& { return resolvers.of(l); };
    options.servers = [this](const reputation::List& l) { return resolvers.addressesOf(l); };
    options.key = [this](const reputation::List& l) {
        if (l.keySecret.empty()) return Secret();
        auto key = c.secrets->get(l.keySecret);
        return key ? std::move(*key) : Secret();
    };
    reputation::SweepEvents events;
    events.cell = [self](reputation::Cell cell) { self->take(std::move(cell)); };
    events.health = [self](const reputation::List& list, const reputation::HealthReport& report) {
        self->health.push_back(healthRow(list, report));
    };
    events.done = [self] { self->end(); };
    sweep.emplace(c.loop, c.clock, random, due.plan, std::move(options), std::move(events));
    all = std::int64_t(sweep->cells());
    std::weak_ptr<SweepRun> weak = self;
    onStop.emplace(c.jobs->stopToken(job), [weak, &loop = c.loop] {
        loop.post([weak] {
            if (auto run = weak.lock(); run && run->sweep) run->sweep->stop();
        });
    });
    sweep->start();
}

void SweepRun::take(reputation::Cell cell) {
    looks.push_back(lookOf(due.plan, std::move(cell)));
    ++told;
    if (looks.size() < batch) return;
    c.jobs->progress(job, told, all, fmt::format("{} of {} looked up", told, all));
    flush([](Result<void> r) {
        if (!r) log::warn("blocklist", r.error().describe());
    });
}

std::map<std::string, std::int64_t> SweepRun::newQuestions() {
    std::map<std::string, std::int64_t> out;
    for (const auto& [list, count] : sweep->counts().byList) {
        std::int64_t& before = counted[list];
        if (count > before) out[list] = count - before;
        before = count;
    }
    return out;
}

void SweepRun::flush(std::function<void(Result<void>)> then) {
    auto work = [t = tally, batchLooks = std::exchange(looks, {}), batchHealth = std::exchange(health, {}),
                 questions = newQuestions(), now = c.clock.now()](store::Database& db) {
        keepBatch(db, *t, batchLooks, batchHealth, questions, now);
    };
    c.workspace->write(std::move(work), std::move(then));
}

void SweepRun::end() {
    onStop.reset();
    const bool cancelled = c.jobs->stopToken(job).stop_requested();
    flush([context = &c, id = job, t = tally, quietly = scheduled, cancelled](Result<void> done) {
        Context& x = *context;
        x.workspace->write([now = x.clock.now()](store::Database& db) { store::lists::prune(db, now); },
                           [](Result<void>) {});
        if (!done) return x.jobs->end(id, JobState::Failed, done.error().describe());
        const std::string what = summary(*t) + ".";
        if (!quietly || t->raised + t->cleared > 0) x.activity("blocklist.sweep", "", what);
        x.changed("blocklists");
        x.jobs->end(id, cancelled ? JobState::Cancelled : JobState::Done, what);
    });
    // Not here: the sweep is calling.
    c.loop.post([self = shared_from_this()] { self->sweep.reset(); });
}

std::vector<net::Endpoint> listServers(Context& c) {
    if (c.lab) return resolverServers(c);
    auto own =
        c.workspace->read([](store::Database& db) { return store::settings::text(db, "lists.resolvers"); });
    std::vector<net::Endpoint> out;
    if (own)
        for (const auto word : text::words(*own))
            if (auto e = net::Endpoint::parse(word, 53)) out.push_back(*e);
    return out.empty() ? resolverServers(c) : out;
}

} // namespace

Snapshot startSweep(Context& c, const SweepBlocklists& command, bool scheduled) {
    if (c.jobs->isRunning(jobKind, "Blocklist sweep"))
        return Error(ErrorCode::Conflict, "blocklist", "A sweep is running already.");
    auto catalogue = listCatalogue(c);
    if (!catalogue) return catalogue.error();
    const UtcTime now = c.clock.now();
    auto due = c.workspace->read([&](store::Database& db) {
        return duePlan(db, **catalogue, {command.targets, command.lists, command.again}, now);
    });
    if (!due) return due.error();
    if (due->plan.targets.empty())
        return Error(
            ErrorCode::NotFound, "blocklist",
            "Nothing is watched: add addresses or domains first, or take those of the mail you sent.");
    const std::string line = "waypost-cli blocklist sweep" + std::string(command.again ? " --again" : "");
    auto run = std::make_shared<SweepRun>(c, c.jobs->begin(std::string(jobKind), "Blocklist sweep", line),
                                          std::move(*due), listServers(c), scheduled);
    c.loop.post([run] { run->start(); });
    return Done{run->job};
}

void startDueSweep(Context& c) {
    auto period = c.workspace->read([](store::Database& db) {
        return store::lists::targets(db).empty()
                   ? Millis(0)
                   : Millis(store::settings::integer(db, "lists.sweep") * hourMs);
    });
    if (!period) return log::warn("schedule", period.error().describe());
    if (period->count() == 0 || c.jobs->isRunning(jobKind, "Blocklist sweep")) return;
    auto jobs = c.jobs->list();
    if (!jobs) return log::warn("schedule", jobs.error().describe());
    UtcTime last{0};
    for (const JobView& job : jobs->jobs)
        if (job.kind == jobKind) last = std::max(last, job.started);
    // A first sweep is the operator's own doing.
    if (last.ms == 0 || dueAgain("blocklists", last, *period) > c.clock.now()) return;
    if (const Snapshot begun = startSweep(c, {}, true); const Error* error = std::get_if<Error>(&begun))
        log::warn("schedule", error->describe());
}

} // namespace waypost::engine
