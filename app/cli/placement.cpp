#include "base/json.h"
#include "base/text.h"
#include "cli/globals.h"
#include "cli/workspace.h"
#include "common/secrets.h"
#include "engine/engine.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

constexpr size_t maxMessage = 32 * 1024 * 1024;
constexpr size_t maxSeedFile = 4 * 1024 * 1024;

struct Options {
    std::string seeds, message, route, name, from, run, secrets, passphraseFile;
    int wait = 30, rate = 5;
    bool lab = false;
};

Result<std::unique_ptr<engine::Engine>> openEngine(const Globals& globals, const Options& o, bool readOnly) {
    engine::OpenOptions options;
    options.workspace =
        o.lab && globals.workspace.empty() ? globals.paths.labWorkspace : workspaceFile(globals);
    options.resources = globals.paths.resources;
    options.lab = o.lab;
    options.readOnly = readOnly;
    options.actor = "cli";
    if (!o.secrets.empty()) {
        auto passphrase = readWholeFile(o.passphraseFile, 4096);
        if (!passphrase) return fail(passphrase.error());
        options.secrets = o.secrets;
        options.passphrase = Secret(std::string(text::trimRight(*passphrase)));
    } else if (!o.lab && !readOnly) {
        auto personal = app::personalSecrets(globals.paths); // what the window stores
        if (!personal) return fail(personal.error());
        options.secrets = personal->file;
        options.passphrase = std::move(personal->passphrase);
    }
    return engine::Engine::open(std::move(options));
}

template <class T>
Result<T> take(const engine::Snapshot& snapshot) {
    if (const T* value = std::get_if<T>(&snapshot)) return *value;
    if (const Error* error = std::get_if<Error>(&snapshot)) return fail(*error);
    return fail(ErrorCode::Internal, "engine", "An answer of another kind came back.");
}

json::value rate(int part, const engine::ProviderRow& r) {
    if (r.judged == 0) return nullptr;
    return json::object{{"value", double(part) / r.judged},
                        {"part", part},
                        {"whole", r.judged},
                        {"low", r.low},
                        {"high", r.high}};
}

void printJson(const engine::RunView& run) {
    for (const engine::SeedRow& s : run.seeds)
        printLine(json::line(
            json::object{{"run", run.line.id},
                         {"seed", json::foreign(s.seed)},
                         {"provider", json::foreign(s.provider)},
                         {"state", s.state},
                         {"folder", s.folder.empty() ? json::value(nullptr) : json::foreign(s.folder)},
                         {"latency_ms", s.latencyMs < 0 ? json::value(nullptr) : json::value(s.latencyMs)},
                         {"text", json::foreign(s.text)}}));
    for (const engine::ProviderRow& r : run.providers)
        printLine(json::line(
            json::object{{"run", run.line.id},
                         {"provider", json::foreign(r.provider)},
                         {"seeds", r.seeds},
                         {"inbox", r.inbox},
                         {"category", r.category},
                         {"spam", r.junk},
                         {"other", r.other},
                         {"missing", r.notFound},
                         {"waiting", r.waiting},
                         {"not_sent", r.notSent},
                         {"mailbox_error", r.mailboxError},
                         {"judged", r.judged},
                         {"inbox_rate", rate(r.inbox, r)},
                         {"median_latency_ms",
                          r.medianLatencyMs < 0 ? json::value(nullptr) : json::value(r.medianLatencyMs)}}));
}

std::string shareText(const engine::ProviderRow& r) {
    if (r.judged == 0) return "nothing judged";
    return fmt::format("{:.0f} % of {} [{:.0f} .. {:.0f}]", 100.0 * r.inbox / r.judged, r.judged, 100 * r.low,
                       100 * r.high);
}

void printText(const engine::RunView& run) {
    std::vector<std::vector<std::string>> seeds, providers;
    for (const engine::SeedRow& s : run.seeds)
        seeds.push_back({text::printable(s.seed), text::printable(s.provider), s.state,
                         text::printable(s.folder), text::printable(s.text)});
    for (const engine::ProviderRow& r : run.providers)
        providers.push_back({text::printable(r.provider), std::to_string(r.seeds), std::to_string(r.inbox),
                             std::to_string(r.category), std::to_string(r.junk), std::to_string(r.notFound),
                             std::to_string(r.notSent), std::to_string(r.mailboxError), shareText(r)});
    printLine(fmt::format("Run {}  \"{}\"  {}  {}", run.line.id, text::printable(run.line.name),
                          formatUtc(run.line.started), run.line.state));
    printLine(app::table({{"seed"}, {"provider"}, {"state"}, {"folder"}, {"why"}}, seeds));
    printLine(app::table({{"provider"},
                          {"seeds", true},
                          {"inbox", true},
                          {"categ.", true},
                          {"spam", true},
                          {"missing", true},
                          {"not sent", true},
                          {"mailbox error", true},
                          {"inbox share, 95 % interval"}},
                         providers));
    for (const std::string& s : run.canProve) printLine(s);
}

Result<void> showRun(const Globals& globals, engine::Engine& engine, const std::string& id) {
    auto run = take<engine::RunView>(engine.askAndWait(engine::RunQuery{id}));
    if (!run) return fail(run.error());
    if (globals.json)
        printJson(*run);
    else
        printText(*run);
    return {};
}

// The seed list of this run: the file's, or the lab's own.
Result<std::string> seedList(Globals& globals, engine::Engine& engine, const Options& o) {
    if (o.seeds.empty()) {
        auto lists = take<engine::SeedLists>(engine.askAndWait(engine::SeedListsQuery{}));
        if (!lists) return fail(lists.error());
        for (const engine::SeedList& l : lists->lists)
            if (o.lab && l.name == "Lab seeds") return l.id;
        return fail(ErrorCode::InvalidArgument, "--seeds", "Give a seeds file.");
    }
    auto csv = readWholeFile(o.seeds, maxSeedFile);
    if (!csv) return fail(csv.error());
    auto imported = take<engine::SeedsImported>(engine.runAndWait(engine::ImportSeeds{o.seeds, *csv}));
    if (!imported) return fail(imported.error());
    for (const engine::CsvProblem& p : imported->problems)
        printError(globals,
                   Error(ErrorCode::InvalidArgument, fmt::format("{} line {}", o.seeds, p.line), p.text));
    return imported->listId;
}

Result<engine::RunSpec> makeSpec(Globals& globals, engine::Engine& engine, const Options& o) {
    engine::RunSpec spec;
    auto list = seedList(globals, engine, o);
    if (!list) return fail(list.error());
    auto message = readWholeFile(o.message, maxMessage);
    if (!message) return fail(message.error());
    spec.seedListId = *list;
    spec.message = *message;
    spec.name = o.name.empty() ? o.message : o.name;
    spec.route = o.route;
    spec.from = o.from;
    spec.waitMinutes = o.wait;
    spec.perSecond = o.rate;
    return spec;
}

void runTest(Globals& globals, const Options& o) {
    auto engine = openEngine(globals, o, false);
    if (!engine) return printError(globals, engine.error());
    auto spec = makeSpec(globals, **engine, o);
    if (!spec) return printError(globals, spec.error());
    auto started = take<engine::Done>((*engine)->runAndWait(engine::StartRun{*spec}));
    if (!started) return printError(globals, started.error());
    const engine::JobView job = (*engine)->waitForJob(started->id);
    auto runs = take<engine::Runs>((*engine)->askAndWait(engine::RunsQuery{}));
    if (!runs || runs->runs.empty())
        return printError(globals,
                          Error(ErrorCode::Internal, "placement", "The run left nothing: " + job.text));
    if (auto shown = showRun(globals, **engine, runs->runs.front().id); !shown)
        return printError(globals, shown.error());
    if (job.state != engine::JobState::Done) raiseStatus(globals, 3);
}

void show(Globals& globals, const Options& o) {
    auto engine = openEngine(globals, o, true);
    if (!engine) return printError(globals, engine.error());
    if (auto shown = showRun(globals, **engine, o.run); !shown) printError(globals, shown.error());
}

} // namespace

void addPlacement(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("placement", "seed tests: where a message lands");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli placement run --lab --route lab --message spring.eml");
    auto o = std::make_shared<Options>();
    auto* run = group->add_subcommand("run", "send a message to the seeds, read their mailboxes, judge");
    run->add_option("--seeds", o->seeds, "seed list (CSV); see resources/seeds/example.csv")
        ->type_name("FILE");
    run->add_option("--message", o->message, "the message (.eml), \"-\" for standard input")
        ->required()
        ->type_name("FILE");
    run->add_option("--route", o->route, "name of a route, HOST:PORT, or lab")->required()->type_name("R");
    run->add_option("--name", o->name, "name of the run")->type_name("TEXT");
    run->add_option("--from", o->from, "envelope sender (default: the From header)")->type_name("ADDRESS");
    run->add_option("--wait", o->wait, "minutes until a seed counts as not found")->capture_default_str();
    run->add_option("--rate", o->rate, "messages a second")->capture_default_str();
    run->add_flag("--lab", o->lab, "on the lab's simulated providers");
    run->add_option("--secrets", o->secrets, "secret file with the mailboxes' passwords")->type_name("FILE");
    run->add_option("--passphrase-file", o->passphraseFile, "file with the passphrase of --secrets")
        ->type_name("FILE");
    run->footer("Prints a line a seed and a line a provider, with 95 % intervals.\n\nExamples:\n  "
                "waypost-cli placement run --lab --route lab --message spring.eml\n"
                "  waypost-cli placement run --seeds seeds.csv --message spring.eml --route "
                "relay.example.org:587 --secrets s.box --passphrase-file pass --json\n\n"
                "Exit status: 0 the run came to its end, 2 refused input, 3 partial, 7 workspace in use.");
    run->callback([&globals, o] { runTest(globals, *o); });
    auto* shown = group->add_subcommand("show", "print a run of the workspace");
    shown->add_option("RUN", o->run, "id of the run")->required();
    shown->add_flag("--lab", o->lab, "look in the lab workspace");
    shown->footer("Example:\n  waypost-cli placement show 0193a1b2-0000-7000-8000-000000000000 --json");
    shown->callback([&globals, o] {
        Options options = *o;
        if (options.lab && globals.workspace.empty()) globals.workspace = globals.paths.labWorkspace.string();
        options.lab = false; // looking needs no lab
        show(globals, options);
    });
}

} // namespace waypost::cli
