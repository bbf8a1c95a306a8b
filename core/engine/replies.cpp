// Reply templates: the list, one of them, and decisions about them.
#include "engine/context.h"
#include "store/template_store.h"

#include <fmt/format.h>

namespace waypost::engine {

namespace {

ReplyTemplate toView(Context& c, store::TemplateRow&& r) {
    ReplyTemplate out;
    out.key = std::move(r.key);
    out.text = std::move(r.text);
    out.name = std::move(r.name);
    out.providerLabel = r.provider.empty() ? "unknown" : std::string(c.providers->displayName(r.provider));
    out.provider = std::move(r.provider);
    out.category = reply::categoryName(r.category);
    out.state = store::templateStateName(r.state);
    out.mutedUntil = r.mutedUntil;
    out.events = r.events;
    out.dayEvents = r.dayEvents;
    out.dayOfProvider = r.dayOfProvider;
    out.firstSeen = r.firstSeen;
    out.lastSeen = r.lastSeen;
    out.merged = std::move(r.merged);
    out.nearestKey = std::move(r.nearestKey);
    out.nearestText = std::move(r.nearestText);
    out.nearestSimilarity = r.nearestSimilarity;
    for (reply::WordChange& w : r.changes) out.changes.push_back({std::move(w.before), std::move(w.after)});
    return out;
}

Error badState(const std::string& state) {
    return {ErrorCode::InvalidArgument, "template", fmt::format("\"{}\" is no state of a template.", state)};
}

} // namespace

Snapshot answer(Context& c, const TemplatesQuery& q) {
    store::TemplateAsk ask;
    ask.now = c.clock.now();
    ask.provider = q.provider;
    ask.contains = q.contains;
    ask.onlyUnclassified = q.onlyUnclassified;
    ask.limit = q.limit;
    if (!q.state.empty()) {
        const auto state = store::templateStateFromName(q.state);
        if (!state) return badState(q.state);
        ask.states = {*state};
    }
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        store::TemplateList list = store::templates(db, ask);
        const store::UnclassifiedQueue queue = store::unclassifiedQueue(db, 1);
        Templates out;
        out.total = list.total;
        for (store::TemplateRow& r : list.rows) out.rows.push_back(toView(c, std::move(r)));
        for (int i = 0; i < store::templateStateCount; ++i)
            out.byState.emplace_back(store::templateStateName(store::TemplateState(i)), list.byState[i]);
        out.unclassified = queue.unclassified;
        out.events = queue.events;
        out.unclassifiedTemplates = queue.templates;
        out.dayStart = list.dayStart;
        out.dayEnd = list.dayEnd;
        out.asOf = ask.now;
        return out;
    }));
}

Snapshot answer(Context& c, const TemplateQuery& q) {
    const UtcTime now = c.clock.now();
    return toSnapshot(c.workspace->read([&](store::Database& db) -> Result<TemplateView> {
        auto got = store::templateDetail(db, q.key, q.provider, now);
        if (!got) return fail(ErrorCode::NotFound, "template", "There is no template with this key.");
        TemplateView out;
        out.row = toView(c, std::move(got->row));
        out.sample = std::move(got->sample);
        out.rule = std::move(got->rule);
        out.ruleVersion = got->ruleVersion;
        out.spanStart = got->spanStart;
        out.spanLength = got->spanLength;
        for (const store::TemplateDay& d : got->days) out.days.push_back({d.start, d.events, d.ofProvider});
        out.providers = std::move(got->providers);
        return out;
    }));
}

namespace {

Result<std::string> change(store::Database& db, const ChangeTemplate& command,
                           const store::TemplateActor& by) {
    using What = ChangeTemplate::What;
    const auto done = [&](Result<void> r) -> Result<std::string> {
        if (!r) return fail(r.error());
        return command.key;
    };
    switch (command.what) {
    case What::Name: return done(store::nameTemplate(db, command.key, command.text, by));
    case What::Merge: return done(store::mergeTemplate(db, command.key, command.text, by));
    case What::Unmerge: return done(store::unmergeTemplate(db, command.key, by));
    case What::Split: return store::splitTemplate(db, command.key, command.text, by);
    case What::State: break;
    }
    const auto state = store::templateStateFromName(command.state);
    if (!state) return fail(badState(command.state));
    return done(store::setTemplateState(db, command.key, command.provider, *state, command.mutedUntil, by));
}

} // namespace

Snapshot perform(Context& c, const ChangeTemplate& command) {
    if (command.what == ChangeTemplate::What::State && command.state == "muted" && command.reason.empty())
        return Error(ErrorCode::InvalidArgument, "template",
                     "A reason is needed to mute a template: later nobody knows why it is quiet.");
    const store::TemplateActor by{c.options.actor, c.clock.now()};
    auto written =
        c.workspace->write([command, by](store::Database& db) { return change(db, command, by); }).get();
    if (!written) return written.error();
    if (!command.reason.empty()) c.activity("template.reason", command.key, command.reason);
    c.changed("templates", command.key);
    if (command.what == ChangeTemplate::What::Merge || command.what == ChangeTemplate::What::Split)
        c.changed("events");
    return Done{*written};
}

} // namespace waypost::engine
