// What differs between two times, from the workspace; and a fresh look at what is watched.
#include "base/json.h"
#include "base/text.h"
#include "cli/domain.h"
#include "cli/network.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "dns/names.h"
#include "domain/gather.h"
#include "engine/inspection.h"
#include "engine/watching.h"
#include "store/dns_store.h"

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

constexpr size_t domainsAtOnce = 16;

struct Recheck {
    Globals& globals;
    Network& network;
    store::Workspace& workspace;
    domain::InspectOptions options;
    bool changedOnly = false;
};

Task<void> inspectInto(Recheck* r, std::string name, std::optional<domain::DomainReport>* into) {
    domain::InspectOptions options = r->options;
    auto known = r->workspace.read(
        [&](store::Database& db) { return engine::knownSelectors(db, name, r->network.clock.now()); });
    if (known) options.selectors = std::move(*known);
    auto inspecting = domain::inspect(r->network.resolver, std::move(name), std::move(options));
    *into = co_await inspecting;
}

Task<int> inspectAll(Recheck* r, std::vector<std::string> names,
                     std::vector<std::optional<domain::DomainReport>>* into) {
    std::vector<Task<void>> tasks;
    tasks.reserve(names.size());
    for (size_t i = 0; i < names.size(); ++i) tasks.push_back(inspectInto(r, names[i], &(*into)[i]));
    auto all = domain::gather(std::move(tasks), domainsAtOnce);
    co_await all;
    co_return 0;
}

void tell(const Recheck& r, const domain::DomainReport& report,
          const std::vector<domain::Difference>& differences) {
    engine::DomainDiff diff{report.domain, {}, report.at, {}};
    for (const domain::Difference& d : differences) diff.rows.push_back(engine::toRow(d));
    if (r.globals.json) {
        for (const auto& row : diff.rows) printLine(toJson(diff.name, row));
        return;
    }
    if (diff.rows.empty() && r.changedOnly) return;
    std::string out =
        fmt::format("{}  {}: {}\n", diff.name, formatUtc(report.at),
                    diff.rows.empty() ? "no difference" : text::counted(diff.rows.size(), "difference"));
    for (const auto& row : diff.rows) out += toText(row);
    out.pop_back(); // printLine ends the line
    printLine(out);
}

// Stores the report with its answers and tells what it changed.
void keepAndTell(const Recheck& r, const domain::DomainReport& report) {
    auto differences = r.workspace
                           .write([&](store::Database& db) -> Result<std::vector<domain::Difference>> {
                               for (const dns::Answer& a : report.evidence)
                                   if (a.transport != dns::Transport::Cache) store::dnsrecord::append(db, a);
                               return engine::storeInspection(db, engine::inspectionRow(report));
                           })
                           .get();
    if (!differences) return printRefused(r.globals, "domain", report.domain, differences.error());
    tell(r, report, *differences);
    if (engine::gotWorse(*differences)) raiseStatus(r.globals, 1);
    for (const domain::Finding& f : report.findings)
        if (f.id == "could-not-look") return raiseStatus(r.globals, 4);
}

void recheck(Globals& globals, bool changedOnly) {
    std::error_code ec;
    if (!std::filesystem::exists(workspaceFile(globals), ec)) {
        auto missing = openWorkspace(globals, false);
        return printError(globals, missing.error());
    }
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return printError(globals, workspace.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    auto suffixes =
        dns::PublicSuffixList::system(globals.paths.resources / "lists" / "public_suffix_list.dat");
    if (!suffixes) return printError(globals, suffixes.error());
    auto options = engine::inspectOptions(globals.paths.resources, (*network)->clock, *suffixes);
    if (!options) return printError(globals, options.error());
    auto watched = (*workspace)
                       ->write([](store::Database& db) {
                           engine::harvestSelectors(db);
                           return store::domains::all(db);
                       })
                       .get();
    if (!watched) return printError(globals, watched.error());
    Recheck r{globals, **network, **workspace, std::move(*options), changedOnly};
    for (size_t at = 0; at < watched->size(); at += domainsAtOnce) {
        std::vector<std::string> names;
        for (size_t i = at; i < watched->size() && i < at + domainsAtOnce; ++i)
            names.push_back((*watched)[i].name);
        std::vector<std::optional<domain::DomainReport>> reports(names.size());
        (*network)->run(inspectAll(&r, names, &reports));
        for (const auto& report : reports) keepAndTell(r, *report);
    }
}

} // namespace

void addDomainRecheck(CLI::App& group, Globals& globals) {
    auto* run = group.add_subcommand("recheck", "inspect all watched domains again and tell what changed");
    auto changedOnly = std::make_shared<bool>(false);
    run->add_flag("--changed-only", *changedOnly, "say nothing of a domain that did not change");
    run->footer(
        "For timers. The watched domains are those of the workspace; reports and answers are kept "
        "there.\nA lookup that failed is no change.\n\nExample:\n  waypost-cli domain recheck "
        "--changed-only\n\nExit status: 0 nothing got worse, 1 something got worse, 4 something could "
        "not be looked up.");
    run->callback([&globals, changedOnly] { recheck(globals, *changedOnly); });
}

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
                "--to now --json\n\nExit status: 0 compared, whether or not something differs; 2 a name "
                "was refused, or was not inspected by then.");
    run->callback([&globals, options] { diff(globals, *options); });
}

} // namespace waypost::cli
