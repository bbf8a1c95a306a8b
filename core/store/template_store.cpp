#include "store/template_store.h"

#include "base/text.h"
#include "store/activity_store.h"
#include "store/database.h"
#include "store/event_names.h"
#include "store/verdict_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::store {

namespace {

constexpr std::array<std::string_view, templateStateCount> stateNames{"new", "known", "resolved", "regressed",
                                                                      "muted"};
constexpr size_t maxNameBytes = 120, maxContainsBytes = 200;

std::int64_t templateIdOf(Database& db, std::string_view key) {
    auto find = db.prepare("SELECT id FROM event_template WHERE key = ?");
    return find.with(key).step() ? find.integer(0) : 0;
}

std::unexpected<Error> unknown(std::string_view key) {
    return fail(ErrorCode::NotFound, "template",
                fmt::format("There is no reply template {}.", text::printable(key)));
}

void note(Database& db, const TemplateActor& by, std::string_view kind, std::string_view key,
          std::string sentence) {
    activity::append(
        db, {0, by.at, by.name, fmt::format("template.{}", kind), std::string(key), std::move(sentence), {}});
}

std::string shown(std::string_view text) {
    constexpr size_t most = 80;
    std::string out = text::printable(text);
    if (out.size() <= most) return out;
    size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
    return out.substr(0, end) + "…";
}

std::string textOf(Database& db, std::int64_t id) {
    auto find = db.prepare("SELECT text FROM event_template WHERE id = ?");
    return find.with(id).step() ? find.string(0) : std::string();
}

} // namespace

std::string_view templateStateName(TemplateState s) {
    return stateNames[size_t(s)];
}

std::optional<TemplateState> templateStateFromName(std::string_view name) {
    for (size_t i = 0; i < stateNames.size(); ++i) {
        if (stateNames[i] == name) return TemplateState(i);
    }
    return std::nullopt;
}

Result<void> nameTemplate(Database& db, std::string_view key, std::string_view name,
                          const TemplateActor& by) {
    const std::int64_t id = templateIdOf(db, key);
    if (id == 0) return unknown(key);
    name = text::trim(name);
    if (name.size() > maxNameBytes || name.find_first_of("\r\n") != std::string_view::npos)
        return fail(ErrorCode::InvalidArgument, "template",
                    fmt::format("A name is one line of at most {} bytes.", maxNameBytes));
    if (name.empty()) {
        db.run("DELETE FROM template_name WHERE template = ?", id);
        note(db, by, "name", key, "The template has no name any more.");
        return {};
    }
    db.run("INSERT INTO template_name VALUES(?, ?) ON CONFLICT(template) DO UPDATE SET name = excluded.name",
           id, name);
    note(db, by, "name", key, fmt::format("The template is called \"{}\".", text::printable(name)));
    return {};
}

Result<void> setTemplateState(Database& db, std::string_view key, std::string_view provider,
                              TemplateState state, UtcTime mutedUntil, const TemplateActor& by) {
    const std::int64_t id = templateIdOf(db, key);
    if (id == 0) return unknown(key);
    if (state == TemplateState::New || state == TemplateState::Regressed)
        return fail(ErrorCode::InvalidArgument, "template",
                    fmt::format("\"{}\" follows from the events; known, resolved and muted can be set.",
                                templateStateName(state)));
    if (state == TemplateState::Muted && mutedUntil <= by.at)
        return fail(ErrorCode::InvalidArgument, "template", "Muting needs a time that is still to come.");
    std::vector<std::int64_t> providers;
    {
        auto rows = db.prepare("SELECT DISTINCT provider FROM reply_group WHERE template = ? OR template IN "
                               "(SELECT template FROM template_merge WHERE into_template = ?)");
        rows.with(id, id);
        while (rows.step()) providers.push_back(rows.integer(0));
    }
    if (!provider.empty()) {
        const std::int64_t wanted = findName(db, NameKind::Provider, provider);
        if (std::find(providers.begin(), providers.end(), wanted) == providers.end())
            return fail(ErrorCode::NotFound, "template",
                        fmt::format("The template was never seen at {}.", text::printable(provider)));
        providers = {wanted};
    }
    for (auto p : providers)
        db.run("INSERT INTO template_state VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = "
               "excluded.state, at = excluded.at, muted_until = excluded.muted_until",
               id, p, templateStateName(state), by.at,
               state == TemplateState::Muted ? std::optional(mutedUntil) : std::nullopt);
    note(db, by, "state", key,
         fmt::format("The template is {}{}.", templateStateName(state),
                     provider.empty() ? std::string() : fmt::format(" at {}", text::printable(provider))));
    return {};
}

Result<void> mergeTemplate(Database& db, std::string_view key, std::string_view into,
                           const TemplateActor& by) {
    const std::int64_t from = templateIdOf(db, key);
    if (from == 0) return unknown(key);
    std::int64_t to = templateIdOf(db, into);
    if (to == 0) return unknown(into);
    {
        auto target = db.prepare("SELECT into_template FROM template_merge WHERE template = ?");
        if (target.with(to).step()) to = target.integer(0);
    }
    if (from == to)
        return fail(ErrorCode::InvalidArgument, "template", "A template cannot be merged into itself.");
    Transaction transaction(db);
    db.run("UPDATE template_merge SET into_template = ? WHERE into_template = ?", to, from);
    db.run("INSERT INTO template_merge VALUES(?, ?) ON CONFLICT(template) DO UPDATE SET into_template = "
           "excluded.into_template",
           from, to);
    note(db, by, "merge", key, fmt::format("The template counts as \"{}\".", shown(textOf(db, to))));
    transaction.commit();
    return {};
}

Result<void> unmergeTemplate(Database& db, std::string_view key, const TemplateActor& by) {
    const std::int64_t id = templateIdOf(db, key);
    if (id == 0) return unknown(key);
    db.run("DELETE FROM template_merge WHERE template = ?", id);
    if (db.changes() == 0)
        return fail(ErrorCode::NotFound, "template", "The template is not merged into another one.");
    note(db, by, "split", key, "The template counts for itself again.");
    return {};
}

Result<std::string> splitTemplate(Database& db, std::string_view key, std::string_view contains,
                                  const TemplateActor& by) {
    const std::int64_t id = templateIdOf(db, key);
    if (id == 0) return unknown(key);
    const std::string needle = text::lowered(text::trim(contains));
    if (needle.empty() || needle.size() > maxContainsBytes)
        return fail(ErrorCode::InvalidArgument, "template",
                    fmt::format("The words to split by have 1 to {} bytes.", maxContainsBytes));
    std::vector<VerdictChange> moves;
    size_t all = 0;
    for (auto& d : distinctReplies(db, false)) {
        if (d.reply.templateId != id) continue;
        ++all;
        if (text::lowered(d.reply.sample).find(needle) == std::string::npos) continue;
        moves.push_back({d.reply.id, std::move(d.reply)});
    }
    if (moves.empty() || moves.size() == all)
        return fail(ErrorCode::InvalidArgument, "template",
                    moves.empty() ? "No stored reply of the template holds these words."
                                  : "Every stored reply of the template holds these words.");
    Transaction transaction(db);
    std::string part = text::sha256Hex(fmt::format("{}\n{}", key, needle)).substr(0, 16);
    std::int64_t partId = templateIdOf(db, part);
    const std::string partText = fmt::format("{} [{}]", textOf(db, id), needle);
    if (partId == 0) {
        db.run("INSERT INTO event_template(key, text) VALUES(?, ?)", part, partText);
        partId = db.lastInsertId();
    }
    db.run("INSERT OR IGNORE INTO template_split(template, contains, part) VALUES(?, ?, ?)", id, needle,
           partId);
    for (auto& m : moves) {
        m.after.templateKey = part;
        m.after.templateText = partText;
    }
    changeVerdicts(db, moves);
    note(db, by, "split", key,
         fmt::format("Replies with \"{}\" are a template of their own.", shown(needle)));
    transaction.commit();
    return part;
}

} // namespace waypost::store
