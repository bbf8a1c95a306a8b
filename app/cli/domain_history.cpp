// What differs between two times, from the workspace.
#include "base/json.h"
#include "base/text.h"
#include "cli/domain.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "dns/names.h"
#include "engine/inspection.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct DiffOptions {
    std::vector<std::string> names;
    std::string from, to = "now";
};

std::string toJson(const std::string& domain, const engine::DomainDiffRow& row) {
    json::object o;
    o["domain"] = json::foreign(domain);
    o["kind"] = row.kind;
    o["what"] = json::foreign(row.what);
    o["before"] = row.before.empty() ? json::value(nullptr) : json::foreign(row.before);
    o["after"] = row.after.empty() ? json::value(nullptr) : json::foreign(row.after);
    o["changed_at"] = formatUtc(row.changedAt);
    o["trend"] = row.trend.empty() ? json::value(nullptr) : json::value(row.trend);
    return json::line(o);
}

std::string indented(std::string_view sign, const std::string& text) {
    std::string out;
    for (const std::string_view line : text::split(text, '\n'))
        if (!line.empty()) out += fmt::format("      {} {}\n", sign, text::printable(line));
    return out;
}

std::string toText(const engine::DomainDiffRow& row) {
    return fmt::format("  {:<8} {}{}  since {}\n{}{}", row.kind, text::printable(row.what),
                       row.trend.empty() ? "" : " (" + row.trend + ")", formatUtc(row.changedAt),
                       indented("-", row.before), indented("+", row.after));
}

void printRows(const Globals& globals, const engine::DomainDiff& diff) {
    if (globals.json) {
        for (const auto& row : diff.rows) printLine(toJson(diff.name, row));
        return;
    }
    std::string out =
        fmt::format("{}  {} to {}: {}\n", diff.name, formatUtc(diff.from), formatUtc(diff.to),
                    diff.rows.empty() ? "no difference" : text::counted(diff.rows.size(), "difference"));
    for (const auto& row : diff.rows) out += toText(row);
    out.pop_back(); // printLine ends the line
    printLine(out);
}

void diff(Globals& globals, const DiffOptions& o) {
    const SystemClock clock;
    auto from = app::parseWhen(o.from, clock.now());
    if (!from) return printError(globals, from.error());
    auto to = app::parseWhen(o.to, clock.now());
    if (!to) return printError(globals, to.error());
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    for (const std::string& name : o.names) {
        auto ascii = dns::toAscii(name);
        if (!ascii) {
            printRefused(globals, "domain", name, ascii.error());
            continue;
        }
        auto found = (*workspace)->read([&](store::Database& db) {
            return engine::domainDiff(db, {dns::normalName(*ascii), *from, *to});
        });
        if (found)
            printRows(globals, *found);
        else
            printRefused(globals, "domain", name, found.error());
    }
}

} // namespace

void addDomainHistory(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("diff", "what changed between two times: records, findings, verdicts");
    auto options = std::make_shared<DiffOptions>();
    run->add_option("NAME", options->names, "domains that were inspected into the workspace")->required();
    run->add_option("--from", options->from, "the newest inspection at or before this time")
        ->type_name("TIME")
        ->required();
    run->add_option("--to", options->to, "the newest inspection at or before this time; default now")
        ->type_name("TIME");
    run->footer("A lookup that failed is no change. Times: now, now-24h, today, yesterday, 2026-05-01, "
                "2026-05-01T10:00Z.\n\nExample:\n  waypost-cli domain diff example.org --from 2026-05-01 "
                "--to now --json\n\nExit status: 0 compared, whether or not something differs; 1 there is no "
                "inspection to compare, 2 refused input.");
    run->callback([&globals, options] { diff(globals, *options); });
}

} // namespace waypost::cli
