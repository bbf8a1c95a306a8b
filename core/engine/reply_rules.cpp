// Rules of the classifier: the list, a draft, its rehearsal over all stored replies, putting it in force.
#include "base/json.h"
#include "engine/context.h"
#include "ingest/rejudge.h"
#include "reply/crosswalk.h"
#include "reply/propose.h"
#include "reply/rule.h"
#include "store/atomic_file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace waypost::engine {

namespace {

namespace fs = std::filesystem;

constexpr size_t changesShown = 500, samplesTaken = 3;
constexpr std::int64_t largestFile = 8 * 1024 * 1024;

// A string, or a list of strings joined by ", ".
std::string words(const json::object& o, std::string_view key) {
    if (const json::array* list = json::list(o, key)) {
        std::string out;
        for (const json::value& v : *list)
            if (v.is_string()) out += (out.empty() ? "" : ", ") + std::string(v.as_string());
        return out;
    }
    return std::string(json::text(o, key));
}

RuleView viewOf(const json::object& rule, const std::string& file, const std::string& providers, bool own) {
    RuleView out;
    out.id = json::text(rule, "id");
    out.file = file;
    out.version = int(json::number(rule, "version"));
    out.category = json::text(rule, "category");
    out.cause = json::text(rule, "cause");
    out.action = json::text(rule, "action");
    out.source = json::text(rule, "source");
    out.pattern = json::text(rule, "pattern");
    out.code = words(rule, "code");
    out.enhanced = words(rule, "enhanced");
    out.stage = json::text(rule, "stage");
    out.provider = json::text(rule, "provider");
    if (out.provider.empty()) out.provider = providers;
    if (const json::array* samples = json::list(rule, "samples"))
        for (const json::value& s : *samples)
            if (s.is_object()) out.samples.emplace_back(json::text(s.as_object(), "text"));
    out.own = own;
    out.whole = json::line(rule);
    return out;
}

void readRules(const fs::path& file, bool own, std::vector<RuleView>& out) {
    auto whole = json::readFile(file, size_t(largestFile));
    if (!whole || !whole->is_object()) return;
    const json::object& top = whole->as_object();
    const std::string providers = words(top, "providers");
    if (const json::array* rules = json::list(top, "rules"))
        for (const json::value& rule : *rules)
            if (rule.is_object())
                out.push_back(viewOf(rule.as_object(), file.filename().string(), providers, own));
}

json::value listOrText(const std::string& text) {
    json::array out;
    for (size_t at = 0; at < text.size();) {
        size_t end = std::min(text.find(',', at), text.size());
        const size_t first = text.find_first_not_of(' ', at);
        size_t last = end;
        while (last > at && text[last - 1] == ' ') --last;
        if (first < last) out.push_back(json::foreign(text.substr(first, last - first)));
        at = end + 1;
    }
    return out.size() == 1 ? out.front() : json::value(out);
}

// Samples that stay keep their provider and MX.
json::array samplesJson(const RuleView& r, const json::array* held) {
    json::array out;
    for (const std::string& text : r.samples) {
        const json::object* same = nullptr;
        for (size_t i = 0; held && i < held->size(); ++i)
            if ((*held)[i].is_object() && json::text((*held)[i].as_object(), "text") == text)
                same = &(*held)[i].as_object();
        json::object sample = same ? *same : json::object{{"text", json::foreign(text)}};
        const std::string first = r.provider.substr(0, r.provider.find(','));
        if (!same && !first.empty()) sample["provider"] = json::foreign(first);
        out.push_back(std::move(sample));
    }
    return out;
}

// The draft's JSON: what the form does not show stays as it was.
json::object ruleJson(const RuleView& r) {
    json::object out;
    if (auto whole = json::parse(r.whole, "rule"); !r.whole.empty() && whole && whole->is_object())
        out = whole->as_object();
    const auto put = [&](const char* key, const std::string& text, bool list) {
        if (text.empty())
            out.erase(key);
        else
            out[key] = list ? listOrText(text) : json::foreign(text);
    };
    put("id", r.id, false);
    out["version"] = std::max(1, r.version);
    put("code", r.code, true);
    put("enhanced", r.enhanced, true);
    put("pattern", r.pattern, false);
    put("stage", r.stage, false);
    put("category", r.category, false);
    put("cause", r.cause, false);
    put("action", r.action, false);
    put("source", r.source, false);
    out["samples"] = samplesJson(r, json::list(out, "samples"));
    put("provider", r.provider, true);
    return out;
}

// The operator's file with the draft in its place.
Result<std::string> fileWith(const fs::path& file, const RuleView& rule, bool remove, UtcTime now) {
    json::object top{{"schema_version", reply::ruleSchemaVersion}, {"note", "Rules of the operator."}};
    json::array rules;
    std::error_code ec;
    if (fs::exists(file, ec)) {
        auto whole = json::readFile(file, size_t(largestFile));
        if (!whole) return std::unexpected(whole.error());
        if (whole->is_object()) top = whole->as_object();
        if (const json::array* held = json::list(top, "rules"))
            for (const json::value& r : *held)
                if (!r.is_object() || json::text(r.as_object(), "id") != rule.id) rules.push_back(r);
    }
    if (!remove) rules.insert(rules.begin(), ruleJson(rule)); // the newest is tried first
    top["date"] = formatUtc(now).substr(0, 10);
    top["rules"] = std::move(rules);
    return json::line(top) + "\n";
}

Result<fs::path> ownFile(Context& c) {
    if (c.options.userRules.empty())
        return fail(ErrorCode::InvalidArgument, "rules", "There is no place to keep own rules here.");
    return c.options.userRules;
}

// The draft compiled above the shipped pack, from a file that is gone afterwards.
Result<std::shared_ptr<const reply::Classifier>> compiled(Context& c, const std::string& bytes) {
    static std::atomic<int> count{0};
    const fs::path trial =
        fs::temp_directory_path() / fmt::format("waypost-rules-{}-{}.json", ::getpid(), count.fetch_add(1));
    if (auto written = store::replaceFile(trial, bytes); !written) return std::unexpected(written.error());
    auto rules = reply::Classifier::load(c.options.resources / "rules", trial);
    std::error_code ec;
    fs::remove(trial, ec);
    return rules;
}

} // namespace

Snapshot answer(Context& c, const RulesQuery&) {
    Rules out;
    out.userFile = c.options.userRules.string();
    if (!c.options.userRules.empty()) readRules(c.options.userRules, true, out.rules);
    std::vector<fs::path> files;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(c.options.resources / "rules" / "replies", ec))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    const size_t own = out.rules.size();
    for (const fs::path& file : files) readRules(file, false, out.rules);
    // A shipped rule that an own one stands for is not in force.
    const std::vector<RuleView> mine(out.rules.begin(), out.rules.begin() + std::ptrdiff_t(own));
    out.rules.erase(std::remove_if(out.rules.begin() + std::ptrdiff_t(own), out.rules.end(),
                                   [&](const RuleView& r) {
                                       return std::any_of(mine.begin(), mine.end(),
                                                          [&](const RuleView& m) { return m.id == r.id; });
                                   }),
                    out.rules.end());
    for (int i = 0; i < reply::categoryCount; ++i)
        if (reply::Category(i) != reply::Category::Unclassified)
            out.categories.emplace_back(reply::categoryName(reply::Category(i)));
    for (int i = 0; i <= int(reply::Cause::Unknown); ++i)
        if (auto name = reply::causeName(reply::Cause(i)); !name.empty()) out.causes.emplace_back(name);
    for (int i = int(reply::Stage::Connect); i <= int(reply::Stage::After); ++i)
        out.stages.emplace_back(reply::stageName(reply::Stage(i)));
    for (const RuleView& r : out.rules)
        if (!r.action.empty() &&
            std::find(out.actions.begin(), out.actions.end(), r.action) == out.actions.end())
            out.actions.push_back(r.action);
    std::sort(out.actions.begin(), out.actions.end());
    return out;
}

Snapshot answer(Context& c, const ProposeRuleQuery& q) {
    auto stored = c.workspace->read([](store::Database& db) { return store::distinctReplies(db, false); });
    if (!stored) return stored.error();
    std::vector<std::string> samples;
    const store::StoredReply* first = nullptr;
    for (const store::DistinctReply& d : *stored) {
        if (d.reply.templateKey != q.templateKey) continue;
        if (!first) first = &d.reply;
        if (samples.size() < samplesTaken) samples.push_back(d.reply.sample);
    }
    if (!first) return Error(ErrorCode::NotFound, "template", "There is no stored reply of this template.");
    auto made = reply::proposeRule(q.templateKey, first->templateText, first->provider, std::move(samples));
    if (!made) return made.error();
    const json::object file = reply::ruleFileOf(*made, formatUtc(c.clock.now()).substr(0, 10));
    const json::array* rules = json::list(file, "rules");
    RuleProposalView out;
    if (rules && !rules->empty() && rules->front().is_object())
        out.rule = viewOf(rules->front().as_object(), {}, {}, true);
    return out;
}

Snapshot answer(Context& c, const RehearseQuery& q) {
    auto file = ownFile(c);
    if (!file) return file.error();
    auto bytes = fileWith(*file, q.rule, q.remove, c.clock.now());
    if (!bytes) return bytes.error();
    RehearsalView out;
    auto rules = compiled(c, *bytes);
    if (!rules) {
        out.faults.push_back(rules.error().text);
        return out;
    }
    auto stored = c.workspace->read([](store::Database& db) { return store::distinctReplies(db, true); });
    if (!stored) return stored.error();
    ingest::Rehearsal got = ingest::rehearse(*stored, **rules);
    out.replies = got.replies;
    out.events = got.events;
    out.changedReplies = got.changedReplies;
    out.changedEvents = got.changedEvents;
    out.suppressed = got.suppressed;
    out.released = got.released;
    out.retried = got.retried;
    out.givenUp = got.givenUp;
    out.unclassifiedBefore = got.unclassifiedBefore;
    out.unclassifiedAfter = got.unclassifiedAfter;
    out.faults = std::move(got.faults);
    for (ingest::RehearsalChange& ch : got.changes) {
        if (out.changes.size() == changesShown) break;
        out.changes.push_back({std::move(ch.sample), std::move(ch.provider), std::move(ch.templateKey),
                               std::string(reply::categoryName(ch.before)),
                               std::string(reply::categoryName(ch.after)), std::move(ch.ruleBefore),
                               std::move(ch.ruleAfter), std::move(ch.actionBefore), std::move(ch.actionAfter),
                               ch.events});
    }
    return out;
}

namespace {

void saveJob(Context& c, const std::string& job, const SaveRule& command, const fs::path& file) {
    auto bytes = fileWith(file, command.rule, command.remove, c.clock.now());
    if (!bytes) return c.jobs->end(job, JobState::Failed, bytes.error().describe());
    auto rules = ingest::saveUserRules(c.options.resources / "rules", file, *bytes);
    if (!rules) return c.jobs->end(job, JobState::Failed, rules.error().describe());
    c.setClassifier(*rules);
    auto moved =
        c.workspace->write([fresh = *rules](store::Database& db) { return ingest::rejudge(db, *fresh); })
            .get();
    if (!moved) return c.jobs->end(job, JobState::Failed, moved.error().describe());
    const std::string text =
        fmt::format("Rule {} was {}; {} replies with {} events were judged anew.", command.rule.id,
                    command.remove ? "removed" : "saved", moved->replies, moved->events);
    c.activity(command.remove ? "rules.remove" : "rules.save", command.rule.id, text);
    c.changed("rules", command.rule.id);
    c.changed("templates");
    c.changed("events");
    c.jobs->end(job, JobState::Done, text);
}

} // namespace

Snapshot perform(Context& c, const SaveRule& command) {
    auto file = ownFile(c);
    if (!file) return file.error();
    const std::string job = c.jobs->begin("rules", "Save rule " + command.rule.id, "");
    c.work->post([&c, job, command, file = *file](const std::stop_token&) {
        try {
            saveJob(c, job, command, file);
        } catch (const std::exception& e) {
            c.jobs->end(job, JobState::Failed, e.what());
        }
    });
    return Done{job};
}

Snapshot answer(Context& c, const CrosswalkQuery&) {
    auto table = reply::Crosswalk::load(c.options.resources / "rules" / "crosswalk.json");
    if (!table) return table.error();
    CrosswalkView out;
    for (const reply::Vocabulary& v : (*table)->vocabularies()) {
        out.vocabularies.push_back(v.name);
        out.sources.push_back(v.source);
    }
    for (int i = 0; i < reply::categoryCount; ++i) {
        const reply::CrosswalkRow& row = (*table)->row(reply::Category(i));
        CrosswalkView::Row line{std::string(reply::categoryName(reply::Category(i))), {}, row.disagreement};
        for (const auto& terms : row.terms) line.terms.push_back(fmt::format("{}", fmt::join(terms, ", ")));
        out.rows.push_back(std::move(line));
    }
    return out;
}

} // namespace waypost::engine
