#include "reply/propose.h"

#include "base/text.h"
#include "reply/flatten.h"
#include "reply/rule.h"

#include <fmt/format.h>

#include <re2/re2.h>

namespace waypost::reply {

namespace {

constexpr size_t maxWords = 24;

bool isConstant(std::string_view word) {
    if (word.find('<') != std::string_view::npos || isEnhancedCode(word)) return false;
    size_t letters = 0;
    for (char c : word) letters += text::isAlpha(c) || static_cast<unsigned char>(c) >= 0x80;
    return letters >= 2;
}

std::string quoted(std::string_view word) {
    return RE2::QuoteMeta(re2::StringPiece(word.data(), word.size()));
}

// Runs of constant words, joined by what may stand between them.
std::string patternOf(std::string_view text) {
    std::string out;
    bool gap = false;
    size_t used = 0;
    for (auto word : text::words(text)) {
        if (!isConstant(word)) {
            gap = true;
            continue;
        }
        const std::string q = quoted(word);
        if (used == maxWords || out.size() + q.size() + 8 > maxPatternBytes) break;
        if (!out.empty()) out += gap ? ".{0,200}?" : " ";
        out += q;
        gap = false;
        ++used;
    }
    return out;
}

} // namespace

Result<RuleProposal> proposeRule(std::string_view templateKey, std::string_view text,
                                 std::string_view provider, std::vector<std::string> samples) {
    RuleProposal out;
    out.pattern = patternOf(text);
    if (out.pattern.empty())
        return fail(ErrorCode::InvalidArgument, "rule",
                    "The template has no constant words to make a pattern of; a rule for it needs a code.");
    out.id = fmt::format("own-{}", templateKey.substr(0, 8));
    out.provider = provider;
    const ReplyCodes codes = readCodes(text);
    out.codeClass = codes.code / 100 == 4 || codes.code / 100 == 5 ? codes.code / 100 : 0;
    out.category = out.codeClass == 4 ? Category::DeferredInfrastructure : Category::RejectedPolicy;
    RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_encoding(RE2::Options::EncodingLatin1);
    const RE2 re(out.pattern, options);
    for (auto& s : samples) {
        if (RE2::PartialMatch(flatten(s).text, re)) out.samples.push_back(std::move(s));
    }
    if (out.samples.empty())
        return fail(ErrorCode::InvalidArgument, "rule", "The pattern matches none of the stored replies.");
    return out;
}

json::object ruleFileOf(const RuleProposal& p, std::string_view date) {
    json::object rule;
    rule["id"] = p.id;
    rule["version"] = 1;
    if (p.codeClass != 0) rule["code"] = fmt::format("{}xx", p.codeClass);
    if (!p.provider.empty()) rule["provider"] = p.provider;
    rule["pattern"] = json::foreign(p.pattern);
    rule["category"] = categoryName(p.category);
    rule["cause"] = causeName(Cause::Receiver);
    rule["action"] = p.codeClass == 4 ? "retry" : "contact-receiver";
    rule["source"] = "Made from stored replies that no rule spoke of";
    json::array samples;
    for (const auto& s : p.samples) {
        json::object sample{{"text", json::foreign(s)}};
        if (!p.provider.empty()) sample["provider"] = p.provider;
        samples.push_back(std::move(sample));
    }
    rule["samples"] = std::move(samples);
    return {{"schema_version", ruleSchemaVersion},
            {"date", date},
            {"note", "Rules of the operator."},
            {"rules", json::array{std::move(rule)}}};
}

} // namespace waypost::reply
