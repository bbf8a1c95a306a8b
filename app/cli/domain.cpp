#include "base/text.h"
#include "cli/globals.h"
#include "cli/network.h"
#include "cli/workspace.h"
#include "dns/names.h"
#include "domain/inspect.h"
#include "store/dns_store.h"
#include "store/domain_store.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Options {
    std::vector<std::string> names, selectors;
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

std::string toText(const domain::DomainReport& r) {
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

Result<void> keep(const Globals& globals, const Network& network, const domain::DomainReport& report) {
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return fail(workspace.error());
    store::InspectionRow row;
    row.domain = report.domain;
    row.at = report.at;
    row.report = domain::toJson(report);
    for (const domain::Finding& f : report.findings) {
        row.errors += f.severity == domain::Severity::Error ? 1 : 0;
        row.warnings += f.severity == domain::Severity::Warning ? 1 : 0;
        row.couldNotLook = row.couldNotLook || f.id == "could-not-look";
        row.findings.push_back({f.id, std::string(domain::severityName(f.severity)), f.subject});
    }
    return (*workspace)
        ->write([&](store::Database& db) -> Result<void> {
            for (const dns::Answer& a : network.answers) store::dnsrecord::append(db, a);
            store::domains::append(db, row);
            return {};
        })
        .get();
}

void inspectOne(Globals& globals, const std::string& name, const domain::InspectOptions& base) {
    auto ascii = dns::toAscii(name);
    if (ascii && !dns::isHostName(*ascii, true))
        ascii = fail(ErrorCode::InvalidArgument, name, "\"" + name + "\" is not a domain name.");
    if (!ascii) return printRefused(globals, "domain", name, ascii.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    domain::InspectOptions options = base;
    options.clock = &(*network)->clock;
    const domain::DomainReport report =
        (*network)->run(domain::inspect((*network)->resolver, *ascii, options));
    printLine(globals.json ? domain::toJson(report) : toText(report));
    bool couldNotLook = false;
    for (const domain::Finding& f : report.findings) couldNotLook = couldNotLook || f.id == "could-not-look";
    if (couldNotLook) raiseStatus(globals, 4);
    if (globals.workspace.empty()) return;
    if (auto kept = keep(globals, **network, report); !kept) printError(globals, kept.error());
}

void inspect(Globals& globals, const Options& o) {
    domain::InspectOptions options;
    auto catalogue = domain::FindingCatalogue::load(globals.paths.resources / "rules" / "findings.json");
    if (!catalogue) return printError(globals, catalogue.error());
    auto guesses = domain::loadSelectorList(globals.paths.resources / "lists" / "dkim-selectors.json");
    if (!guesses) return printError(globals, guesses.error());
    auto suffixes = dns::PublicSuffixList::system();
    if (!suffixes) return printError(globals, suffixes.error());
    options.catalogue = *catalogue;
    options.publicSuffixes = *suffixes;
    options.guessedSelectors = *guesses;
    options.selectors = o.selectors;
    for (const std::string& name : o.names) inspectOne(globals, name, options);
}

} // namespace

void addDomain(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("domain", "DNS authentication of a domain, as a receiver sees it");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli domain inspect example.org example.net --json");
    auto* run =
        group->add_subcommand("inspect", "look at SPF, DKIM, DMARC, MX, PTR and the policies around them");
    auto options = std::make_shared<Options>();
    run->add_option("NAME", options->names, "domains")->required();
    run->add_option("--selector", options->selectors, "DKIM selector known to be in use; repeatable")
        ->type_name("S")
        ->allow_extra_args(false);
    run->footer(
        "With --workspace the answers and the report are kept there.\n\nExample:\n  waypost-cli domain "
        "inspect example.org --selector s2026 --json\n\n"
        "Exit status: 0 looked at everything, 2 a name was refused, 4 something could not be looked up.");
    run->callback([&globals, options] { inspect(globals, *options); });
}

} // namespace waypost::cli
