#include "domain/finding.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::domain {

namespace {

constexpr std::int64_t schemaVersion = 1;
constexpr Severity severities[] = {Severity::Error, Severity::Warning, Severity::Note, Severity::Info};

std::string filled(std::string_view pattern, const Facts& facts) {
    std::string out;
    size_t at = 0;
    while (at < pattern.size()) {
        const size_t open = pattern.find('{', at);
        const size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
        if (close == std::string_view::npos) break;
        out += pattern.substr(at, open - at);
        auto fact = facts.find(std::string(pattern.substr(open + 1, close - open - 1)));
        out += fact == facts.end() ? std::string(pattern.substr(open, close - open + 1))
                                   : text::printable(fact->second);
        at = close + 1;
    }
    return out + std::string(pattern.substr(at));
}

Result<FindingRule> readRule(const json::object& o, std::string_view what) {
    FindingRule rule;
    const auto word = json::text(o, "severity");
    auto severity = std::find_if(std::begin(severities), std::end(severities),
                                 [&](Severity s) { return severityName(s) == word; });
    if (severity == std::end(severities))
        return fail(
            ErrorCode::Corrupt, std::string(what),
            fmt::format("The finding \"{}\" has the severity \"{}\", which is none of error, warning, "
                        "note and info.",
                        json::text(o, "id"), word));
    rule.severity = *severity;
    struct Field {
        std::string_view name;
        std::string& out;
    };
    for (auto& field : {Field{"seen", rule.seen}, Field{"good", rule.good}, Field{"fix", rule.fix},
                        Field{"verify", rule.verify}, Field{"section", rule.section}}) {
        field.out = std::string(json::text(o, field.name));
        if (field.out.empty())
            return fail(ErrorCode::Corrupt, std::string(what),
                        fmt::format("The finding \"{}\" has no \"{}\".", json::text(o, "id"), field.name));
    }
    return rule;
}

} // namespace

std::string_view severityName(Severity s) {
    switch (s) {
    case Severity::Error: return "error";
    case Severity::Warning: return "warning";
    case Severity::Note: return "note";
    case Severity::Info: return "info";
    }
    return "info";
}

Result<std::shared_ptr<const FindingCatalogue>> FindingCatalogue::load(const std::filesystem::path& file) {
    const std::string what = file.filename().string();
    auto document = json::readFile(file);
    if (!document) return fail(document.error());
    if (!document->is_object() || json::number(document->as_object(), "schema_version") != schemaVersion)
        return fail(ErrorCode::Unsupported, what, "The schema version is not 1.");
    const auto& root = document->as_object();
    const json::array* list = json::list(root, "findings");
    if (!list) return fail(ErrorCode::Corrupt, what, "There is no list \"findings\".");
    auto out = std::make_shared<FindingCatalogue>();
    out->date_ = std::string(json::text(root, "date"));
    for (const auto& item : *list) {
        if (!item.is_object()) return fail(ErrorCode::Corrupt, what, "A finding is not an object.");
        const auto& o = item.as_object();
        const std::string id(json::text(o, "id"));
        if (id.empty()) return fail(ErrorCode::Corrupt, what, "A finding has no id.");
        auto rule = readRule(o, what);
        if (!rule) return fail(rule.error());
        if (!out->rules_.emplace(id, std::move(*rule)).second)
            return fail(ErrorCode::Corrupt, what, fmt::format("The finding \"{}\" stands twice.", id));
    }
    return out;
}

const FindingRule* FindingCatalogue::find(std::string_view id) const {
    auto it = rules_.find(id);
    return it == rules_.end() ? nullptr : &it->second;
}

std::vector<std::string> FindingCatalogue::ids() const {
    std::vector<std::string> out;
    out.reserve(rules_.size());
    for (const auto& [id, rule] : rules_) out.push_back(id);
    return out;
}

Finding FindingCatalogue::make(std::string_view id, std::string subject, const Facts& facts,
                               std::vector<size_t> evidence) const {
    Finding f;
    f.id = std::string(id);
    f.subject = std::move(subject);
    f.evidence = std::move(evidence);
    Facts all = facts;
    all["subject"] = f.subject;
    const FindingRule* rule = find(id);
    if (!rule) {
        // A user's own file may lack a rule: the finding is not lost with it.
        f.seen = fmt::format("{} ({})", f.id, f.subject);
        return f;
    }
    f.severity = rule->severity;
    f.seen = filled(rule->seen, all);
    f.good = filled(rule->good, all);
    f.fix = filled(rule->fix, all);
    f.verify = filled(rule->verify, all);
    f.section = rule->section;
    return f;
}

} // namespace waypost::domain
