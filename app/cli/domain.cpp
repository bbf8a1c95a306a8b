#include "cli/domain.h"

#include "base/text.h"
#include "cli/inspect_sweep.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "dns/names.h"
#include "domain/network_prober.h"
#include "engine/inspection.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <fstream>

namespace waypost::cli {

namespace {

struct Options {
    std::vector<std::string> names, selectors;
    std::string asOf, batch;
    bool dnsOnly = false, probeBatch = false, trustAd = false;
    domain::ProbeOptions probe;
    std::string bimiSelector = "default", markRoots;
};

constexpr std::streamsize maxRoots = 4 * 1024 * 1024;

Result<std::string> readPem(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string pem(size_t(maxRoots), '\0');
    in.read(pem.data(), maxRoots);
    pem.resize(size_t(in.gcount()));
    if (!pem.contains("-----BEGIN CERTIFICATE-----"))
        return fail(ErrorCode::InvalidArgument, "certificates",
                    "\"" + file + "\" cannot be read as PEM certificates.");
    return pem;
}

// The word of a validating resolver counts when nobody stands between it and us (RFC 6698 section A.3).
bool onThisMachine(const std::vector<net::Endpoint>& servers) {
    return !servers.empty() &&
           std::all_of(servers.begin(), servers.end(), [](const auto& s) { return s.ip.isLoopback(); });
}

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

std::string tlsText(const domain::MxHost& h) {
    if (!h.probe.tls || !h.probe.tls->established)
        return fmt::format("STARTTLS {}", smtp::tlsStateName(h.probe.tlsState));
    return fmt::format("{}, certificate {}", h.probe.tls->protocol,
                       net::certificateVerdictName(h.probe.tls->verdict));
}

std::string stsText(const domain::StsPolicyArea& a) {
    if (!a.policy) return a.reason;
    if (!a.policy->valid()) return "policy not valid: " + a.policy->problems.front();
    return fmt::format("mode {}, mx {}", auth::stsModeName(*a.policy->mode), text::join(a.policy->mx, ", "));
}

std::string daneText(const domain::DaneArea& a) {
    std::string out;
    for (const domain::DaneHost& h : a.hosts)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", h.host,
                           h.records.empty() ? "no TLSA"
                           : !h.secure       ? "not usable"
                           : h.match         ? auth::daneVerdictName(h.match->verdict)
                                             : std::string_view("not compared"));
    return out;
}

std::string zoneText(const domain::ZoneArea& a) {
    return fmt::format("{}, {}", text::counted(a.nameServers.size(), "name server"),
                       a.direct.state == domain::AreaState::Checked ? "all answer directly"
                                                                    : a.direct.reason);
}

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
    for (const domain::MxHost& h : r.mx.hosts)
        if (h.tls.state != domain::AreaState::NotChecked)
            out += areaLine("", h.tls, h.host + ": " + tlsText(h));
    out += areaLine("MTA-STS", r.mtaSts, records(r.mtaSts));
    if (r.mtaSts.policy.state != domain::AreaState::NotChecked)
        out += areaLine("", r.mtaSts.policy, stsText(r.mtaSts.policy));
    out += areaLine("TLS-RPT", r.tlsRpt, records(r.tlsRpt));
    out += areaLine("BIMI", r.bimi, records(r.bimi));
    out += areaLine("DANE", r.dane, daneText(r.dane));
    out += areaLine("Zone", r.zone, zoneText(r.zone));
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
    options->bimiSelector = o.bimiSelector;
    auto servers = resolverServers(globals);
    options->trustAd = o.trustAd || (servers && onThisMachine(*servers));
    if (!o.probe.caFile.empty())
        if (auto pem = readPem(o.probe.caFile); !pem) return printError(globals, pem.error());
    if (!o.markRoots.empty()) {
        auto pem = readPem(o.markRoots);
        if (!pem) return printError(globals, pem.error());
        options->markRootsPem = std::move(*pem);
    }
    if (!o.asOf.empty()) return inspectAsOf(globals, o, *options);
    SweepInput input{std::move(o.names), std::move(o.batch), {}};
    // A list may be long: it is held against DNS alone unless more was asked for.
    if (!o.dnsOnly && (input.batch.empty() || o.probeBatch)) input.probe = std::move(o.probe);
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
    run->add_flag("--dns-only", options->dnsOnly, "ask DNS and nothing else");
    run->add_flag("--probe", options->probeBatch, "with --batch: not DNS alone, as it is for single names");
    run->add_flag("--trust-ad", options->trustAd,
                  "the resolver validates DNSSEC and the way to it is safe; assumed of one on this machine");
    run->add_option("--ca-file", options->probe.caFile,
                    "PEM file of trusted authorities, instead of the system's")
        ->type_name("FILE");
    run->add_option("--mark-roots", options->markRoots,
                    "PEM file of the authorities of mark certificates (BIMI)")
        ->type_name("FILE");
    run->add_option("--bimi-selector", options->bimiSelector, "BIMI selector instead of \"default\"")
        ->type_name("S");
    run->add_option("--helo", options->probe.heloName, "name to greet mail exchangers with")
        ->type_name("NAME");
    run->add_option("--https-port", options->probe.httpsPort, "port of policy and logo hosts instead of 443")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65535));
    run->add_option("--smtp-port", options->probe.smtpPort, "port of mail exchangers instead of 25")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65535));
    run->add_option("--ns-port", options->probe.dnsPort, "port of authoritative servers instead of 53")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65535));
    run->add_option("--as-of", options->asOf,
                    "judge the answers stored in the workspace as of this time; nothing is asked")
        ->type_name("TIME");
    run->footer(
        "Beside DNS, the MTA-STS policy and the BIMI files are fetched, each mail exchanger is greeted and "
        "asked\n"
        "for TLS (no mail is named), and each name server is asked directly; --dns-only leaves that out.\n"
        "With --workspace the answers and the report are kept there. Many domains are looked at side by "
        "side;\n"
        "results come in the order of the names.\n\n"
        "Examples:\n  waypost-cli domain inspect example.org --selector s2026 --json\n"
        "  waypost-cli domain inspect --batch domains.txt --json\n\n"
        "Exit status: 0 looked at everything, 2 a name was refused, 4 something could not be looked up.");
    run->callback([&globals, options] { inspect(globals, *options); });
    addDomainHistory(*group, globals);
    addDomainRecheck(*group, globals);
    addDomainRequirements(*group, globals);
}

} // namespace waypost::cli
