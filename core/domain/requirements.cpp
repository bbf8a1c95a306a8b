#include "domain/requirements.h"

#include "base/json.h"
#include "base/text.h"
#include "domain/requirement_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace waypost::domain {

namespace {

constexpr std::int64_t schemaVersion = 1;

Result<Requirement> readRequirement(const json::object& o, const std::string& what) {
    Requirement r;
    for (auto [field, into] :
         {std::pair("id", &r.id), std::pair("provider", &r.provider), std::pair("name", &r.name),
          std::pair("who", &r.who), std::pair("text", &r.text), std::pair("check", &r.check),
          std::pair("source", &r.source)}) {
        *into = json::text(o, field);
        if (into->empty())
            return fail(ErrorCode::Corrupt, what,
                        fmt::format("The requirement \"{}\" has no \"{}\".", r.id, field));
    }
    r.reply = json::text(o, "reply");
    r.minimum = int(json::number(o, "minimum"));
    if (const json::array* codes = json::list(o, "codes"))
        for (const json::value& c : *codes)
            if (c.is_string()) r.codes.emplace_back(c.get_string());
    const auto& checks = requirementChecks();
    if (std::find(checks.begin(), checks.end(), r.check) == checks.end())
        return fail(
            ErrorCode::Corrupt, what,
            fmt::format("The requirement \"{}\" names the check \"{}\", which there is not.", r.id, r.check));
    return r;
}

// A reply to any mail of the workspace tells of its servers, and of the domain only that it may be meant.
bool aboutServers(std::string_view check) {
    return check == "tls" || check == "ptr-fcrdns" || check == "ptr-not-generic" || check == "rate";
}

void addReplies(const Requirement& r, const RequirementInput& input, RequirementVerdict& verdict) {
    for (const ReplyFacts& reply : input.replies) {
        const bool tells = reply.provider == r.provider &&
                           std::find(r.codes.begin(), r.codes.end(), reply.code) != r.codes.end();
        if (!tells) continue;
        verdict.evidence += fmt::format(
            " {} of {} with {}, last on {}{}: {}", text::counted(reply.events, "reply", "replies"), r.name,
            reply.code, formatUtc(reply.lastSeen).substr(0, 10),
            aboutServers(r.check) ? "" : " (to any domain of this workspace)", reply.sample);
        if (aboutServers(r.check)) verdict.state = RequirementState::NotMet;
    }
}

} // namespace

std::string_view requirementStateName(RequirementState s) {
    switch (s) {
    case RequirementState::Met: return "met";
    case RequirementState::NotMet: return "not met";
    case RequirementState::CannotKnow: return "cannot know from here";
    }
    return "cannot know from here";
}

const std::vector<std::string_view>& requirementChecks() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> out;
        for (const RequirementCheck& c : allRequirementChecks()) out.push_back(c.name);
        return out;
    }();
    return names;
}

Result<std::shared_ptr<const RequirementCatalogue>>
RequirementCatalogue::load(const std::filesystem::path& file) {
    const std::string what = file.filename().string();
    auto document = json::readFile(file);
    if (!document) return fail(document.error());
    const json::object* root = document->if_object();
    const json::array* list = root ? json::list(*root, "requirements") : nullptr;
    if (!list) return fail(ErrorCode::Corrupt, what, "There is no list \"requirements\".");
    if (json::number(*root, "schema_version") != schemaVersion)
        return fail(ErrorCode::Unsupported, what, "The file is of another schema version.");
    auto out = std::make_shared<RequirementCatalogue>();
    out->date_ = json::text(*root, "date");
    std::set<std::string> ids;
    for (const json::value& v : *list) {
        const json::object* o = v.if_object();
        if (!o) return fail(ErrorCode::Corrupt, what, "A requirement is not an object.");
        auto r = readRequirement(*o, what);
        if (!r) return fail(r.error());
        if (!ids.insert(r->id).second)
            return fail(ErrorCode::Corrupt, what, fmt::format("The id \"{}\" is there twice.", r->id));
        out->requirements_.push_back(std::move(*r));
    }
    return std::shared_ptr<const RequirementCatalogue>(std::move(out));
}

RequirementVerdict judge(const Requirement& requirement, const RequirementInput& input) {
    RequirementVerdict verdict;
    for (const RequirementCheck& c : allRequirementChecks())
        if (c.name == requirement.check) verdict = c.judge(requirement, input);
    addReplies(requirement, input, verdict);
    return verdict;
}

} // namespace waypost::domain
