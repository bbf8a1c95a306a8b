// Templates as groups with counts: reading for template_store.h.
#include "base/text.h"
#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_cells.h"
#include "store/event_names.h"
#include "store/event_segment.h"
#include "store/rollup_writer.h"
#include "store/template_store.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace waypost::store {

namespace {

constexpr std::int64_t dayHours = 24;
constexpr size_t maxNearest = 200;    // groups for which the nearest older template is looked for
constexpr size_t maxCandidates = 500; // older templates that are compared with one

struct Decision {
    std::string state;
    UtcTime at, mutedUntil;
};

struct Group {
    std::int64_t templateId = 0, provider = 0; // of the one others are merged into
    std::map<int, std::uint64_t> classes;
    std::vector<std::int64_t> merged;
    std::uint64_t events = 0, day = 0;
    UtcTime first{INT64_MAX}, last{INT64_MIN};
};

using GroupKey = std::pair<std::int64_t, std::int64_t>;

// All groups with what was decided about them, in a few queries.
class Groups {
  public:
    Groups(Database& db, UtcTime now) : db_(db), now_(now) {
        loadDecisions();
        loadGroups();
        loadDay();
    }

    std::map<GroupKey, Group> groups;
    std::int64_t firstDayHour = 0, endDayHour = 0;

    TemplateRow row(const Group& g) {
        TemplateRow r;
        const auto& [key, text] = template_(g.templateId);
        r.key = key;
        r.text = text;
        if (auto it = names_.find(g.templateId); it != names_.end()) r.name = it->second;
        r.provider = providerName(g.provider);
        auto most = std::max_element(g.classes.begin(), g.classes.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
        if (most != g.classes.end()) r.category = categoryOfClass(most->first);
        r.events = g.events;
        r.dayEvents = g.day;
        if (auto it = dayOfProvider_.find(g.provider); it != dayOfProvider_.end())
            r.dayOfProvider = it->second;
        r.firstSeen = g.first;
        r.lastSeen = g.last;
        for (auto id : g.merged) r.merged.push_back(template_(id).first);
        decide(g, r);
        return r;
    }

    const std::pair<std::string, std::string>& template_(std::int64_t id) {
        auto [it, isNew] = templates_.try_emplace(id);
        if (isNew) {
            auto find = db_.prepare("SELECT key, text FROM event_template WHERE id = ?");
            if (find.with(id).step()) it->second = {find.string(0), find.string(1)};
        }
        return it->second;
    }

  private:
    void loadDecisions() {
        auto names = db_.prepare("SELECT template, name FROM template_name");
        while (names.step()) names_.emplace(names.integer(0), names.string(1));
        auto merges = db_.prepare("SELECT template, into_template FROM template_merge");
        while (merges.step()) merges_.emplace(merges.integer(0), merges.integer(1));
        auto states = db_.prepare("SELECT template, provider, state, at, muted_until FROM template_state");
        while (states.step())
            decisions_.emplace(GroupKey{states.integer(0), states.integer(1)},
                               Decision{states.string(2), states.time(3), states.time(4)});
    }

    void loadGroups() {
        auto rows =
            db_.prepare("SELECT template, provider, class, events, first_seen, last_seen FROM reply_group");
        while (rows.step()) {
            const std::int64_t own = rows.integer(0), provider = rows.integer(1);
            auto merge = merges_.find(own);
            const std::int64_t shown = merge == merges_.end() ? own : merge->second;
            Group& g = groups[{shown, provider}];
            g.templateId = shown;
            g.provider = provider;
            if (shown != own && std::find(g.merged.begin(), g.merged.end(), own) == g.merged.end())
                g.merged.push_back(own);
            const auto events = std::uint64_t(rows.integer(3));
            g.classes[int(rows.integer(2))] += events;
            g.events += events;
            g.first = std::min(g.first, rows.time(4));
            g.last = std::max(g.last, rows.time(5));
            auto [it, isNew] = providerFirst_.try_emplace(provider, rows.time(4));
            it->second = std::min(it->second, rows.time(4));
            newest_ = std::max(newest_, rows.time(5));
        }
    }

    // The last 24 hours of the roll-ups, up to now or to the last event.
    void loadDay() {
        if (newest_.ms == INT64_MIN) return;
        endDayHour = hourOf(std::min(now_, newest_)) + 1;
        firstDayHour = endDayHour - dayHours;
        auto rows =
            db_.prepare("SELECT template, provider, sum(events) FROM rollup_hour_template WHERE hour >= ? "
                        "AND hour < ? GROUP BY template, provider");
        rows.with(firstDayHour, endDayHour);
        while (rows.step()) {
            const std::int64_t own = rows.integer(0), provider = rows.integer(1);
            auto merge = merges_.find(own);
            auto it = groups.find({merge == merges_.end() ? own : merge->second, provider});
            const auto events = std::uint64_t(rows.integer(2));
            if (it != groups.end()) it->second.day += events;
            dayOfProvider_[provider] += events;
        }
    }

    const std::string& providerName(std::int64_t id) {
        auto [it, isNew] = providerNames_.try_emplace(id);
        if (isNew) it->second = nameOf(db_, id);
        return it->second;
    }

    void decide(const Group& g, TemplateRow& r) const {
        const auto decision = decisions_.find({g.templateId, g.provider});
        if (decision == decisions_.end()) {
            const UtcTime provider = providerFirst_.at(g.provider);
            const bool late = g.first.ms - provider.ms >= templateLearningMs;
            const bool recent = std::min(now_, newest_).ms - g.first.ms < templateNewsMs;
            r.state = late && recent ? TemplateState::New : TemplateState::Known;
            return;
        }
        const Decision& d = decision->second;
        r.state = TemplateState::Known;
        if (d.state == "muted" && now_ < d.mutedUntil) {
            r.state = TemplateState::Muted;
            r.mutedUntil = d.mutedUntil;
        } else if (d.state == "resolved") {
            r.state = g.last > d.at ? TemplateState::Regressed : TemplateState::Resolved;
        }
    }

    Database& db_;
    UtcTime now_, newest_{INT64_MIN};
    std::unordered_map<std::int64_t, std::string> names_, providerNames_;
    std::unordered_map<std::int64_t, std::int64_t> merges_;
    std::map<GroupKey, Decision> decisions_;
    std::unordered_map<std::int64_t, UtcTime> providerFirst_;
    std::unordered_map<std::int64_t, std::uint64_t> dayOfProvider_;
    std::unordered_map<std::int64_t, std::pair<std::string, std::string>> templates_;
};

void findNearest(Groups& groups, const Group& g, TemplateRow& row) {
    std::vector<std::pair<UtcTime, std::int64_t>> older;
    for (const auto& [key, other] : groups.groups) {
        if (other.provider == g.provider && other.first < g.first) older.emplace_back(other.first, key.first);
    }
    if (older.size() > maxCandidates) {
        std::nth_element(older.begin(), older.begin() + maxCandidates, older.end(), std::greater<>());
        older.resize(maxCandidates);
    }
    std::vector<std::string> texts;
    texts.reserve(older.size());
    for (const auto& [first, id] : older) texts.push_back(groups.template_(id).second);
    const auto nearest = reply::nearestOf(row.text, texts);
    if (!nearest) return;
    row.nearestKey = groups.template_(older[nearest->index].second).first;
    row.nearestText = texts[nearest->index];
    row.nearestSimilarity = nearest->similarity;
    row.changes = reply::changedWords(row.nearestText, row.text);
}

bool holds(const TemplateRow& r, std::string_view needle) {
    return text::lowered(r.text).find(needle) != std::string::npos ||
           text::lowered(r.name).find(needle) != std::string::npos || r.key.find(needle) != std::string::npos;
}

bool wanted(const TemplateAsk& ask, std::string_view needle, const TemplateRow& r) {
    if (!ask.provider.empty() && r.provider != ask.provider) return false;
    if (ask.onlyUnclassified && r.category != reply::Category::Unclassified) return false;
    return needle.empty() || holds(r, needle);
}

// News first: regressed, new, then the rest; muted last.
int rank(TemplateState s) {
    switch (s) {
    case TemplateState::Regressed: return 0;
    case TemplateState::New: return 1;
    case TemplateState::Muted: return 3;
    default: return 2;
    }
}

struct Shown {
    TemplateRow row;
    const Group* group = nullptr;
};

bool before(const Shown& a, const Shown& b) {
    auto key = [](const Shown& s) {
        return std::tuple(rank(s.row.state), ~s.row.dayEvents, ~s.row.events, std::string_view(s.row.key),
                          std::string_view(s.row.provider));
    };
    return key(a) < key(b);
}

} // namespace

TemplateList templates(Database& db, const TemplateAsk& ask) {
    Groups groups(db, ask.now);
    TemplateList out;
    out.dayStart = {groups.firstDayHour * hourMs};
    out.dayEnd = {groups.endDayHour * hourMs};
    const std::string needle = text::lowered(ask.contains);
    std::vector<Shown> shown;
    for (const auto& [key, g] : groups.groups) {
        Shown s{groups.row(g), &g};
        if (!wanted(ask, needle, s.row)) continue;
        ++out.byState[size_t(s.row.state)];
        if (!ask.states.empty() &&
            std::find(ask.states.begin(), ask.states.end(), s.row.state) == ask.states.end())
            continue;
        shown.push_back(std::move(s));
    }
    out.total = shown.size();
    const size_t kept = std::min(shown.size(), size_t(std::max(0, ask.limit)));
    std::partial_sort(shown.begin(), shown.begin() + std::ptrdiff_t(kept), shown.end(), before);
    shown.resize(kept);
    size_t looked = 0;
    for (auto& s : shown) {
        if (s.row.state == TemplateState::New && looked++ < maxNearest) findNearest(groups, *s.group, s.row);
        out.rows.push_back(std::move(s.row));
    }
    return out;
}

std::optional<TemplateDetail> templateDetail(Database& db, std::string_view key, std::string_view provider,
                                             UtcTime now) {
    Groups groups(db, now);
    const std::int64_t providerId = findName(db, NameKind::Provider, provider);
    const Group* found = nullptr;
    TemplateDetail out;
    for (const auto& [at, g] : groups.groups) {
        if (groups.template_(g.templateId).first != key) continue;
        out.providers.push_back(nameOf(db, g.provider));
        if (g.provider == providerId) found = &g;
    }
    if (!found) return std::nullopt;
    out.row = groups.row(*found);
    findNearest(groups, *found, out.row);
    auto reply =
        db.prepare("SELECT sample, rule, rule_version, span_start, span_length FROM event_reply WHERE "
                   "template = ? AND provider = ? ORDER BY id DESC LIMIT 1");
    if (reply.with(found->templateId, found->provider).step()) {
        out.sample = reply.string(0);
        out.rule = reply.string(1);
        out.ruleVersion = int(reply.integer(2));
        out.spanStart = int(reply.integer(3));
        out.spanLength = int(reply.integer(4));
    }
    std::map<std::int64_t, TemplateDay> days;
    auto hours =
        db.prepare("SELECT (hour - ?) / 24, sum(events), sum(CASE WHEN template = ? OR template IN "
                   "(SELECT template FROM template_merge WHERE into_template = ?) THEN events ELSE 0 END) "
                   "FROM rollup_hour_template WHERE provider = ? AND hour >= ? AND hour < ? GROUP BY 1");
    const std::int64_t start = groups.endDayHour - 30 * dayHours;
    hours.with(start, found->templateId, found->templateId, found->provider, start, groups.endDayHour);
    while (hours.step())
        days[hours.integer(0)] = {{(start + hours.integer(0) * dayHours) * hourMs},
                                  std::uint64_t(hours.integer(2)),
                                  std::uint64_t(hours.integer(1))};
    for (const auto& [index, day] : days) out.days.push_back(day);
    return out;
}

namespace {

// The newest event of each of these groups, among the newest events.
void findPlaces(Database& db, std::vector<UnclassifiedRow>& rows) {
    constexpr int mostSegments = 8;
    std::unordered_map<std::int64_t, UnclassifiedRow*> byReply;
    auto find =
        db.prepare("SELECT r.id FROM event_reply r JOIN event_template t ON t.id = r.template WHERE t.key = "
                   "? AND r.provider = ? AND r.category = ?");
    for (auto& row : rows) {
        find.with(row.key, findName(db, NameKind::Provider, row.provider),
                  int(reply::Category::Unclassified));
        while (find.step()) byReply.emplace(find.integer(0), &row);
    }
    size_t missing = rows.size();
    int segments = 0;
    std::vector<std::int64_t> replies;
    eachSegment(db, {INT64_MIN}, {INT64_MAX}, INT64_MAX, true,
                [&](const Segment& s, const ColumnReader& reader) {
                    reader.number(Reply, replies);
                    for (size_t i = reader.rows(); i-- > 0 && missing > 0;) {
                        auto it = byReply.find(replies[i]);
                        if (it == byReply.end() || it->second->event != 0) continue;
                        it->second->event = s.first + std::int64_t(i);
                        --missing;
                    }
                    return missing > 0 && ++segments < mostSegments;
                });
}

} // namespace

UnclassifiedQueue unclassifiedQueue(Database& db, int limit) {
    UnclassifiedQueue out;
    constexpr int unclassified = int(reply::Category::Unclassified);
    out.events =
        std::uint64_t(db.integer("SELECT coalesce(sum(events), 0) FROM reply_group WHERE class < 256"));
    auto groups = db.prepare(
        "SELECT t.key, t.text, g.provider, sum(g.events) AS n, min(g.first_seen), max(g.last_seen), "
        "(SELECT sample FROM event_reply r WHERE r.template = g.template AND r.provider = g.provider AND "
        "r.category = ? LIMIT 1) FROM reply_group g JOIN event_template t ON t.id = g.template "
        "WHERE g.class % 256 / 8 = ? AND g.class < 256 GROUP BY g.template, g.provider ORDER BY n DESC, "
        "t.key");
    groups.with(unclassified, unclassified);
    while (groups.step()) {
        ++out.templates;
        out.unclassified += std::uint64_t(groups.integer(3));
        if (int(out.rows.size()) >= limit) continue;
        out.rows.push_back({groups.string(0), groups.string(1), nameOf(db, groups.integer(2)),
                            groups.string(6), std::uint64_t(groups.integer(3)), groups.time(4),
                            groups.time(5), 0});
    }
    findPlaces(db, out.rows);
    return out;
}

} // namespace waypost::store
