// `reply templates` and what the operator decides about them.
#include "base/json.h"
#include "base/text.h"
#include "cli/classifier.h"
#include "cli/workspace.h"
#include "common/when.h"
#include "store/template_store.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <functional>

namespace waypost::cli {

namespace {

struct Options {
    std::string state, provider, contains, key, into, words, until;
    bool unclassified = false, undo = false;
    int limit = 50;
};

json::value orNull(std::string_view s) {
    return s.empty() ? json::value(nullptr) : json::foreign(s);
}

json::object toJson(const store::TemplateRow& r) {
    json::object o{{"template", r.key},
                   {"text", json::foreign(r.text)},
                   {"name", orNull(r.name)},
                   {"provider", orNull(r.provider)},
                   {"category", reply::categoryName(r.category)},
                   {"state", store::templateStateName(r.state)},
                   {"events", r.events},
                   {"day_events", r.dayEvents},
                   {"day_events_of_provider", r.dayOfProvider},
                   {"first_seen", formatUtc(r.firstSeen)},
                   {"last_seen", formatUtc(r.lastSeen)}};
    if (r.state == store::TemplateState::Muted) o["muted_until"] = formatUtc(r.mutedUntil);
    if (!r.merged.empty()) o["merged"] = json::array(r.merged.begin(), r.merged.end());
    if (!r.nearestKey.empty()) {
        json::array changes;
        for (const auto& c : r.changes)
            changes.push_back(
                json::object{{"before", json::foreign(c.before)}, {"after", json::foreign(c.after)}});
        o["nearest"] = json::object{{"template", r.nearestKey},
                                    {"text", json::foreign(r.nearestText)},
                                    {"similarity", r.nearestSimilarity},
                                    {"changes", std::move(changes)}};
    }
    return o;
}

std::string share(std::uint64_t part, std::uint64_t of) {
    return of == 0 ? "-" : fmt::format("{:.1f} %", 100.0 * double(part) / double(of));
}

void print(const Globals& globals, const store::TemplateList& list) {
    if (globals.json) {
        for (const auto& r : list.rows) printLine(json::line(toJson(r)));
        return;
    }
    std::vector<std::vector<std::string>> rows;
    rows.reserve(list.rows.size());
    for (const auto& r : list.rows) {
        rows.push_back({r.key, std::string(store::templateStateName(r.state)), text::printable(r.provider),
                        std::string(reply::categoryName(r.category)), std::to_string(r.events),
                        share(r.dayEvents, r.dayOfProvider), formatUtc(r.firstSeen), formatUtc(r.lastSeen),
                        text::printable(r.name.empty() ? r.text : r.name + ": " + r.text)});
    }
    printLine(app::table({{"template"},
                          {"state"},
                          {"provider"},
                          {"category"},
                          {"events", true},
                          {"of the day", true},
                          {"first seen"},
                          {"last seen"},
                          {"text"}},
                         rows));
}

void list(Globals& globals, const Options& o) {
    store::TemplateAsk ask;
    SystemClock clock;
    ask.now = clock.now();
    ask.provider = o.provider;
    ask.contains = o.contains;
    ask.onlyUnclassified = o.unclassified;
    ask.limit = o.limit;
    if (!o.state.empty()) {
        auto state = store::templateStateFromName(o.state);
        if (!state)
            return printError(globals, Error(ErrorCode::InvalidArgument, "--state",
                                             "A state is new, known, resolved, regressed or muted."));
        ask.states = {*state};
    }
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto got = (*workspace)->read([&](store::Database& db) { return store::templates(db, ask); });
    if (!got) return printError(globals, got.error());
    print(globals, *got);
}

void unclassified(Globals& globals, const Options& o) {
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto got = (*workspace)->read([&](store::Database& db) { return store::unclassifiedQueue(db, o.limit); });
    if (!got) return printError(globals, got.error());
    if (!globals.json)
        printLine(fmt::format("{} of {} events ({}) in {} templates", got->unclassified, got->events,
                              share(got->unclassified, got->events), got->templates));
    std::vector<std::vector<std::string>> rows;
    for (const auto& r : got->rows) {
        if (globals.json)
            printLine(
                json::line(json::object{{"template", r.key},
                                        {"provider", orNull(r.provider)},
                                        {"events", r.events},
                                        {"sample", json::foreign(r.sample)},
                                        {"event", r.event == 0 ? json::value(nullptr) : json::value(r.event)},
                                        {"first_seen", formatUtc(r.firstSeen)},
                                        {"last_seen", formatUtc(r.lastSeen)},
                                        {"unclassified", got->unclassified},
                                        {"of_events", got->events}}));
        else
            rows.push_back({r.key, text::printable(r.provider), std::to_string(r.events),
                            formatUtc(r.lastSeen), text::printable(r.sample)});
    }
    if (!globals.json && !rows.empty())
        printLine(
            app::table({{"template"}, {"provider"}, {"events", true}, {"last seen"}, {"sample"}}, rows));
}

using Change = std::function<Result<std::string>(store::Database&, const store::TemplateActor&)>;

// One change in one write; the sentence it gives is printed.
void change(Globals& globals, const Options& o, const Change& fn) {
    auto workspace = openWorkspace(globals, true);
    if (!workspace) return printError(globals, workspace.error());
    SystemClock clock;
    const store::TemplateActor by{"cli", clock.now()};
    auto done = (*workspace)->write([&](store::Database& db) { return fn(db, by); }).get();
    if (!done) return printError(globals, done.error());
    if (globals.json)
        printLine(json::line(json::object{{"template", o.key}, {"done", json::foreign(*done)}}));
    else
        printLine(text::printable(*done));
}

Result<std::string> said(Result<void> done, std::string sentence) {
    if (!done) return std::unexpected(done.error());
    return sentence;
}

void addKey(CLI::App* verb, const std::shared_ptr<Options>& o) {
    verb->add_option("TEMPLATE", o->key, "key of a template, as `reply templates` shows it")->required();
}

void addState(CLI::App& group, Globals& globals, const char* verb, const char* what,
              store::TemplateState state) {
    auto o = std::make_shared<Options>();
    auto* run = group.add_subcommand(verb, what);
    addKey(run, o);
    run->add_option("--provider", o->provider, "at this provider only")->type_name("ID");
    const bool mutes = state == store::TemplateState::Muted;
    if (mutes) run->add_option("--until", o->until, "time it is news again")->type_name("T")->required();
    run->footer(
        fmt::format("Example:\n  waypost-cli reply {} 3b0c1f{}", verb, mutes ? " --until now+14d" : ""));
    run->callback([&globals, o, state, mutes] {
        UtcTime until;
        if (mutes) {
            SystemClock clock;
            auto t = app::parseWhen(o->until, clock.now());
            if (!t) return printError(globals, t.error());
            until = *t;
        }
        change(globals, *o, [&](store::Database& db, const store::TemplateActor& by) {
            return said(store::setTemplateState(db, o->key, o->provider, state, until, by),
                        fmt::format("The template is {}.", store::templateStateName(state)));
        });
    });
}

void addLists(CLI::App& group, Globals& globals) {
    auto o = std::make_shared<Options>();
    auto* run =
        group.add_subcommand("templates", "groups of stored replies: state, share of the day, first seen");
    run->add_option("--state", o->state, "new, known, resolved, regressed or muted")->type_name("STATE");
    run->add_option("--provider", o->provider, "of this provider")->type_name("ID");
    run->add_option("--contains", o->contains, "words of text, name or key")->type_name("WORDS");
    run->add_option("--limit", o->limit, "at most so many")->type_name("N")->check(CLI::Range(1, 100'000));
    run->footer(
        "A template is new when its provider had been seen for a day before it, and nobody has looked at "
        "it. A new one comes with the nearest older one and the words that changed.\n\nExample:\n  "
        "waypost-cli reply templates --state new --json");
    run->callback([&globals, o] { list(globals, *o); });

    auto u = std::make_shared<Options>();
    auto* queue = group.add_subcommand("unclassified", "what no rule speaks of, most events first");
    queue->add_option("--limit", u->limit, "at most so many")->type_name("N")->check(CLI::Range(1, 100'000));
    queue->footer("Example:\n  waypost-cli reply unclassified --limit 20");
    queue->callback([&globals, u] { unclassified(globals, *u); });
}

void addChanges(CLI::App& group, Globals& globals) {
    auto n = std::make_shared<Options>();
    auto* name = group.add_subcommand("name", "give a template a name");
    addKey(name, n);
    name->add_option("NAME", n->words, "one line; empty takes the name away")->required();
    name->footer("Example:\n  waypost-cli reply name 3b0c1f 'Mailbox full, Gmail'");
    name->callback([&globals, n] {
        change(globals, *n, [&](store::Database& db, const store::TemplateActor& by) {
            return said(store::nameTemplate(db, n->key, n->words, by), "The name is stored.");
        });
    });

    auto m = std::make_shared<Options>();
    auto* merge = group.add_subcommand("merge", "count a template as another one");
    addKey(merge, m);
    merge->add_option("INTO", m->into, "key of the template it counts as")->required();
    merge->footer("Example:\n  waypost-cli reply merge 3b0c1f 77aa01");
    merge->callback([&globals, m] {
        change(globals, *m, [&](store::Database& db, const store::TemplateActor& by) {
            return said(store::mergeTemplate(db, m->key, m->into, by),
                        "The template counts as the other one.");
        });
    });

    auto s = std::make_shared<Options>();
    auto* split = group.add_subcommand("split", "take a template apart");
    addKey(split, s);
    split
        ->add_option("--contains", s->words,
                     "replies with these words become a template of their own; without it "
                     "a merged template counts for itself again")
        ->type_name("WORDS");
    split->footer("Example:\n  waypost-cli reply split 3b0c1f --contains 'archive mailbox'");
    split->callback([&globals, s] {
        change(globals, *s, [&](store::Database& db, const store::TemplateActor& by) -> Result<std::string> {
            if (s->words.empty())
                return said(store::unmergeTemplate(db, s->key, by), "The template counts for itself again.");
            auto part = store::splitTemplate(db, s->key, s->words, by);
            if (!part) return std::unexpected(part.error());
            return fmt::format("Those replies are template {}.", *part);
        });
    });
}

} // namespace

void addReplyTemplates(CLI::App& group, Globals& globals) {
    addLists(group, globals);
    addChanges(group, globals);
    addState(group, globals, "known", "a template is known: no news any more", store::TemplateState::Known);
    addState(group, globals, "resolved", "its cause is gone; seen again, it has regressed",
             store::TemplateState::Resolved);
    addState(group, globals, "mute", "a template is no news until a time", store::TemplateState::Muted);
}

} // namespace waypost::cli
