#include "cli/domain.h"

#include "base/text.h"
#include "cli/inspect_sweep.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "dns/names.h"
#include "engine/inspection.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Options {
    std::vector<std::string> names, selectors;
    std::string asOf, batch;
};

std::string areaLine(const char* title, const domain::Area& a, std::string text) {
    if (a.state == domain::AreaState::CouldNotLook) text = "could not look: " + a.reason;
    if (a.state == domain::AreaState::NotChecked) text = "not checked: " + a.reason;
    return fmt::format("  {:<8} {}\n", title, text::printable(text));
}

std::string records(const domain::PolicyRecordArea& a) {
    return a.records.empty()      ? "no record"
           : a.records.size() > 1 ? fmt::format("{} records", a.records.size())
                                  : a.records.front();
}

} // namespace

std::string reportText(const domain::DomainReport& r) {
    std::string out = fmt::format("{}  {}\n", r.domain, formatUtc(r.at));
    const auto* spf = r.spf.root();
    out += areaLine("SPF", r.spf,
                    spf && spf->record ? fmt::format("{} of 10 lookups: {}", spf->cost, spf->record->text)
                                       : "no record");
    out += areaLine("DKIM", r.dkim,
                    fmt::format("{} selectors with an answer, {} common ones tried", r.dkim.selectors.size(),
                                r.dkim.guessesTried));
    const auto* dmarc = r.dmarc.discovery.record();
    out += areaLine("DMARC", r.dmarc, dmarc ? dmarc->text : "no record");
    std::string hosts;
    for (const domain::MxHost& h : r.mx.hosts)
        hosts += fmt::format("{}{} {}", hosts.empty() ? "" : ", ", h.preference, h.host);
    out += areaLine("MX", r.mx, r.mx.nullMx ? "null MX: takes no mail" : hosts.empty() ? "no host" : hosts);
    out += areaLine("PTR", r.ptr, fmt::format("{} addresses looked at", r.ptr.addresses.size()));
    out += areaLine("MTA-STS", r.mtaSts, records(r.mtaSts));
    out += areaLine("TLS-RPT", r.tlsRpt, records(r.tlsRpt));
    out += areaLine("BIMI", r.bimi, records(r.bimi));
    out += areaLine("DANE", r.dane, fmt::format("{} hosts looked at", r.dane.hosts.size()));
    out += "\n";
    for (const domain::Finding& f : r.findings)
        out += fmt::format("  {:<8} {:<22} {}\n", domain::severityName(f.severity), f.id,
                           text::printable(f.seen));
    return out;
}

Result<std::string> inspectableName(const std::string& name) {
    auto ascii = dns::toAscii(name);
    if (ascii && !dns::isHostName(*ascii, true))
        return fail(ErrorCode::InvalidArgument, name, "\"" + name + "\" is not a domain name.");
    return ascii;
}

void printReport(Globals& globals, const domain::DomainReport& report) {
    printLine(globals.json ? domain::toJson(report) : reportText(report));
    for (const domain::Finding& f : report.findings)
        if (f.id == "could-not-look") return raiseStatus(globals, 4);
}

namespace {

// Nothing is asked: the answers are those the workspace holds.
void inspectAsOf(Globals& globals, const Options& o, const domain::InspectOptions& options) {
    const SystemClock clock;
    auto at = app::parseWhen(o.asOf, clock.now());
    if (!at) return printError(globals, at.error());
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    for (const std::string& name : o.names) {
        auto ascii = inspectableName(name);
        if (!ascii) {
            printRefused(globals, "domain", name, ascii.error());
            continue;
        }
        auto report = (*workspace)->read([&](store::Database& db) {
            return engine::judgedAsOf(db, *ascii, *at, options);
        });
        if (report)
            printReport(globals, *report);
        else
            printRefused(globals, "domain", name, report.error());
    }
}

void inspect(Globals& globals, Options o) {
    const bool standard = std::erase(o.names, "-") > 0;
    if (standard && o.batch.empty()) o.batch = "-";
    if (o.names.empty() && (o.batch.empty() || !o.asOf.empty())) throw CLI::RequiredError("NAME");
    const SystemClock clock;
    auto suffixes =
        dns::PublicSuffixList::system(globals.paths.resources / "lists" / "public_suffix_list.dat");
    if (!suffixes) return printError(globals, suffixes.error());
    auto options = engine::inspectOptions(globals.paths.resources, clock, *suffixes);
    if (!options) return printError(globals, options.error());
    options->selectors = o.selectors;
    if (!o.asOf.empty()) return inspectAsOf(globals, o, *options);
    const SweepInput input{std::move(o.names), std::move(o.batch)};
    if (auto swept = sweep(globals, input, std::move(*options)); !swept) printError(globals, swept.error());
}

} // namespace

void addDomain(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("domain", "DNS authentication of a domain, as a receiver sees it");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli domain inspect example.org example.net --json");
    auto* run =
        group->add_subcommand("inspect", "look at SPF, DKIM, DMARC, MX, PTR and the policies around them");
    auto options = std::make_shared<Options>();
    run->add_option("NAME", options->names, "domains; - reads one a line from standard input");
    run->add_option("--batch", options->batch, "domains, one a line, after those named; - is standard input")
        ->type_name("FILE");
    run->add_option("--selector", options->selectors, "DKIM selector known to be in use; repeatable")
        ->type_name("S")
        ->allow_extra_args(false);
    run->add_option("--as-of", options->asOf,
                    "judge the answers stored in the workspace as of this time; nothing is asked")
        ->type_name("TIME");
    run->footer(
        "With --workspace the answers and the report are kept there. Many domains are looked at side by "
        "side;\n"
        "results come in the order of the names.\n\n"
        "Examples:\n  waypost-cli domain inspect example.org --selector s2026 --json\n"
        "  waypost-cli domain inspect --batch domains.txt --json\n\n"
        "Exit status: 0 looked at everything, 2 a name was refused, 4 something could not be looked up.");
    run->callback([&globals, options] { inspect(globals, *options); });
    addDomainHistory(*group, globals);
}

} // namespace waypost::cli
