// The "blocklist" group and what its verbs share.
#include "base/log.h"
#include "cli/blocklist_group.h"
#include "common/secrets.h"
#include "net/loop.h"
#include "reputation/list_resolvers.h"
#include "store/secrets.h"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace waypost::cli {

void addListOptions(CLI::App& command, ListOptions& options) {
    command.add_option("--list", options.lists, "only this list, by id or zone; repeatable")
        ->type_name("ZONE")
        ->allow_extra_args(false);
    command
        .add_option("--catalogue", options.catalogue,
                    "your own lists, which win over the shipped ones, instead of lists.json beside the "
                    "configuration")
        ->type_name("FILE");
    command.add_option("--timeout", options.timeoutMs, "milliseconds to wait for an answer, twice")
        ->type_name("MS")
        ->check(CLI::Range(100, 60'000));
    command.add_flag("--no-txt", options.noTxt, "do not ask for the reason of a listing");
}

Result<std::shared_ptr<const reputation::Catalogue>> openCatalogue(const Globals& globals,
                                                                   const std::string& userFile) {
    std::filesystem::path user = userFile;
    std::error_code ec;
    if (user.empty() && std::filesystem::exists(globals.paths.config / "lists.json", ec))
        user = globals.paths.config / "lists.json";
    return reputation::Catalogue::load(globals.paths.resources / "lists", user);
}

Result<std::vector<reputation::List>> chosenLists(const Globals& globals, const ListOptions& options) {
    auto catalogue = openCatalogue(globals, options.catalogue);
    if (!catalogue) return fail(catalogue.error());
    std::vector<reputation::List> out;
    for (const std::string& name : options.lists) {
        const reputation::List* list = (*catalogue)->find(name);
        if (!list && !name.contains('.'))
            return fail(ErrorCode::NotFound, "--list", "There is no list \"" + name + "\".");
        reputation::List one = list ? *list : reputation::unknownList(name);
        const bool twice =
            std::any_of(out.begin(), out.end(), [&one](const auto& l) { return l.id == one.id; });
        if (!twice) out.push_back(std::move(one));
    }
    if (!options.lists.empty()) return out;
    for (const reputation::List& list : (*catalogue)->lists())
        if (list.status != reputation::ListStatus::Dead && list.status != reputation::ListStatus::Private)
            out.push_back(list);
    return out;
}

std::function<Secret(const reputation::List&)> listKeys(const Globals& globals,
                                                        const std::vector<reputation::List>& lists) {
    const bool needed = std::any_of(lists.begin(), lists.end(), [](const reputation::List& l) {
        return l.status == reputation::ListStatus::NeedsKey;
    });
    std::error_code ec;
    const auto file = globals.paths.workspace.parent_path() / "secrets.box";
    std::shared_ptr<store::SecretStore> secrets;
    if (needed && std::filesystem::exists(file, ec)) {
        auto personal = app::personalSecrets(globals.paths);
        auto opened = personal ? store::openPassphraseFile(personal->file, personal->passphrase)
                               : Result<std::unique_ptr<store::SecretStore>>(fail(personal.error()));
        if (opened)
            secrets = std::move(*opened);
        else
            log::warn("lists", opened.error().describe());
    }
    return [secrets](const reputation::List& list) {
        if (!secrets || list.keySecret.empty()) return Secret();
        auto key = secrets->get(list.keySecret);
        return key ? std::move(*key) : Secret();
    };
}

std::shared_ptr<const dns::PublicSuffixList> listSuffixes(const Globals& globals) {
    auto suffixes =
        dns::PublicSuffixList::system(globals.paths.resources / "lists" / "public_suffix_list.dat");
    return suffixes ? *suffixes : nullptr;
}

Result<reputation::SweepCounts> runSweep(const Globals& globals, const ListOptions& options,
                                         reputation::SweepPlan plan, reputation::SweepOptions sweep,
                                         reputation::SweepEvents events) {
    auto servers = resolverServers(globals);
    if (!servers) return fail(servers.error());
    const SystemClock clock;
    SystemRandom random;
    net::Loop loop;
    reputation::ListResolvers resolvers(loop, clock, random, std::move(*servers), Millis(options.timeoutMs),
                                        sweep.inFlight);
    sweep.txt = !options.noTxt;
    sweep.resolver = [&resolvers](const reputation::List& l) -> dns::Resolver& { return resolvers.of(l); };
    sweep.servers = [&resolvers](const reputation::List& l) { return resolvers.addressesOf(l); };
    if (!sweep.key) sweep.key = listKeys(globals, plan.lists);
    bool ended = false;
    events.done = [&ended] { ended = true; };
    reputation::Sweep running(loop, clock, random, std::move(plan), std::move(sweep), std::move(events));
    running.start();
    loop.runUntil([&ended] { return ended; });
    return running.counts();
}

void addBlocklist(CLI::App& app, Globals& globals) {
    auto* group =
        app.add_subcommand("blocklist", "addresses and domains on DNS lists, and the lists' health");
    group->require_subcommand(1);
    group->footer("Examples:\n"
                  "  waypost-cli blocklist check 203.0.113.7 example.org --json\n"
                  "  waypost-cli blocklist check 203.0.113.0/28 --list zen.spamhaus.org");
    addBlocklistCheck(*group, globals);
    addBlocklistCatalogue(*group, globals);
    addBlocklistWatch(*group, globals);
}

} // namespace waypost::cli
