#include "common/check.h"

#include "common/table.h"

#include <fmt/format.h>

#include <map>

namespace waypost::app {

namespace {

using namespace engine;

std::string number(std::uint64_t n) {
    return fmt::format("{}", n);
}

std::string share(const ProviderRow& r) {
    if (r.judged == 0) return "nothing judged";
    return fmt::format("{:.0f} % of {} [{:.0f}-{:.0f}]", 100.0 * r.inbox / r.judged, r.judged, 100 * r.low,
                       100 * r.high);
}

struct Check {
    Engine& engine;
    CheckReport report;

    void problem(std::string text) { report.problems.push_back(std::move(text)); }
    void expect(const std::string& what, std::uint64_t got, std::uint64_t wanted) {
        if (got != wanted) problem(fmt::format("{}: {} instead of {}", what, got, wanted));
    }
    // The snapshot as T; a problem and nothing when it is something else.
    template <class T>
    std::optional<T> take(const Snapshot& snapshot, const std::string& what) {
        if (const T* value = std::get_if<T>(&snapshot)) return *value;
        if (const Error* error = std::get_if<Error>(&snapshot))
            problem(what + ": " + error->describe());
        else
            problem(what + ": an answer of another kind came back");
        return std::nullopt;
    }
    // Runs the command and waits for the job it started.
    bool finish(Command command, const std::string& what, std::string* jobId = nullptr);

    void placement();
    void domain();
    void import(const std::filesystem::path& log);
};

bool Check::finish(Command command, const std::string& what, std::string* jobId) {
    auto done = take<Done>(engine.runAndWait(std::move(command)), what);
    if (!done) return false;
    if (jobId) *jobId = done->id;
    const JobView job = engine.waitForJob(done->id);
    if (job.state != JobState::Done) problem(fmt::format("{} did not end well: {}", what, job.text));
    return job.state == JobState::Done;
}

void Check::placement() {
    auto lists = take<SeedLists>(engine.askAndWait(SeedListsQuery{}), "seed lists");
    if (!lists || lists->lists.empty()) return problem("the lab workspace has no seed list");
    RunSpec spec;
    spec.name = "check";
    spec.seedListId = lists->lists.front().id;
    spec.route = "lab";
    spec.from = "news@acme.test";
    spec.subject = "Spring news";
    spec.body = "Good morning,\n\nthe check of the console sent this.\n";
    spec.waitMinutes = 1;
    spec.perSecond = 50;
    if (!finish(StartRun{spec}, "placement test")) return;
    auto runs = take<Runs>(engine.askAndWait(RunsQuery{}), "runs");
    if (!runs || runs->runs.empty()) return problem("the placement test left no run");
    auto run = take<RunView>(engine.askAndWait(RunQuery{runs->runs.front().id}), "run");
    if (!run) return;
    std::vector<std::vector<std::string>> rows;
    std::map<std::string, ProviderRow> by;
    for (const ProviderRow& r : run->providers) {
        rows.push_back({r.provider, number(r.seeds), number(r.inbox), number(r.category), number(r.junk),
                        number(r.notFound), number(r.notSent), number(r.mailboxError), share(r)});
        by[r.provider] = r;
    }
    report.text += "\nPlacement test through delivery and IMAP\n" + table({{"provider"},
                                                                           {"seeds", true},
                                                                           {"inbox", true},
                                                                           {"categ.", true},
                                                                           {"spam", true},
                                                                           {"missing", true},
                                                                           {"not sent", true},
                                                                           {"mailbox error", true},
                                                                           {"inbox share, 95 % interval"}},
                                                                          rows);
    // What the profiles say of these mailboxes (resources/lab/profiles.json).
    expect("gmail seeds in the inbox", by["gmail"].inbox, 5);
    expect("gmail seeds in spam", by["gmail"].junk, 1);
    expect("microsoft seeds in the inbox", by["microsoft"].inbox, 3);
    expect("microsoft seeds in spam", by["microsoft"].junk, 1);
    expect("yahoo seeds in the inbox", by["yahoo"].inbox, 4);
    expect("seeds of the greylisting host in the inbox", by["smallhost"].inbox, 2);
    expect("seeds of the gateway in the inbox", by["strictgw"].inbox, 2);
    expect("seeds of the gateway refused", by["strictgw"].notSent, 1);
    expect("seeds of the dead domain not sent", by["dead"].notSent, 1);
}

void Check::domain() {
    if (!finish(InspectDomain{"acme.test", {"s2024"}}, "domain inspection")) return;
    auto view = take<DomainView>(engine.askAndWait(DomainQuery{"acme.test"}), "domain");
    if (!view) return;
    std::vector<std::vector<std::string>> areas, findings;
    static constexpr const char* states[] = {"ok", "info", "warning", "error", "unknown", "absent"};
    for (const AreaView& a : view->areas) areas.push_back({a.title, states[int(a.state)], a.headline});
    for (const FindingView& f : view->findings) findings.push_back({f.severity, f.id, f.subject, f.seen});
    report.text += "\nInspection of acme.test\n" + table({{"area"}, {"state"}, {"what was seen"}}, areas) +
                   "\n" + table({{"severity"}, {"finding"}, {"subject"}, {"evidence"}}, findings);
    auto area = [&](const std::string& id) {
        for (const AreaView& a : view->areas)
            if (a.id == id) return a.state;
        return State::Absent;
    };
    if (area("spf") != State::Ok && area("spf") != State::Info)
        problem("the SPF record of acme.test must be found sound");
    if (area("dmarc") == State::Unknown || area("dmarc") == State::Absent)
        problem("the DMARC record of acme.test was not found");
    bool weak = false;
    for (const FindingView& f : view->findings) weak = weak || (f.area == "dkim" && f.severity != "info");
    if (!weak) problem("the 1024 bit DKIM key of acme.test must be a finding");
    if (view->answers.empty()) problem("the inspection kept no answers");
}

void Check::import(const std::filesystem::path& log) {
    const Snapshot answer = engine.runAndWait(ImportFiles{{log.string()}});
    auto started = take<Done>(answer, "import");
    if (!started) return;
    const JobView job = engine.waitForJob(started->id);
    if (job.state != JobState::Done) return problem("the import did not end well: " + job.text);
    OverviewQuery q;
    q.range = {{0}, {4'102'444'800'000}};
    q.filter.sources = {"postfix"};
    auto overview = take<Overview>(engine.askAndWait(q), "overview");
    if (!overview) return;
    std::array<std::uint64_t, 5> sum{};
    for (const OutcomeBucket& b : overview->buckets)
        for (size_t i = 0; i < 5; ++i) sum[i] += b.counts[i];
    std::vector<std::vector<std::string>> rows;
    for (const ReplyGroup& g : overview->groups)
        rows.push_back({number(g.events), g.category, g.provider.empty() ? "-" : g.provider,
                        g.templateText.substr(0, 70)});
    report.text +=
        fmt::format("\nImport of {}: {} events, {} accepted, {} deferred, {} bounced, {} blocked\n",
                    log.filename().string(), overview->events, sum[0], sum[1], sum[2], sum[3]) +
        table({{"events", true}, {"category"}, {"provider"}, {"reply"}}, rows);
    // What resources/lab/mail.log was written with.
    expect("events of the log", overview->events, 12);
    expect("accepted in the log", sum[0], 7);
    expect("deferred in the log", sum[1], 3);
    expect("bounced and blocked in the log", sum[2] + sum[3], 2);
}

} // namespace

CheckReport runCheck(Engine& engine, const std::filesystem::path& resources) {
    Check check{engine, {}};
    check.placement();
    check.domain();
    check.import(resources / "lab" / "mail.log");
    return std::move(check.report);
}

} // namespace waypost::app
