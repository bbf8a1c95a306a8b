// Placement runs: preview, start, and what a screen shows of them.
#include "base/json.h"
#include "base/uuid.h"
#include "engine/run_message.h"
#include "engine/run_task.h"
#include "engine/seeds.h"
#include "placement/statistics.h"
#include "placement/token.h"
#include "store/transcript_store.h"

#include <fmt/format.h>

#include <map>

namespace waypost::engine {

namespace {

constexpr size_t previewBytes = 4096;
constexpr int runsShown = 200;

struct Prepared {
    RunPreview preview;
    std::vector<placement::Seed> seeds;
    std::optional<delivery::Route> route;
    RunMessage message;
};

std::string routeText(const delivery::Route& r) {
    if (r.kind == delivery::RouteKind::Mx)
        return fmt::format("directly to each domain's mail hosts, port {}", r.port);
    return fmt::format("through {} port {}{}", r.host, r.port,
                       r.user.empty() ? "" : ", signing in as " + r.user);
}

void countProviders(Prepared& p) {
    std::map<std::string, int> byProvider;
    for (const placement::Seed& s : p.seeds) {
        p.preview.recipients.push_back(s.address);
        ++byProvider[s.provider.empty() ? "unknown" : s.provider];
    }
    for (const auto& [provider, seeds] : byProvider) {
        p.preview.providers.push_back({provider, seeds});
        if (seeds < placement::fewSeeds)
            p.preview.notes.push_back(
                fmt::format("{}: {} seeds. Below {} the interval is wide; read the count, not the share.",
                            provider, seeds, placement::fewSeeds));
    }
}

Prepared prepare(Context& c, const RunSpec& spec) {
    Prepared out;
    SystemRandom random;
    std::vector<std::string>& problems = out.preview.problems;
    auto seeds = seedsOf(c, spec.seedListId);
    if (!seeds)
        problems.push_back(seeds.error().text);
    else
        for (placement::Seed& s : *seeds)
            if (s.enabled) out.seeds.push_back(std::move(s));
    if (seeds && out.seeds.empty()) problems.push_back("The seed list has no enabled seed.");
    auto route = findRoute(c, spec.route);
    if (route) {
        out.preview.routeText = routeText(*route);
        out.route = std::move(*route);
    } else {
        problems.push_back(route.error().text);
    }
    out.message = runMessage(spec, c.clock.now(), random);
    for (const std::string& p : out.message.problems) problems.push_back(p);
    if (spec.perSecond < 1 || spec.perSecond > 100)
        problems.push_back("The rate must be between 1 and 100 messages a second.");
    if (spec.waitMinutes < 1 || spec.waitMinutes > 1440)
        problems.push_back("The wait must be between 1 and 1440 minutes.");
    out.preview.envelopeFrom = out.message.sender;
    out.preview.messageHead = out.message.bytes.substr(0, previewBytes);
    out.preview.command = fmt::format(
        "waypost-cli placement run --seeds seeds.csv --message message.eml --route {}", spec.route);
    countProviders(out);
    return out;
}

placement::RunSpec placementSpec(Context& c, const RunSpec& spec, const Prepared& p, const std::string& runId,
                                 Random& random) {
    placement::RunSpec out;
    out.id = runId;
    out.name = spec.name;
    out.seeds = p.seeds;
    out.message = p.message.bytes;
    out.sender = p.message.sender;
    out.messageIdDomain = p.message.sender.substr(p.message.sender.rfind('@') + 1);
    out.token = placement::runToken(random);
    out.route = spec.route;
    out.waitMinutes = spec.waitMinutes;
    if (c.lab) {
        // The lab's receivers answer at once and its greylisting host waits for a second and a half.
        out.limits.retryDelay = Millis(2'000);
        out.limits.firstPoll = Millis(500);
        out.limits.slowestPoll = Millis(2'000);
    }
    return out;
}

} // namespace

Snapshot answer(Context& c, const PreviewRun& q) {
    return prepare(c, q.spec).preview;
}

Snapshot perform(Context& c, const StartRun& command) {
    Prepared p = prepare(c, command.spec);
    if (!p.preview.problems.empty())
        return Error(ErrorCode::InvalidArgument, "placement test", p.preview.problems.front());
    SystemRandom random;
    const std::string runId = uuid7(c.clock.now(), random);
    RunTask::Parts parts;
    parts.run = runId;
    parts.spec = placementSpec(c, command.spec, p, runId, random);
    parts.route = *p.route;
    parts.perSecond = command.spec.perSecond;
    store::RunRow row;
    row.id = runId;
    row.name = command.spec.name.empty() ? "Seed test" : command.spec.name;
    row.list = command.spec.seedListId;
    row.route = command.spec.route;
    row.token = parts.spec.token;
    row.state = "running";
    row.spec = json::line(json::object{{"wait_minutes", command.spec.waitMinutes},
                                       {"per_second", command.spec.perSecond},
                                       {"seeds", std::uint64_t(p.seeds.size())}});
    row.message = p.message.bytes;
    row.started = c.clock.now();
    auto stored =
        c.workspace->write([row](store::Database& db) { store::placement::insertRun(db, row); }).get();
    if (!stored) return stored.error();
    parts.job =
        c.jobs->begin("placement", fmt::format("Seed test \"{}\" to {} seeds", row.name, p.seeds.size()),
                      p.preview.command);
    c.activity(
        "placement.start", runId,
        fmt::format("Seed test \"{}\" to {} seeds {}.", row.name, p.seeds.size(), p.preview.routeText));
    c.changed("runs", runId);
    const std::string job = parts.job;
    c.loop.post([&c, parts = std::move(parts)]() mutable {
        std::make_shared<RunTask>(c, std::move(parts))->begin();
    });
    return Done{job};
}

namespace {

struct DetailOfSeed {
    std::string send, reply, problem, gmailCategory, token;
    int code = 0, attempts = 0;
};

DetailOfSeed readDetail(const std::string& text) {
    DetailOfSeed d;
    auto parsed = json::parse(text.empty() ? "{}" : text, "seed result");
    if (!parsed || !parsed->is_object()) return d;
    const json::object& o = parsed->get_object();
    d.send = json::text(o, "send");
    d.reply = json::text(o, "reply");
    d.problem = json::text(o, "problem");
    d.gmailCategory = json::text(o, "gmail_category");
    d.token = json::text(o, "token");
    d.code = int(json::number(o, "code"));
    d.attempts = int(json::number(o, "attempts"));
    return d;
}

// The stored row as the module's value, as far as verdicts and statistics need it.
placement::SeedResult toResult(const store::SeedResultRow& row) {
    placement::SeedResult r;
    r.seedId = row.seed;
    r.provider = row.provider;
    r.state = placement::seedStateFromName(row.state).value_or(placement::SeedState::Planned);
    r.send = placement::sendProgressFromName(readDetail(row.detail).send)
                 .value_or(placement::SendProgress::NotSent);
    r.latency = row.latency;
    return r;
}

reply::Outcome outcomeOfState(placement::SeedState s) {
    using S = placement::SeedState;
    switch (s) {
    case S::FoundInbox:
    case S::FoundCategory: return reply::Outcome::Accepted;
    case S::FoundJunk: return reply::Outcome::Bounced;
    case S::Deferred: return reply::Outcome::Deferred;
    case S::SendFailed: return reply::Outcome::Blocked;
    default: return reply::Outcome::Unknown;
    }
}

SeedRow toSeedRow(const store::SeedResultRow& row) {
    SeedRow out{row.seed, row.provider, row.state, row.folder, row.text, reply::Outcome::Unknown, -1};
    if (auto state = placement::seedStateFromName(row.state)) out.outcome = outcomeOfState(*state);
    if (row.latency) out.latencyMs = int(row.latency->count());
    return out;
}

ProviderRow toProviderRow(const std::string& provider, const placement::Counts& n,
                          const std::optional<placement::Share>& inbox,
                          const std::optional<Millis>& latency) {
    ProviderRow r;
    r.provider = provider;
    r.seeds = n.seeds;
    r.inbox = n.inbox;
    r.category = n.category;
    r.junk = n.junk;
    r.other = n.other;
    r.notFound = n.missing;
    r.waiting = n.waiting + n.uncertain;
    r.notSent = n.notSent;
    r.mailboxError = n.mailbox;
    r.judged = n.verdicts();
    if (inbox) {
        r.low = inbox->low;
        r.high = inbox->high;
    }
    if (latency) r.medianLatencyMs = int(latency->count());
    return r;
}

RunLine toLine(const store::RunRow& run, int seeds, int settled) {
    return {run.id, run.name, run.started, run.state, seeds, settled};
}

} // namespace

Snapshot answer(Context& c, const RunsQuery&) {
    return toSnapshot(c.workspace->read([](store::Database& db) {
        Runs out;
        for (const store::RunRow& run : store::placement::runs(db, runsShown)) {
            int settled = 0;
            auto results = store::placement::results(db, run.id);
            for (const auto& r : results) settled += placement::isFinal(toResult(r).state) ? 1 : 0;
            out.runs.push_back(toLine(run, int(results.size()), settled));
        }
        return out;
    }));
}

Snapshot answer(Context& c, const RunQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) -> Result<RunView> {
        auto run = store::placement::run(db, q.id);
        if (!run) return fail(ErrorCode::NotFound, "run", "There is no placement run with this id.");
        RunView out;
        std::vector<placement::SeedResult> results;
        int settled = 0;
        for (const store::SeedResultRow& row : store::placement::results(db, q.id)) {
            out.seeds.push_back(toSeedRow(row));
            results.push_back(toResult(row));
            settled += placement::isFinal(results.back().state) ? 1 : 0;
        }
        out.line = toLine(*run, int(results.size()), settled);
        for (const placement::ProviderCounts& p : placement::byProvider(results))
            out.providers.push_back(toProviderRow(p.provider, p.counts, p.inbox, p.medianLatency));
        const placement::Counts all = placement::count(results);
        out.providers.push_back(
            toProviderRow("all", all, placement::share(all.inbox, all.verdicts()), std::nullopt));
        out.canProve = placement::limitsOf(all);
        return out;
    }));
}

namespace {

void addTranscript(store::Database& db, const std::string& id, const std::string& title, SeedEvidence& out) {
    if (id.empty()) return;
    auto row = store::transcripts::find(db, id);
    if (row)
        out.raw.push_back({title, row->transcript.toText(), "", false});
    else
        out.raw.push_back({title, "", row.error().describe(), false});
}

Node node(std::string label, std::string value, int raw = -1) {
    Node n;
    n.label = std::move(label);
    n.value = std::move(value);
    n.raw = raw;
    return n;
}

// Each header field with its bytes; the raw document is the header block as fetched.
Node headerTree(const std::string& headers, int raw) {
    Node top = node("Headers as received", "", raw);
    size_t at = 0;
    while (at < headers.size()) {
        size_t end = headers.find('\n', at);
        while (end != std::string::npos && end + 1 < headers.size() &&
               (headers[end + 1] == ' ' || headers[end + 1] == '\t'))
            end = headers.find('\n', end + 1);
        const size_t stop = end == std::string::npos ? headers.size() : end + 1;
        const size_t colon = headers.find(':', at);
        if (colon != std::string::npos && colon < stop) {
            Node field = node(headers.substr(at, colon - at),
                              headers.substr(colon + 1, std::min<size_t>(stop - colon - 1, 300)), raw);
            field.start = int(at);
            field.length = int(stop - at);
            top.children.push_back(std::move(field));
        }
        at = stop;
    }
    return top;
}

} // namespace

Snapshot answer(Context& c, const SeedEvidenceQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) -> Result<SeedEvidence> {
        auto row = store::placement::result(db, q.run, q.seed);
        if (!row) return fail(ErrorCode::NotFound, "seed", "This seed has no result in this run.");
        SeedEvidence out;
        out.row = toSeedRow(*row);
        const DetailOfSeed d = readDetail(row->detail);
        Node sending = node("Sending", d.reply.empty() ? d.send : d.reply);
        sending.children.push_back(node("attempts", std::to_string(d.attempts)));
        sending.children.push_back(node("reply code", d.code == 0 ? "none" : std::to_string(d.code)));
        sending.children.push_back(node("category", row->category.empty() ? "none" : row->category));
        if (!row->smtpTranscript.empty()) sending.raw = 0;
        Node mailbox = node("Mailbox", row->text);
        mailbox.children.push_back(node("state", row->state));
        mailbox.children.push_back(node("folder", row->folder.empty() ? "none" : row->folder));
        if (!d.gmailCategory.empty()) mailbox.children.push_back(node("category", d.gmailCategory));
        mailbox.children.push_back(node("token", d.token));
        if (!d.problem.empty()) mailbox.children.push_back(node("problem", d.problem));
        addTranscript(db, row->smtpTranscript, "SMTP dialogue", out);
        if (!row->imapTranscript.empty()) mailbox.raw = int(out.raw.size());
        addTranscript(db, row->imapTranscript, "IMAP dialogue", out);
        out.tree = {std::move(sending), std::move(mailbox)};
        if (row->headers) {
            out.tree.push_back(headerTree(*row->headers, int(out.raw.size())));
            out.raw.push_back({"Headers as received", *row->headers, "", false});
        }
        return out;
    }));
}

} // namespace waypost::engine
