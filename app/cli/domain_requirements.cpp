// What providers ask of senders, held against a domain as it is now.
#include "base/json.h"
#include "base/text.h"
#include "cli/domain.h"
#include "cli/network.h"
#include "cli/workspace.h"
#include "dns/names.h"
#include "domain/requirements.h"
#include "engine/inspection.h"
#include "engine/sender_evidence.h"
#include "engine/watching.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Options {
    std::vector<std::string> names, selectors, ips;
};

struct Shared {
    std::shared_ptr<const domain::RequirementCatalogue> catalogue;
    domain::InspectOptions inspect;
    std::unique_ptr<store::Workspace> workspace; // null: none was named
};

std::string toJson(const std::string& name, const domain::Requirement& r, const domain::RequirementVerdict& v,
                   const domain::DomainReport& report) {
    json::object o;
    o["domain"] = json::foreign(name);
    o["provider"] = r.provider;
    o["id"] = r.id;
    o["requirement"] = r.text;
    o["who"] = r.who;
    o["state"] = domain::requirementStateName(v.state);
    o["evidence"] = json::foreign(v.evidence);
    o["reply"] = r.reply.empty() ? json::value(nullptr) : json::value(r.reply);
    o["source"] = r.source;
    if (v.answer && *v.answer < report.evidence.size())
        o["answer"] = json::parse(domain::toJson(report.evidence[*v.answer]), "answer").value();
    else
        o["answer"] = nullptr;
    return json::line(o);
}

std::string toText(const domain::Requirement& r, const domain::RequirementVerdict& v) {
    return fmt::format("  {:<22} {:<26} {}\n  {:<22} {:<26} {}\n", domain::requirementStateName(v.state),
                       r.id, r.text, "", "", text::printable(v.evidence));
}

Result<engine::SenderEvidence> evidenceOf(const Shared& shared, const std::string& name, const Clock& clock) {
    if (!shared.workspace) return engine::SenderEvidence{};
    return shared.workspace->read(
        [&](store::Database& db) { return engine::senderEvidence(db, name, clock.now()); });
}

void oneDomain(Globals& globals, const std::string& name, const Shared& shared) {
    auto ascii = dns::toAscii(name);
    if (ascii && !dns::isHostName(*ascii, true))
        ascii = fail(ErrorCode::InvalidArgument, name, "\"" + name + "\" is not a domain name.");
    if (!ascii) return printRefused(globals, "domain", name, ascii.error());
    auto network = openNetwork(globals);
    if (!network) return printError(globals, network.error());
    domain::InspectOptions options = shared.inspect;
    options.clock = &(*network)->clock;
    if (shared.workspace) {
        auto known = shared.workspace->read(
            [&](store::Database& db) { return engine::knownSelectors(db, *ascii, (*network)->clock.now()); });
        if (!known) return printError(globals, known.error());
        options.selectors.insert(options.selectors.end(), known->begin(), known->end());
    }
    const domain::DomainReport report =
        (*network)->run(domain::inspect((*network)->resolver, *ascii, options));
    auto evidence = evidenceOf(shared, report.domain, (*network)->clock);
    if (!evidence) return printError(globals, evidence.error());
    if (!globals.json) printLine(fmt::format("{}  {}", report.domain, formatUtc(report.at)));
    for (const domain::Requirement& r : shared.catalogue->all()) {
        const auto verdict = domain::judge(r, {report, evidence->messages, evidence->replies});
        if (globals.json) {
            printLine(toJson(report.domain, r, verdict, report));
        } else {
            std::string lines = toText(r, verdict);
            lines.pop_back(); // printLine ends the line
            printLine(lines);
        }
        if (verdict.state == domain::RequirementState::NotMet) raiseStatus(globals, 1);
    }
    for (const domain::Finding& f : report.findings)
        if (f.id == "could-not-look") raiseStatus(globals, 4);
}

void run(Globals& globals, const Options& o) {
    const SystemClock clock;
    Shared shared;
    auto catalogue =
        domain::RequirementCatalogue::load(globals.paths.resources / "rules" / "requirements.json");
    if (!catalogue) return printError(globals, catalogue.error());
    shared.catalogue = *catalogue;
    auto suffixes =
        dns::PublicSuffixList::system(globals.paths.resources / "lists" / "public_suffix_list.dat");
    if (!suffixes) return printError(globals, suffixes.error());
    auto options = engine::inspectOptions(globals.paths.resources, clock, *suffixes);
    if (!options) return printError(globals, options.error());
    shared.inspect = std::move(*options);
    shared.inspect.selectors = o.selectors;
    for (const std::string& ip : o.ips) {
        if (!net::IpAddress::parse(ip))
            return printError(globals, Error(ErrorCode::InvalidArgument, "--ip",
                                             "\"" + text::printable(ip) + "\" is not an IP address."));
        shared.inspect.sendingIps.push_back(ip);
    }
    if (!globals.workspace.empty()) {
        auto workspace = openWorkspace(globals, false);
        if (!workspace) return printError(globals, workspace.error());
        shared.workspace = std::move(*workspace);
    }
    for (const std::string& name : o.names) oneDomain(globals, name, shared);
}

} // namespace

void addDomainRequirements(CLI::App& group, Globals& globals) {
    auto* command =
        group.add_subcommand("requirements", "what mailbox providers ask of senders, and what is met");
    auto options = std::make_shared<Options>();
    command->add_option("NAME", options->names, "domains")->required();
    command->add_option("--selector", options->selectors, "DKIM selector known to be in use; repeatable")
        ->type_name("S")
        ->allow_extra_args(false);
    command->add_option("--ip", options->ips, "address that sends for the domain; repeatable")
        ->type_name("A")
        ->allow_extra_args(false);
    command->footer(
        "With --workspace its checked messages, replies and selectors are evidence too.\n\n"
        "Example:\n  waypost-cli domain requirements example.org --selector s2026 --ip 192.0.2.1\n\n"
        "Exit status: 0 nothing is violated, 1 a requirement is not met, 2 a name was refused, 4 "
        "something could not be looked up.");
    command->callback([&globals, options] { run(globals, *options); });
}

} // namespace waypost::cli
