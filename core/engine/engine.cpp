#include "engine/engine.h"

#include "base/log.h"
#include "engine/context.h"
#include "engine/names.h"
#include "engine/reinspect.h"
#include "store/placement_store.h"

#include <atomic>
#include <future>
#include <mutex>

namespace waypost::engine {

struct Engine::Impl {
    explicit Impl(OpenOptions options) : context(std::move(options)) {}
    Context context;
    std::atomic<Ticket> nextTicket{1};

    Result<void> start();
    Ticket post(std::move_only_function<Snapshot()> work);
};

namespace {

// A job may throw StorageError or bad_alloc: a broken environment, told once and in words.
Snapshot guarded(std::move_only_function<Snapshot()>& work) {
    try {
        return work();
    } catch (const std::exception& e) {
        log::error("engine", e.what());
        return Error(ErrorCode::Internal, "engine", e.what());
    }
}

} // namespace

namespace {

// A run that was under way when the program died is not going on; what is known of its seeds stays.
Result<void> endInterruptedRuns(Context& c) {
    if (c.options.readOnly) return {};
    return c.workspace
        ->write([now = c.clock.now()](store::Database& db) {
            constexpr int looked = 1000;
            for (const store::RunRow& run : store::placement::runs(db, looked))
                if (run.state == "running")
                    store::placement::setRunState(db, run.id, "interrupted",
                                                  "The program ended during this run.", now);
        })
        .get();
}

} // namespace

namespace {

Result<std::unique_ptr<store::SecretStore>> openSecrets(const OpenOptions& options) {
    if (options.secrets.empty()) return store::memorySecrets();
    return store::openPassphraseFile(options.secrets, options.passphrase);
}

} // namespace

namespace {

// Own rules that cannot be read must not keep the window shut: the shipped ones are then in force alone.
Result<std::shared_ptr<const reply::Classifier>> loadRules(const std::filesystem::path& shipped,
                                                           const std::filesystem::path& own) {
    std::error_code ec;
    if (!own.empty() && std::filesystem::exists(own, ec)) {
        auto both = reply::Classifier::load(shipped, own);
        if (both) return both;
        log::warn("engine", both.error().describe());
    }
    return reply::Classifier::load(shipped);
}

} // namespace

Result<void> Engine::Impl::start() {
    Context& c = context;
    if (c.options.lab) net::guard::allowOnlyLoopback(true);
    // The rules are read and the secrets unsealed while the workspace is opened: each takes tens of
    // milliseconds.
    const auto rules = c.options.resources / "rules";
    auto reading =
        std::async(std::launch::async, [&rules, &c] { return loadRules(rules, c.options.userRules); });
    auto unsealing = std::async(std::launch::async, [&c] { return openSecrets(c.options); });
    store::WorkspaceOptions how;
    how.create = !c.options.readOnly;
    how.readOnly = c.options.readOnly;
    auto workspace = store::Workspace::open(c.options.workspace, how);
    auto classifier = reading.get();
    if (!workspace) return fail(workspace.error());
    c.workspace = std::move(*workspace);
    if (!classifier) return fail(classifier.error());
    c.setClassifier(*classifier);
    auto providers = reply::ProviderMap::load(rules / "providers.json");
    if (!providers) return fail(providers.error());
    c.providers = *providers;
    auto suffixes = dns::PublicSuffixList::system(c.options.resources / "lists" / "public_suffix_list.dat");
    if (suffixes)
        c.publicSuffixes = *suffixes;
    else
        log::warn("engine", suffixes.error().describe());
    auto secrets = unsealing.get();
    if (!secrets) return fail(secrets.error());
    c.secrets = std::move(*secrets);
    c.jobs = std::make_unique<JobBook>(*c.workspace, c.events, c.clock);
    if (auto ended = endInterruptedRuns(c); !ended) return ended;
    c.loop.startThread();
    if (c.options.lab) {
        auto lab = lab::Lab::open({c.options.resources, "", 0, 0, 0});
        if (!lab) return fail(lab.error());
        c.lab = std::move(*lab);
        if (auto prepared = prepareLab(c); !prepared) return prepared;
    }
    c.queries = std::make_unique<Worker>();
    c.work = std::make_unique<Worker>();
    startSchedule(c);
    return {};
}

Ticket Engine::Impl::post(std::move_only_function<Snapshot()> work) {
    const Ticket ticket = nextTicket++;
    context.queries->post([this, ticket, work = std::move(work)](const std::stop_token&) mutable {
        auto snapshot = std::make_shared<const Snapshot>(guarded(work));
        context.events.push(Answered{ticket, std::move(snapshot)});
    });
    return ticket;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Engine>> Engine::open(OpenOptions options) {
    auto impl = std::make_unique<Impl>(std::move(options));
    if (auto started = impl->start(); !started) return fail(started.error());
    return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

namespace {

// A cancelled run still goes from the loop to the writer and back for its last steps; when no job lives any
// more, the completions of writes (a job's end, an activity row) are two steps deep at most.
void settle(Context& c) {
    constexpr int mostRounds = 200;
    constexpr int lastRounds = 3;
    int after = 0;
    for (int round = 0; round < mostRounds && after < lastRounds; ++round) {
        if (!c.workspace->readOnly()) (void)c.workspace->write([](store::Database&) {}).get();
        c.loop.runUntil([] { return false; });
        after = c.jobs->anyRunning() ? 0 : after + 1;
    }
}

} // namespace

// Stop intake, cancel, stop the loop (its operations complete as cancelled), join, close.
Engine::~Engine() {
    Context& c = impl_->context;
    c.events.onWake({});
    c.jobs->cancelAll();
    stopSchedule(c);
    c.queries.reset();
    c.work.reset();
    c.loop.stop();
    settle(c);
    c.names.reset();
    c.lab.reset();
}

void Engine::onWake(std::function<void()> wake) {
    impl_->context.events.onWake(std::move(wake));
}
std::vector<Event> Engine::drain() {
    return impl_->context.events.drain();
}

Ticket Engine::ask(Query query) {
    return impl_->post([c = &impl_->context, query = std::move(query)] {
        return std::visit([c](const auto& q) { return answer(*c, q); }, query);
    });
}

Ticket Engine::run(Command command) {
    return impl_->post([c = &impl_->context, command = std::move(command)] {
        return std::visit([c](const auto& x) { return perform(*c, x); }, command);
    });
}

namespace {

// Runs on the worker like every other request, and the caller waits.
Snapshot waitOn(Worker& worker, std::move_only_function<Snapshot()> work) {
    std::promise<Snapshot> promise;
    auto future = promise.get_future();
    worker.post([&promise, &work](const std::stop_token&) { promise.set_value(guarded(work)); });
    return future.get();
}

} // namespace

Snapshot Engine::askAndWait(Query query) {
    return waitOn(*impl_->context.queries, [this, &query] {
        return std::visit([this](const auto& q) { return answer(impl_->context, q); }, query);
    });
}

Snapshot Engine::runAndWait(Command command) {
    return waitOn(*impl_->context.queries, [this, &command] {
        return std::visit([this](const auto& x) { return perform(impl_->context, x); }, command);
    });
}

JobView Engine::waitForJob(const std::string& id) {
    return impl_->context.jobs->wait(id);
}

} // namespace waypost::engine
