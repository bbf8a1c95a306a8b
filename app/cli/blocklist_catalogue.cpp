// `blocklist lists` and `blocklist health`; the "lists" group.
#include "base/text.h"
#include "cli/blocklist_group.h"
#include "cli/workspace.h"
#include "common/secrets.h"
#include "store/secrets.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace waypost::cli {

namespace {

using reputation::Asks;
using reputation::List;

std::string familiesOf(const List& list) {
    std::string out;
    for (const Asks a : {Asks::Ipv4, Asks::Ipv6, Asks::Domain, Asks::Email})
        if (list.can(a)) out += (out.empty() ? "" : ", ") + std::string(reputation::asksName(a));
    return out;
}

json::value orNull(std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::foreign(text);
}

std::string toJson(const List& list) {
    json::array steps;
    for (const std::string& s : list.delistSteps) steps.push_back(json::foreign(s));
    return json::line(json::object{{"id", list.id},
                                   {"list", list.zone},
                                   {"name", json::foreign(list.name)},
                                   {"asks", familiesOf(list)},
                                   {"kind", list.welcome ? "welcome" : "block"},
                                   {"status", reputation::listStatusName(list.status)},
                                   {"since", orNull(list.since)},
                                   {"weight", list.weight},
                                   {"operator", json::foreign(list.operatorName)},
                                   {"site", orNull(list.site)},
                                   {"terms", orNull(list.terms)},
                                   {"per_second", list.limits.perSecond},
                                   {"per_day", list.limits.perDay},
                                   {"public_resolvers", list.publicResolvers},
                                   {"key_secret", orNull(list.keySecret)},
                                   {"codes", list.codes.size()},
                                   {"expires", orNull(list.expires)},
                                   {"delist_page", orNull(list.delistPage)},
                                   {"delist_steps", steps},
                                   {"note", orNull(list.note)}});
}

void showLists(Globals& globals, const ListOptions& o, bool all) {
    auto catalogue = openCatalogue(globals, o.catalogue);
    if (!catalogue) return printError(globals, catalogue.error());
    std::vector<List> lists;
    if (all)
        lists = (*catalogue)->lists();
    else if (auto chosen = chosenLists(globals, o))
        lists = std::move(*chosen);
    else
        return printError(globals, chosen.error());
    if (globals.json) {
        for (const List& list : lists) printLine(toJson(list));
        return;
    }
    std::vector<std::vector<std::string>> rows;
    rows.reserve(lists.size());
    for (const List& list : lists)
        rows.push_back({list.id, list.zone, familiesOf(list),
                        std::string(reputation::listStatusName(list.status)), fmt::format("{}", list.weight),
                        list.terms});
    printLine(app::table({{"ID"}, {"ZONE"}, {"ASKS"}, {"STATUS"}, {"WEIGHT", true}, {"TERMS"}}, rows));
}

void printHealth(const Globals& globals, const List& list, const reputation::HealthReport& r) {
    if (!globals.json)
        return printLine(fmt::format("{:<34} {:<7} {:<9} {}", list.zone, reputation::asksName(r.family),
                                     reputation::healthName(r.health), text::printable(r.finding)));
    json::array probes;
    for (const reputation::HealthProbe& p : r.probes)
        probes.push_back(json::object{{"role", reputation::roleName(p.role)},
                                      {"asked", json::foreign(p.name)},
                                      {"dns", dns::statusName(p.status)},
                                      {"answer", orNull(text::join(p.answers, ", "))},
                                      {"server", orNull(p.server)}});
    printLine(json::line(json::object{{"list", list.zone},
                                      {"id", list.id},
                                      {"family", reputation::asksName(r.family)},
                                      {"health", reputation::healthName(r.health)},
                                      {"finding", orNull(r.finding)},
                                      {"probes", probes},
                                      {"at", formatUtc(r.at)}}));
}

void health(Globals& globals, const ListOptions& o) {
    auto lists = chosenLists(globals, o);
    if (!lists) return printError(globals, lists.error());
    reputation::SweepPlan plan;
    plan.lists = std::move(*lists);
    reputation::SweepOptions sweep;
    sweep.healthOnly = true;
    reputation::SweepEvents events;
    bool unfit = false;
    events.health = [&](const List& list, const reputation::HealthReport& report) {
        unfit = unfit || !report.healthy();
        printHealth(globals, list, report);
    };
    auto counts = runSweep(globals, o, std::move(plan), std::move(sweep), std::move(events));
    if (!counts) return printError(globals, counts.error());
    if (unfit) raiseStatus(globals, 1);
}

// --- the group "lists"

void validate(Globals& globals, const std::string& file) {
    auto text = readWholeFile(file, reputation::maxCatalogueBytes);
    if (!text) return printError(globals, text.error());
    auto read = reputation::readCatalogue(*text, file == "-" ? "standard input" : file);
    if (!read) {
        if (globals.json) return printRefused(globals, "file", file, read.error());
        return printError(globals, read.error());
    }
    const auto problems = reputation::problemsOf(read->lists);
    if (globals.json) {
        json::array found;
        for (const std::string& p : problems) found.push_back(json::foreign(p));
        printLine(json::line(json::object{{"file", json::foreign(file)},
                                          {"date", json::foreign(read->date)},
                                          {"lists", read->lists.size()},
                                          {"valid", problems.empty()},
                                          {"problems", found}}));
    } else {
        for (const std::string& p : problems) printLine(text::printable(p));
        printLine(fmt::format("{}: {}, {}", text::printable(file), text::counted(read->lists.size(), "list"),
                              text::counted(problems.size(), "problem")));
    }
    if (!problems.empty()) raiseStatus(globals, 1);
}

void storeKey(Globals& globals, const std::string& name, const std::string& file) {
    auto catalogue = openCatalogue(globals, {});
    if (!catalogue) return printError(globals, catalogue.error());
    const List* list = (*catalogue)->find(name);
    if (!list || list->keySecret.empty())
        return printError(globals, Error(ErrorCode::NotFound, "list",
                                         "\"" + text::printable(name) + "\" is no list that needs a key."));
    constexpr size_t maxKey = 255;
    auto text = readWholeFile(file, maxKey);
    if (!text) return printError(globals, text.error());
    const std::string key(text::trim(*text));
    const bool label = !key.empty() && key.size() <= 63 && std::all_of(key.begin(), key.end(), [](char c) {
        return text::isAlnum(c) || c == '-' || c == '_';
    });
    if (!label)
        return printError(globals, Error(ErrorCode::InvalidArgument, "key",
                                         "The file holds no key: it is one label of letters and digits."));
    auto personal = app::personalSecrets(globals.paths);
    if (!personal) return printError(globals, personal.error());
    auto secrets = store::openPassphraseFile(personal->file, personal->passphrase);
    if (!secrets) return printError(globals, secrets.error());
    if (auto put = (*secrets)->put(list->keySecret, Secret(key)); !put)
        return printError(globals, put.error());
    if (globals.json)
        printLine(json::line(json::object{{"list", list->zone}, {"key_secret", list->keySecret}}));
    else
        printLine("The key is kept as \"" + list->keySecret + "\".");
}

} // namespace

void addBlocklistCatalogue(CLI::App& group, Globals& globals) {
    auto* lists = group.add_subcommand("lists", "the catalogue: what is asked, on what terms");
    auto options = std::make_shared<ListOptions>();
    auto all = std::make_shared<bool>(false);
    lists->add_option("--list", options->lists, "only this list, by id or zone; repeatable")
        ->type_name("ZONE")
        ->allow_extra_args(false);
    lists->add_option("--catalogue", options->catalogue, "your own lists")->type_name("FILE");
    lists->add_flag("--all", *all, "dead and private ones too");
    lists->footer("Example:\n  waypost-cli blocklist lists --json");
    lists->callback([&globals, options, all] { showLists(globals, *options, *all); });

    auto* fit = group.add_subcommand("health", "test the lists themselves: test points, wildcard, zone");
    auto healthOptions = std::make_shared<ListOptions>();
    addListOptions(*fit, *healthOptions);
    fit->footer("Example:\n  waypost-cli blocklist health --list zen.spamhaus.org\n\n"
                "Exit status: 0 all are fit to be believed, 1 one is not.");
    fit->callback([&globals, healthOptions] { health(globals, *healthOptions); });
}

void addListFiles(CLI::App& app, Globals& globals) {
    auto* group = app.add_subcommand("lists", "files of the list catalogue, and keys of lists");
    group->require_subcommand(1);
    group->footer("Example:\n  waypost-cli lists validate my-lists.json");
    auto* check = group->add_subcommand("validate", "read a catalogue file and say what is wrong in it");
    auto file = std::make_shared<std::string>();
    check->add_option("FILE", *file, "the file; - reads standard input")->required();
    check->footer("Example:\n  waypost-cli lists validate my-lists.json --json\n\n"
                  "Exit status: 0 valid, 1 something should be mended, 2 it cannot be read.");
    check->callback([&globals, file] { validate(globals, *file); });
    auto* key = group->add_subcommand("key", "keep the key of a list that needs one");
    auto list = std::make_shared<std::string>();
    auto keyFile = std::make_shared<std::string>();
    key->add_option("LIST", *list, "id or zone")->required();
    key->add_option("--file", *keyFile, "a file with the key; - reads standard input")
        ->type_name("FILE")
        ->required();
    key->footer("A key is never an option and never shown.\n\nExample:\n"
                "  waypost-cli lists key spamhaus-zen-dqs --file dqs.key");
    key->callback([&globals, list, keyFile] { storeKey(globals, *list, *keyFile); });
}

} // namespace waypost::cli
