#include "metrics/stats.h"

#include "base/json.h"
#include "cli/globals.h"
#include "cli/workspace.h"
#include "common/filter.h"
#include "common/when.h"
#include "store/settings_store.h"

#include <CLI/CLI.hpp>

namespace waypost::cli {

namespace {

struct Options {
    std::string by = "provider,category", since, until, filter;
};

Result<metrics::StatsAsk> readAsk(const Options& o) {
    metrics::StatsAsk ask;
    SystemClock clock;
    auto keys = metrics::parseKeys(o.by);
    if (!keys) return fail(keys.error());
    ask.by = *keys;
    auto filter = app::parseFilter(o.filter, clock.now());
    if (!filter) return fail(filter.error());
    ask.filter = *filter;
    if (!o.since.empty()) {
        auto t = app::parseWhen(o.since, clock.now());
        if (!t) return fail(t.error());
        ask.range.since = *t;
    }
    if (!o.until.empty()) {
        auto t = app::parseWhen(o.until, clock.now());
        if (!t) return fail(t.error());
        ask.range.until = *t;
    }
    if (ask.range.since > ask.range.until)
        return fail(ErrorCode::InvalidArgument, "--since", "The range ends before it begins.");
    return ask;
}

void stats(Globals& globals, const Options& o) {
    auto ask = readAsk(o);
    if (!ask) return printError(globals, ask.error());
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto rows = (*workspace)->read([&](store::Database& db) -> Result<std::vector<metrics::StatRow>> {
        auto windows = metrics::parseValueWindows(store::settings::text(db, "metrics.value_windows"));
        if (!windows) return fail(windows.error());
        ask->windows = *windows;
        return metrics::statsBy(db, *ask);
    });
    if (!rows) return printError(globals, rows.error());
    if (!globals.json) return printLine(metrics::toTable(*rows, ask->by));
    for (const metrics::StatRow& row : *rows) printLine(json::line(metrics::toJson(row, ask->by)));
}

} // namespace

void addStats(CLI::App& app, Globals& globals) {
    auto* run = app.add_subcommand("stats", "count what is stored, by any of its dimensions");
    auto options = std::make_shared<Options>();
    run->add_option(
           "--by", options->by,
           "provider, category, outcome, domain, stream, ip, template, source, kind, hour, day; up to four")
        ->type_name("KEYS")
        ->capture_default_str();
    run->add_option("--since", options->since, "from this time on")->type_name("T");
    run->add_option("--until", options->until, "before this time")->type_name("T");
    run->add_option("--filter", options->filter, "such as 'provider:gmail outcome:{deferred,blocked}'")
        ->type_name("F");
    run->footer("Times are UTC: now, now-24h, today, 2026-05-01, 2026-05-01T10:00Z.\n\nExample:\n  "
                "waypost-cli stats --by provider,category --since now-24h --until now --json");
    run->callback([&globals, options] { stats(globals, *options); });
}

} // namespace waypost::cli
