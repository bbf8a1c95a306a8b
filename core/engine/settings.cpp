#include "base/log.h"
#include "engine/context.h"
#include "store/activity_store.h"
#include "store/settings_store.h"

namespace waypost::engine {

namespace settings = store::settings;

void Context::activity(std::string kind, std::string object, std::string text, std::string detail) {
    if (workspace->readOnly()) return;
    store::ActivityRow row{0,
                           clock.now(),
                           options.actor,
                           std::move(kind),
                           std::move(object),
                           std::move(text),
                           std::move(detail)};
    workspace->write([row](store::Database& db) { store::activity::append(db, row); },
                     [](Result<void> r) {
                         if (!r) log::warn("engine", r.error().describe());
                     });
    changed("activity");
}

Snapshot answer(Context& c, const JobsQuery&) {
    return toSnapshot(c.jobs->list());
}

Snapshot answer(Context& c, const ActivityQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Activity out;
        for (store::ActivityRow& row : store::activity::latest(db, q.limit))
            out.rows.push_back({row.at, row.actor, row.kind, row.object, row.text, row.detail});
        return out;
    }));
}

Snapshot answer(Context& c, const StatusQuery&) {
    Status out;
    out.workspaceFile = c.workspace->file().string();
    out.workspaceName = c.workspace->file().stem().string();
    out.readOnly = c.workspace->readOnly();
    out.databaseBytes = c.workspace->bytesOnDisk();
    out.loopbackOnly = net::guard::onlyLoopback();
    for (const std::string& notice : c.workspace->notices())
        out.databaseNote += (out.databaseNote.empty() ? "" : " ") + notice;
    if (out.databaseNote.empty()) out.databaseNote = "closed properly last time";
    for (const net::Endpoint& e : resolverServers(c)) out.resolvers.push_back(e.toString());
    auto kind = c.workspace->read([](store::Database& db) { return settings::text(db, "workspace.kind"); });
    if (!kind) return kind.error();
    out.workspaceKind = c.lab ? "lab" : *kind;
    return out;
}

Snapshot answer(Context& c, const SettingsQuery&) {
    return toSnapshot(c.workspace->read([&](store::Database& db) {
        Settings out;
        for (const store::SettingSpec& s : settings::all())
            out.settings.push_back({std::string(s.key), std::string(s.title),
                                    std::string(store::settingTypeName(s.type)), settings::text(db, s.key),
                                    std::string(s.standard),
                                    settings::isSet(db, s.key) ? "this workspace" : "default",
                                    std::string(s.doc), std::string(s.choices)});
        for (const store::RouteRow& r : settings::routes(db))
            out.routes.push_back({r.name, r.host, r.tls, r.auth, r.user, r.secret, r.sourceAddress, r.helo,
                                  r.port, !r.secret.empty() && c.secrets->has(r.secret)});
        for (const store::StreamRuleRow& r : settings::streamRules(db))
            out.streams.push_back({r.stream, r.field, r.pattern});
        return out;
    }));
}

namespace {

// Waits for the write, tells the screens, records the change.
Snapshot written(Context& c, std::future<Result<void>> future, const std::string& object,
                 std::string sentence) {
    if (auto done = future.get(); !done) return done.error();
    c.activity("settings.change", object, std::move(sentence));
    c.changed("settings", object);
    return Done{object};
}

} // namespace

Snapshot perform(Context& c, const SaveSetting& command) {
    auto saved = written(c, c.workspace->write([command](store::Database& db) {
        return settings::set(db, command.key, command.value);
    }),
                         command.key, command.key + " is now \"" + command.value + "\".");
    if (command.key.starts_with("resolver.")) dropResolver(c);
    return saved;
}

Snapshot perform(Context& c, const SaveRoute& command) {
    store::RouteRow row{command.route.name,   command.route.host,          command.route.port,
                        command.route.tls,    command.route.auth,          command.route.user,
                        command.route.secret, command.route.sourceAddress, command.route.helo};
    if (command.password) {
        if (row.secret.empty()) row.secret = "route/" + row.name;
        if (auto put = c.secrets->put(row.secret, *command.password); !put) return put.error();
    }
    return written(c, c.workspace->write([row](store::Database& db) { return settings::saveRoute(db, row); }),
                   row.name,
                   "Route " + row.name + " goes to " + row.host + ":" + std::to_string(row.port) + ".");
}

Snapshot perform(Context& c, const DeleteRoute& command) {
    auto removed = c.workspace->write([command](store::Database& db) -> Result<void> {
        if (settings::removeRoute(db, command.name)) return {};
        return fail(ErrorCode::NotFound, "route", "There is no route named \"" + command.name + "\".");
    });
    return written(c, std::move(removed), command.name, "Route " + command.name + " was removed.");
}

Snapshot perform(Context& c, const SaveStreams& command) {
    std::vector<store::StreamRuleRow> rows;
    rows.reserve(command.rules.size());
    for (const StreamRule& r : command.rules) rows.push_back({r.stream, r.field, r.pattern});
    return written(
        c, c.workspace->write([rows](store::Database& db) { return settings::saveStreamRules(db, rows); }),
        "streams", std::to_string(rows.size()) + " stream rules are in force.");
}

Snapshot perform(Context& c, const PutSecret& command) {
    if (auto put = c.secrets->put(command.name, command.value); !put) return put.error();
    c.activity("secret.put", command.name, "A secret was stored under " + command.name + ".");
    c.changed("settings", command.name);
    return Done{command.name};
}

Snapshot perform(Context& c, const CancelJob& command) {
    if (c.jobs->cancel(command.id)) return Done{command.id};
    return Error(ErrorCode::NotFound, "job", "No job with this id is running.");
}

} // namespace waypost::engine
