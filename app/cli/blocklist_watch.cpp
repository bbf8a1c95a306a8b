// `blocklist watch`, `sweep`, `history`, `impact`: over the workspace.
#include "base/text.h"
#include "cli/blocklist_group.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "engine/listings.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

using engine::KeptLook;

json::value orNull(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::foreign(text);
}

json::value timeOrNull(UtcTime t) {
    return t.ms == 0 ? json::value(nullptr) : json::value(formatUtc(t));
}

json::array textsOf(const std::vector<std::string>& texts) {
    json::array out;
    for (const std::string& t : texts) out.push_back(json::foreign(t));
    return out;
}

// --- watch

struct WatchOptions {
    std::vector<std::string> targets, remove;
    std::string role;
    bool ours = false;
};

Result<void> changeWatched(store::Workspace& workspace, const WatchOptions& o) {
    return workspace
        .write([&o](store::Database& db) -> Result<void> {
            const UtcTime now = SystemClock().now();
            store::Transaction whole(db);
            for (const std::string& given : o.targets)
                if (auto added = engine::watchTargets(db, given, o.role, now); !added)
                    return fail(added.error());
            for (const std::string& given : o.remove)
                if (store::lists::unwatch(db, given) == 0)
                    return fail(ErrorCode::NotFound, "watch", "\"" + given + "\" is not watched.");
            if (o.ours) engine::watchOurs(db, now);
            whole.commit();
            return {};
        })
        .get();
}

void watch(Globals& globals, const WatchOptions& o) {
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return printError(globals, workspace.error());
    if (!o.targets.empty() || !o.remove.empty() || o.ours)
        if (auto done = changeWatched(**workspace, o); !done) return printError(globals, done.error());
    auto rows = (*workspace)->read([](store::Database& db) { return store::lists::targets(db); });
    if (!rows) return printError(globals, rows.error());
    std::vector<std::vector<std::string>> table;
    for (const store::ListTargetRow& r : *rows) {
        if (globals.json)
            printLine(json::line(json::object{{"target", json::foreign(r.target)},
                                              {"kind", r.kind},
                                              {"role", json::foreign(r.role)},
                                              {"origin", json::foreign(r.origin)},
                                              {"added", formatUtc(r.added)}}));
        else
            table.push_back({r.target, r.kind, r.role, r.origin});
    }
    if (!globals.json) printLine(app::table({{"TARGET"}, {"KIND"}, {"ROLE"}, {"ORIGIN"}}, table));
}

// --- sweep

struct SweepCommand {
    ListOptions lists;
    std::vector<std::string> targets;
    bool again = false, changedOnly = false;
};

void printChange(const Globals& globals, const store::ListChangeRow& r) {
    if (globals.json)
        printLine(json::line(json::object{{"at", formatUtc(r.at)},
                                          {"change", r.change},
                                          {"target", orNull(r.target)},
                                          {"list", r.list},
                                          {"answer", orNull(r.answer)},
                                          {"meaning", orNull(r.meaning)}}));
    else
        printLine(text::printable(
            fmt::format("{} {:<9} {} {} {}", formatUtc(r.at), r.change, r.target, r.list, r.meaning)));
}

// Looks are kept in batches, so that what was learned stays when the program is stopped.
class Keeper {
  public:
    explicit Keeper(store::Workspace& workspace) : workspace_(workspace) {}

    void take(KeptLook look) {
        constexpr size_t batch = 256;
        looks_.push_back(std::move(look));
        if (looks_.size() >= batch) flush({});
    }
    void take(store::ListHealthRow row) { health_.push_back(std::move(row)); }

    void flush(const std::map<std::string, std::int64_t>& questions) {
        auto kept = workspace_
                        .write([&](store::Database& db) {
                            for (const auto& row : health_) store::lists::keepHealth(db, row);
                            for (const auto& look : looks_) engine::keepLook(db, look);
                            const UtcTime now = SystemClock().now();
                            for (const auto& [list, count] : questions)
                                store::lists::addQuestions(db, list, now, count);
                        })
                        .get();
        if (!kept && result_) result_ = fail(kept.error());
        looks_.clear();
        health_.clear();
    }
    [[nodiscard]] const Result<void>& result() const { return result_; }

  private:
    store::Workspace& workspace_;
    std::vector<KeptLook> looks_;
    std::vector<store::ListHealthRow> health_;
    Result<void> result_;
};

Result<void> sweepInto(const Globals& globals, const SweepCommand& o, store::Workspace& workspace) {
    auto catalogue = openCatalogue(globals, o.lists.catalogue);
    if (!catalogue) return fail(catalogue.error());
    const UtcTime now = SystemClock().now();
    auto due = workspace.read([&](store::Database& db) {
        return engine::duePlan(db, **catalogue, {o.targets, o.lists.lists, o.again}, now);
    });
    if (!due) return fail(due.error());
    if (due->plan.targets.empty())
        return fail(ErrorCode::NotFound, "sweep",
                    "Nothing is watched: add targets with \"blocklist watch\" first.");
    Keeper keeper(workspace);
    reputation::SweepEvents events;
    events.cell = [&](reputation::Cell cell) { keeper.take(engine::lookOf(due->plan, std::move(cell))); };
    events.health = [&](const reputation::List& list, const reputation::HealthReport& report) {
        keeper.take(engine::healthRow(list, report));
    };
    auto counts = runSweep(globals, o.lists, due->plan, engine::sweepOptions(*due), std::move(events));
    keeper.flush(counts ? counts->byList : std::map<std::string, std::int64_t>{});
    if (!counts) return fail(counts.error());
    return keeper.result();
}

void sweep(Globals& globals, const SweepCommand& o) {
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return printError(globals, workspace.error());
    const UtcTime before = SystemClock().now();
    if (auto swept = sweepInto(globals, o, **workspace); !swept) return printError(globals, swept.error());
    struct After {
        std::vector<store::ListChangeRow> changes;
        int cells = 0, confirmed = 0, unknown = 0;
    };
    auto after = (*workspace)->read([before](store::Database& db) {
        constexpr int most = 10'000;
        After out{store::lists::changes(db, before, most), 0, 0, 0};
        for (const store::ListCellRow& c : store::lists::cells(db)) {
            ++out.cells;
            out.confirmed += c.confirmed;
            out.unknown += c.status == "error" || c.status == "refused";
        }
        return out;
    });
    if (!after) return printError(globals, after.error());
    bool worse = false;
    for (const store::ListChangeRow& r : after->changes) {
        worse = worse || r.change == "raised";
        printChange(globals, r);
    }
    if (!globals.json && !o.changedOnly)
        printLine(fmt::format("{}, {} listed (seen twice), {} without a usable answer",
                              text::counted(size_t(after->cells), "cell"), after->confirmed, after->unknown));
    if (worse) raiseStatus(globals, 1);
}

// --- history

struct HistoryOptions {
    std::string target, list, from = "now-720h", to = "now";
};

void history(Globals& globals, const HistoryOptions& o) {
    const UtcTime now = SystemClock().now();
    auto from = app::parseWhen(o.from, now);
    if (!from) return printError(globals, from.error());
    auto to = app::parseWhen(o.to, now);
    if (!to) return printError(globals, to.error());
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    std::string list = o.list;
    if (auto catalogue = openCatalogue(globals, {}); catalogue && !list.empty())
        if (const auto* known = (*catalogue)->find(list)) list = known->id;
    auto found = (*workspace)->read([&](store::Database& db) {
        return engine::blocklistHistory(db, {o.target, list, *from, *to});
    });
    if (!found) return printError(globals, found.error());
    for (const engine::HistoryStrip& strip : found->strips)
        for (const engine::ListingPeriod& p : strip.periods) {
            const double hours = double((p.lastSeen - p.firstSeen).count()) / 3'600'000.0;
            if (globals.json)
                printLine(json::line(json::object{{"target", json::foreign(strip.target)},
                                                  {"list", strip.list},
                                                  {"status", engine::cellStateName(p.state)},
                                                  {"answer", orNull(p.answer)},
                                                  {"meaning", orNull(p.meaning)},
                                                  {"first_seen", formatUtc(p.firstSeen)},
                                                  {"last_seen", formatUtc(p.lastSeen)},
                                                  {"hours", hours},
                                                  {"looks", p.looks}}));
            else
                printLine(fmt::format(
                    "{} {:<16} {:<14} {} to {}, {:.1f} h, {} {}", text::printable(strip.target), strip.list,
                    engine::cellStateName(p.state), formatUtc(p.firstSeen), formatUtc(p.lastSeen), hours,
                    text::counted(size_t(p.looks), "look"), p.answer));
        }
}

// --- impact

void impact(Globals& globals, const std::string& since, const std::string& catalogueFile) {
    const UtcTime now = SystemClock().now();
    auto from = app::parseWhen(since, now);
    if (!from) return printError(globals, from.error());
    auto catalogue = openCatalogue(globals, catalogueFile);
    if (!catalogue) return printError(globals, catalogue.error());
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto found = (*workspace)->read([&](store::Database& db) {
        return engine::blocklistImpact(db, *catalogue, *from, {now.ms + 1});
    });
    if (!found) return printError(globals, found.error());
    std::vector<std::vector<std::string>> table;
    for (const engine::ListImpact& i : found->lists) {
        if (globals.json)
            printLine(json::line(json::object{{"list", i.list},
                                              {"name", json::foreign(i.name)},
                                              {"messages", i.messages},
                                              {"providers", textsOf(i.providers)},
                                              {"targets", textsOf(i.targets)},
                                              {"listed_by_us", i.listedByUs},
                                              {"sample", orNull(i.sample)},
                                              {"first_seen", timeOrNull(i.firstSeen)},
                                              {"last_seen", timeOrNull(i.lastSeen)}}));
        else
            table.push_back({i.list, fmt::format("{}", i.messages), text::join(i.providers, ", "),
                             i.listedByUs ? "yes" : "no", text::printable(i.sample)});
    }
    if (!globals.json)
        printLine(app::table({{"LIST"}, {"REPLIES", true}, {"RECEIVERS"}, {"OURS SAYS LISTED"}, {"SUCH AS"}},
                             table));
}

void addWatch(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("watch", "say what is watched, or change it");
    auto options = std::make_shared<WatchOptions>();
    run->add_option("TARGET", options->targets, "addresses, ranges, domains to add");
    run->add_option("--remove", options->remove, "watch it no more; a range goes as it was given; repeatable")
        ->type_name("TARGET")
        ->allow_extra_args(false);
    run->add_option("--role", options->role, "what it is: ip, helo, ptr, envelope, from, dkim, link")
        ->type_name("ROLE");
    run->add_flag("--ours", options->ours,
                  "add addresses that sent mail of the workspace, and watched domains");
    run->footer("Example:\n  waypost-cli blocklist watch 203.0.113.0/28 mail.example.org --role helo");
    run->callback([&globals, options] { watch(globals, *options); });
}

void addSweep(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("sweep", "look up all that is watched, keep it, say what changed");
    auto options = std::make_shared<SweepCommand>();
    run->add_option("TARGET", options->targets, "only these");
    run->add_flag("--again", options->again, "also what was looked up just now and still holds");
    run->add_flag("--changed-only", options->changedOnly, "say nothing when nothing changed");
    addListOptions(*run, options->lists);
    run->footer(
        "A listing is raised when it was seen twice in a row, and cleared when it was missed twice. A "
        "sweep that\nwas stopped goes on where it was.\n\nExample:\n"
        "  waypost-cli blocklist sweep --changed-only --json\n\n"
        "Exit status: 0 nothing new, 1 a listing was raised.");
    run->callback([&globals, options] { sweep(globals, *options); });
}

} // namespace

void addBlocklistWatch(CLI::App& group, Globals& globals) {
    addWatch(group, globals);
    addSweep(group, globals);
    auto* past = group.add_subcommand("history", "what was seen, as stretches of time");
    auto options = std::make_shared<HistoryOptions>();
    past->add_option("TARGET", options->target, "only this one");
    past->add_option("--list", options->list, "only this list")->type_name("ZONE");
    past->add_option("--from", options->from, "first time; default now-720h")->type_name("TIME");
    past->add_option("--to", options->to, "last time; default now")->type_name("TIME");
    past->footer("Example:\n  waypost-cli blocklist history 203.0.113.7 --from 2026-05-01 --json");
    past->callback([&globals, options] { history(globals, *options); });
    auto* cost = group.add_subcommand("impact", "lists by the replies that quote them");
    auto since = std::make_shared<std::string>("now-24h");
    auto catalogue = std::make_shared<std::string>();
    cost->add_option("--since", *since, "from this time on; default now-24h")->type_name("TIME");
    cost->add_option("--catalogue", *catalogue, "your own lists")->type_name("FILE");
    cost->footer(
        "A receiver that quotes a list saw us on it, also when our own question says clean.\n\nExample:\n"
        "  waypost-cli blocklist impact --since now-168h --json");
    cost->callback([&globals, since, catalogue] { impact(globals, *since, *catalogue); });
}

} // namespace waypost::cli
