// `reply rehearse`, `reply rules …` and `reply crosswalk`: rules before and after they are in force.
#include "base/json.h"
#include "base/text.h"
#include "cli/classifier.h"
#include "cli/workspace.h"
#include "ingest/rejudge.h"
#include "reply/crosswalk.h"
#include "reply/propose.h"
#include "store/activity_store.h"
#include "store/template_store.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace waypost::cli {

namespace {

json::value orNull(std::string_view s) {
    return s.empty() ? json::value(nullptr) : json::foreign(s);
}

json::object toJson(const ingest::RehearsalChange& c) {
    return {{"reply", c.reply},
            {"provider", orNull(c.provider)},
            {"sample", json::foreign(c.sample)},
            {"events", c.events},
            {"before", json::object{{"category", reply::categoryName(c.before)},
                                    {"rule", orNull(c.ruleBefore)},
                                    {"action", orNull(c.actionBefore)},
                                    {"list", orNull(c.listBefore)}}},
            {"after", json::object{{"category", reply::categoryName(c.after)},
                                   {"rule", orNull(c.ruleAfter)},
                                   {"action", orNull(c.actionAfter)},
                                   {"list", orNull(c.listAfter)}}}};
}

void printSummary(const Globals& globals, const ingest::Rehearsal& r) {
    if (globals.json) {
        printLine(json::line(json::object{{"replies", r.replies},
                                          {"events", r.events},
                                          {"changed_replies", r.changedReplies},
                                          {"changed_events", r.changedEvents},
                                          {"suppressed", r.suppressed},
                                          {"released", r.released},
                                          {"retried", r.retried},
                                          {"given_up", r.givenUp},
                                          {"unclassified_before", r.unclassifiedBefore},
                                          {"unclassified_after", r.unclassifiedAfter}}));
        return;
    }
    printLine(fmt::format("{} of {} distinct replies change, {} of {} events", r.changedReplies, r.replies,
                          r.changedEvents, r.events));
    printLine(fmt::format("suppressed at once: {} more, {} no longer; tried again: {} more, {} no longer",
                          r.suppressed, r.released, r.retried, r.givenUp));
    printLine(fmt::format("unclassified: {} before, {} after", r.unclassifiedBefore, r.unclassifiedAfter));
}

void print(Globals& globals, const ingest::Rehearsal& r) {
    for (const auto& f : r.faults) printError(globals, Error(ErrorCode::InvalidArgument, "rules", f));
    std::vector<std::vector<std::string>> rows;
    for (const auto& c : r.changes) {
        if (globals.json)
            printLine(json::line(toJson(c)));
        else
            rows.push_back(
                {std::to_string(c.events), text::printable(c.provider),
                 std::string(reply::categoryName(c.before)), std::string(reply::categoryName(c.after)),
                 c.actionBefore.empty() ? "-" : c.actionBefore, c.actionAfter.empty() ? "-" : c.actionAfter,
                 c.ruleAfter.empty() ? "-" : c.ruleAfter, text::printable(c.sample)});
    }
    if (!rows.empty())
        printLine(app::table({{"events", true},
                              {"provider"},
                              {"category"},
                              {"becomes"},
                              {"action"},
                              {"becomes"},
                              {"by rule"},
                              {"sample"}},
                             rows));
    printSummary(globals, r);
}

Result<ingest::Rehearsal> rehearse(const Globals& globals, const reply::Classifier& rules) {
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return std::unexpected(workspace.error());
    auto stored = (*workspace)->read([](store::Database& db) { return store::distinctReplies(db, true); });
    if (!stored) return std::unexpected(stored.error());
    return ingest::rehearse(*stored, rules);
}

void rehearseFile(Globals& globals, const std::string& file) {
    auto rules = reply::Classifier::load(globals.paths.resources / "rules", file);
    if (!rules) return printError(globals, rules.error());
    auto result = rehearse(globals, **rules);
    if (!result) return printError(globals, result.error());
    print(globals, *result);
}

void validate(Globals& globals, const std::string& file) {
    auto rules = file.empty() ? loadClassifier(globals)
                              : reply::Classifier::load(globals.paths.resources / "rules", file);
    if (!rules) return printError(globals, rules.error());
    const auto faults = (*rules)->validate();
    for (const auto& f : faults) {
        if (globals.json)
            printLine(json::line(json::object{{"fault", json::foreign(f)}}));
        else
            printLine(text::printable(f));
    }
    if (!faults.empty()) return raiseStatus(globals, 1);
    if (globals.json)
        printLine(json::line(json::object{{"rules", (*rules)->ruleCount()}, {"faults", 0}}));
    else
        printLine(fmt::format("{} rules, no fault", (*rules)->ruleCount()));
}

void listRules(Globals& globals) {
    auto rules = loadClassifier(globals);
    if (!rules) return printError(globals, rules.error());
    std::vector<std::vector<std::string>> rows;
    for (const auto& r : (*rules)->rules()) {
        if (globals.json)
            printLine(json::line(json::object{{"id", r.id},
                                              {"version", r.version},
                                              {"category", r.category},
                                              {"action", r.action},
                                              {"file", r.file},
                                              {"own", r.fromUser},
                                              {"source", json::foreign(r.source)}}));
        else
            rows.push_back(
                {r.id, std::to_string(r.version), r.category, r.action, r.fromUser ? "own" : r.file});
    }
    if (!rows.empty())
        printLine(app::table({{"rule"}, {"version", true}, {"category"}, {"action"}, {"from"}}, rows));
}

// The file becomes the operator's own, then what is stored is judged anew.
void install(Globals& globals, const std::string& file) {
    auto bytes = readWholeFile(file, ingest::maxUserRuleBytes);
    if (!bytes) return printError(globals, bytes.error());
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return printError(globals, workspace.error());
    auto rules = ingest::saveUserRules(globals.paths.resources / "rules", userRules(globals), *bytes);
    if (!rules) return printError(globals, rules.error());
    SystemClock clock;
    auto done = (*workspace)
                    ->write([&](store::Database& db) {
                        auto changed = ingest::rejudge(db, **rules);
                        store::activity::append(
                            db, {0,
                                 clock.now(),
                                 "cli",
                                 "rules.save",
                                 userRules(globals).string(),
                                 fmt::format("Rules were saved; {} replies with {} events were judged anew.",
                                             changed.replies, changed.events),
                                 {}});
                        return changed;
                    })
                    .get();
    if (!done) return printError(globals, done.error());
    if (globals.json)
        printLine(json::line(json::object{{"file", userRules(globals).string()},
                                          {"rules", (*rules)->ruleCount()},
                                          {"judged_anew", done->replies},
                                          {"moved_events", done->events},
                                          {"closed_hours", done->closedHours}}));
    else
        printLine(fmt::format("{} is in force: {} replies judged anew, {} events moved",
                              userRules(globals).string(), done->replies, done->events));
}

void propose(Globals& globals, const std::string& key) {
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto stored = (*workspace)->read([](store::Database& db) { return store::distinctReplies(db, false); });
    if (!stored) return printError(globals, stored.error());
    std::vector<std::string> samples;
    const store::StoredReply* first = nullptr;
    for (const auto& d : *stored) {
        if (d.reply.templateKey != key) continue;
        if (!first) first = &d.reply;
        if (samples.size() < 3) samples.push_back(d.reply.sample);
    }
    if (!first)
        return printError(globals,
                          Error(ErrorCode::NotFound, "template",
                                "There is no stored reply of template " + text::printable(key) + "."));
    auto proposal = reply::proposeRule(key, first->templateText, first->provider, std::move(samples));
    if (!proposal) return printError(globals, proposal.error());
    SystemClock clock;
    printLine(json::line(reply::ruleFileOf(*proposal, formatUtc(clock.now()).substr(0, 10))));
}

void crosswalk(Globals& globals, const std::string& category) {
    auto table = reply::Crosswalk::load(globals.paths.resources / "rules" / "crosswalk.json");
    if (!table) return printError(globals, table.error());
    std::vector<app::Column> columns{{"category"}};
    for (const auto& v : (*table)->vocabularies()) columns.push_back({v.name});
    std::vector<std::vector<std::string>> rows;
    bool found = false;
    for (int c = 0; c < reply::categoryCount; ++c) {
        const auto& row = (*table)->row(reply::Category(c));
        if (!category.empty() && reply::categoryName(row.category) != category) continue;
        found = true;
        json::object o{{"category", reply::categoryName(row.category)}};
        std::vector<std::string> cells{std::string(reply::categoryName(row.category))};
        for (size_t v = 0; v < row.terms.size(); ++v) {
            o[(*table)->vocabularies()[v].id] = json::array(row.terms[v].begin(), row.terms[v].end());
            cells.push_back(text::join(row.terms[v], ", "));
        }
        o["disagreement"] = row.disagreement;
        if (globals.json)
            printLine(json::line(o));
        else
            rows.push_back(std::move(cells));
        if (!category.empty() && !globals.json) printLine(row.disagreement);
    }
    if (!found)
        return printError(globals, Error(ErrorCode::InvalidArgument, "crosswalk",
                                         "\"" + text::printable(category) + "\" is not a category."));
    if (!rows.empty()) printLine(app::table(columns, rows));
}

void addRules(CLI::App& group, Globals& globals) {
    auto* rules = group.add_subcommand("rules", "the rules that classify replies");
    rules->require_subcommand(1);
    rules->footer("Example:\n  waypost-cli reply rules validate mine.json");
    auto file = std::make_shared<std::string>();
    auto* check =
        rules->add_subcommand("validate", "every sample of every rule must classify as its rule says");
    check->add_option("FILE", *file,
                      "a rule file that wins over the shipped ones (default: the one in force)");
    check->footer("Example:\n  waypost-cli reply rules validate mine.json\n\nExit status: 0 sound, 1 there "
                  "are faults.");
    check->callback([&globals, file] { validate(globals, *file); });
    auto* all = rules->add_subcommand("list", "the rules in force, in the order they are tried");
    all->footer("Example:\n  waypost-cli reply rules list --json");
    all->callback([&globals] { listRules(globals); });
    auto saved = std::make_shared<std::string>();
    auto* save =
        rules->add_subcommand("install", "make a rule file the operator's own and judge stored replies anew");
    save->add_option("FILE", *saved, "a rule file; \"-\" reads standard input")->required();
    save->footer("The file that was in force stays beside it as reply-rules.json.old.\n\nExample:\n  "
                 "waypost-cli reply "
                 "rules install mine.json");
    save->callback([&globals, saved] { install(globals, *saved); });
    auto key = std::make_shared<std::string>();
    auto* make = rules->add_subcommand("propose", "a rule file from the words of a template");
    make->add_option("TEMPLATE", *key, "key of a template")->required();
    make->footer(
        "Look it over and set its category before it is rehearsed.\n\nExample:\n  waypost-cli reply rules "
        "propose 3b0c1f > mine.json");
    make->callback([&globals, key] { propose(globals, *key); });
}

} // namespace

void addReplyRules(CLI::App& group, Globals& globals) {
    auto file = std::make_shared<std::string>();
    auto* trial =
        group.add_subcommand("rehearse", "what a rule file would change, counted over the stored replies");
    trial->add_option("RULES", *file, "a rule file that would win over the shipped ones")->required();
    trial->footer(
        "Nothing is saved. With --json a line for each reply that changes, then the sums.\n\nExample:\n  "
        "waypost-cli reply rehearse mine.json");
    trial->callback([&globals, file] { rehearseFile(globals, *file); });
    addRules(group, globals);
    auto category = std::make_shared<std::string>();
    auto* terms =
        group.add_subcommand("crosswalk", "what others call the same reply, and where they disagree");
    terms->add_option("CATEGORY", *category, "one category (default: all)");
    terms->footer("Example:\n  waypost-cli reply crosswalk deferred-mailbox");
    terms->callback([&globals, category] { crosswalk(globals, *category); });
}

} // namespace waypost::cli
