#include "reply/rule.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace waypost::reply {

namespace {

constexpr std::array<std::string_view, 15> actions{"none",
                                                   "retry",
                                                   "slow-down",
                                                   "pause-site",
                                                   "suppress-recipient",
                                                   "suppress-after-repeats",
                                                   "fix-authentication",
                                                   "fix-dns",
                                                   "delist",
                                                   "change-content",
                                                   "repair-reputation",
                                                   "contact-receiver",
                                                   "fix-tls",
                                                   "shrink-message",
                                                   "fix-configuration"};

Result<int> parsePart(std::string_view in, std::string_view whole, std::string_view where) {
    auto n = text::parseUnsigned(in);
    if (!n || *n > 999)
        return fail(
            ErrorCode::InvalidArgument, std::string(where),
            fmt::format("\"{}\" is not an enhanced code pattern such as 5.7.1, *.7.26 or 5.7.606-649.",
                        whole));
    return int(*n);
}

Result<EnhancedCondition> parseEnhanced(std::string_view in, std::string_view where) {
    EnhancedCondition out;
    auto parts = text::split(in, '.');
    if (parts.size() != 3) return std::unexpected(parsePart("", in, where).error());
    if (parts[0] != "*") {
        auto n = parsePart(parts[0], in, where);
        if (!n) return std::unexpected(n.error());
        out.cls = *n;
    }
    if (parts[1] != "*") {
        auto n = parsePart(parts[1], in, where);
        if (!n) return std::unexpected(n.error());
        out.subject = *n;
    }
    if (parts[2] == "*") {
        out.high = 999;
        return out;
    }
    const size_t dash = parts[2].find('-');
    auto low = parsePart(parts[2].substr(0, dash), in, where);
    if (!low) return std::unexpected(low.error());
    out.low = out.high = *low;
    if (dash != std::string_view::npos) {
        auto high = parsePart(parts[2].substr(dash + 1), in, where);
        if (!high) return std::unexpected(high.error());
        out.high = *high;
    }
    return out;
}

bool addCode(std::string_view in, CodeCondition& out) {
    if (in == "none") {
        out.classes |= 1;
        return true;
    }
    if (in.size() != 3 || in[0] < '2' || in[0] > '5') return false;
    if (in.substr(1) == "xx") {
        out.classes |= std::uint8_t(1U << (in[0] - '0'));
        return true;
    }
    auto n = text::parseUnsigned(in);
    if (!n) return false;
    out.codes.push_back(std::int32_t(*n));
    return true;
}

// A field that is one string or a list of strings.
std::vector<std::string_view> oneOrMany(const json::object& o, std::string_view key) {
    std::vector<std::string_view> out;
    const auto* v = o.if_contains(key);
    if (!v) return out;
    if (const auto* s = v->if_string()) out.emplace_back(*s);
    if (const auto* a = v->if_array()) {
        for (const auto& e : *a) {
            if (const auto* s = e.if_string()) out.emplace_back(*s);
        }
    }
    return out;
}

Error bad(const std::string& where, std::string text) {
    return {ErrorCode::InvalidArgument, where, std::move(text)};
}

Result<Category> readCategory(std::string_view name, const std::string& where) {
    auto c = categoryFromName(name);
    if (!c || *c == Category::Unclassified)
        return fail(bad(where, fmt::format("\"{}\" is not a category a rule can give.", name)));
    return *c;
}

Result<void> readConditions(const json::object& o, const std::string& where, Rule& rule) {
    for (auto code : oneOrMany(o, "code")) {
        if (!addCode(code, rule.code))
            return fail(
                bad(where, fmt::format("\"{}\" is not a reply code, a class such as 5xx or none.", code)));
    }
    for (auto e : oneOrMany(o, "enhanced")) {
        auto condition = parseEnhanced(e, where);
        if (!condition) return std::unexpected(condition.error());
        rule.enhanced.push_back(*condition);
    }
    rule.pattern = json::text(o, "pattern");
    if (rule.pattern.size() > maxPatternBytes)
        return fail(bad(where, fmt::format("The pattern is {} bytes long; {} are allowed.",
                                           rule.pattern.size(), maxPatternBytes)));
    if (auto name = json::text(o, "stage"); !name.empty()) {
        rule.stage = stageFromName(name);
        if (!rule.stage) return fail(bad(where, fmt::format("\"{}\" is not a stage.", name)));
    }
    if (rule.code.any() && rule.enhanced.empty() && rule.pattern.empty())
        return fail(bad(where, "The rule has no condition and would match every reply."));
    return {};
}

Result<void> readResult(const json::object& o, const std::string& where, Rule& rule) {
    auto category = readCategory(json::text(o, "category"), where);
    if (!category) return std::unexpected(category.error());
    rule.category = *category;
    for (auto [key, target] :
         {std::pair{"category_4xx", &rule.category4xx}, std::pair{"category_5xx", &rule.category5xx}}) {
        auto name = json::text(o, key);
        if (name.empty()) continue;
        auto c = readCategory(name, where);
        if (!c) return std::unexpected(c.error());
        *target = *c;
    }
    auto cause = causeFromName(json::text(o, "cause"));
    if (!cause) return fail(bad(where, fmt::format("\"{}\" is not a cause.", json::text(o, "cause"))));
    rule.cause = *cause;
    rule.reason = json::text(o, "reason");
    if (auto name = json::text(o, "permanence"); !name.empty()) {
        rule.permanence = permanenceFromName(name);
        if (!rule.permanence)
            return fail(
                bad(where, fmt::format("Permanence is \"temporary\" or \"permanent\", not \"{}\".", name)));
    }
    rule.action = json::text(o, "action");
    if (!isAction(rule.action)) return fail(bad(where, fmt::format("\"{}\" is not an action.", rule.action)));
    return {};
}

Result<Rule> readRule(const json::object& o, const std::string& file) {
    Rule rule;
    rule.id = json::text(o, "id");
    rule.file = file;
    const std::string where = fmt::format("{} rule \"{}\"", file, rule.id);
    if (rule.id.empty()) return fail(bad(file, "A rule has no id."));
    rule.version = int(json::number(o, "version"));
    if (rule.version < 1) return fail(bad(where, "The rule has no version (1 or higher)."));
    rule.source = json::text(o, "source");
    if (rule.source.empty()) return fail(bad(where, "The rule does not name its source."));
    for (auto p : oneOrMany(o, "provider")) rule.providers.emplace_back(p);
    rule.distinctive = json::boolean(o, "distinctive");
    if (auto ok = readConditions(o, where, rule); !ok) return std::unexpected(ok.error());
    if (auto ok = readResult(o, where, rule); !ok) return std::unexpected(ok.error());
    if (const auto* samples = json::list(o, "samples")) {
        for (const auto& s : *samples) {
            if (const auto* so = s.if_object())
                rule.samples.push_back({std::string(json::text(*so, "text")),
                                        std::string(json::text(*so, "provider")),
                                        std::string(json::text(*so, "mx"))});
        }
    }
    if (rule.samples.empty()) return fail(bad(where, "The rule has no sample."));
    return rule;
}

} // namespace

bool CodeCondition::holds(std::int32_t code) const {
    if (any()) return true;
    if (code == 0) return (classes & 1) != 0;
    if (classes & (1U << unsigned(code / 100))) return true;
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool EnhancedCondition::holds(int c, int s, int d) const {
    return (cls < 0 || cls == c) && (subject < 0 || subject == s) && d >= low && d <= high;
}

bool Rule::isFor(std::string_view provider) const {
    return std::find(providers.begin(), providers.end(), provider) != providers.end();
}

bool isAction(std::string_view name) {
    return std::find(actions.begin(), actions.end(), name) != actions.end();
}

Category inFamilyOf(Category c, Permanence p) {
    if (p == Permanence::Temporary) {
        switch (c) {
        case Category::RejectedAuth: return Category::DeferredAuth;
        case Category::RejectedTls: return Category::DeferredTls;
        case Category::RejectedInvalidUser:
        case Category::RejectedInactiveMailbox:
        case Category::RejectedSize: return Category::DeferredMailbox;
        case Category::RejectedContent:
        case Category::RejectedBlocklist:
        case Category::RejectedReputation: return Category::DeferredReputation;
        case Category::RejectedPolicy:
        case Category::RejectedRelay: return Category::DeferredInfrastructure;
        default: return c;
        }
    }
    if (p == Permanence::Permanent) {
        switch (c) {
        case Category::DeferredAuth: return Category::RejectedAuth;
        case Category::DeferredTls: return Category::RejectedTls;
        case Category::DeferredReputation: return Category::RejectedReputation;
        default: return c;
        }
    }
    return c;
}

namespace {

Result<std::vector<Rule>> rulesOf(const json::value& document, const std::string& name, bool fromUser) {
    const auto* top = document.if_object();
    if (!top || json::number(*top, "schema_version") != ruleSchemaVersion)
        return fail(ErrorCode::Unsupported, name,
                    fmt::format("This is not a rule file of schema version {}.", ruleSchemaVersion));
    const auto* list = json::list(*top, "rules");
    if (!list) return fail(bad(name, "The file has no list \"rules\"."));
    if (list->size() > maxRules)
        return fail(ErrorCode::TooLarge, name,
                    fmt::format("{} rules; {} are allowed.", list->size(), maxRules));
    const auto providers = oneOrMany(*top, "providers");
    std::vector<Rule> out;
    out.reserve(list->size());
    for (const auto& entry : *list) {
        const auto* o = entry.if_object();
        if (!o) return fail(bad(name, "An entry of \"rules\" is not an object."));
        auto rule = readRule(*o, name);
        if (!rule) return std::unexpected(rule.error());
        rule->fromUser = fromUser;
        if (rule->providers.empty()) rule->providers.assign(providers.begin(), providers.end());
        out.push_back(std::move(*rule));
    }
    return out;
}

} // namespace

Result<std::vector<Rule>> parseRules(std::string_view bytes, const std::string& name, bool fromUser) {
    auto document = json::parse(bytes, name);
    if (!document) return std::unexpected(document.error());
    return rulesOf(*document, name, fromUser);
}

Result<std::vector<Rule>> readRuleFile(const std::filesystem::path& file, bool fromUser) {
    auto document = json::readFile(file);
    if (!document) return std::unexpected(document.error());
    return rulesOf(*document, file.filename().string(), fromUser);
}

Result<std::vector<Rule>> readRulePack(const std::filesystem::path& pack, bool fromUser) {
    std::error_code ec;
    if (!std::filesystem::is_directory(pack, ec)) return readRuleFile(pack, fromUser);
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator it(pack, ec), end; !ec && it != end; it.increment(ec)) {
        if (it->path().extension() == ".json") files.push_back(it->path());
    }
    if (ec) return fail(ErrorCode::Io, pack.string(), "The folder cannot be read: " + ec.message());
    if (files.empty()) return fail(ErrorCode::NotFound, pack.string(), "The folder has no rule file.");
    std::sort(files.begin(), files.end());
    std::vector<Rule> out;
    for (const auto& file : files) {
        auto rules = readRuleFile(file, fromUser);
        if (!rules) return std::unexpected(rules.error());
        for (auto& r : *rules) out.push_back(std::move(r));
    }
    return out;
}

} // namespace waypost::reply
