#include "auth/bimi_record.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view version = "v=BIMI1";

// The values of l= and a= are URIs whose commas and semicolons are percent-encoded; only https is allowed.
void checkLocation(const char* tag, std::string_view value, BimiRecord& out) {
    if (value.empty()) return;
    auto visible = [](char c) { return c > ' ' && c < '\x7f' && c != ','; };
    if (!text::istartsWith(value, "https://"))
        out.problems.push_back(fmt::format("{}= is not an https address.", tag));
    else if (!std::all_of(value.begin(), value.end(), visible))
        out.problems.push_back(fmt::format("{}= has a character that an address must encode.", tag));
}

} // namespace

bool isBimiRecord(std::string_view txt) {
    if (!txt.starts_with(version)) return false;
    const std::string_view rest = text::trim(txt.substr(version.size()));
    return rest.empty() || rest.front() == ';';
}

BimiRecord parseBimi(std::string_view txt) {
    BimiRecord out;
    out.text = std::string(txt);
    if (!isBimiRecord(txt)) {
        out.problems.emplace_back("It does not begin with v=BIMI1.");
        return out;
    }
    const TagList tags = parseTags(txt);
    for (const SpfProblem& p : tags.problems) out.problems.push_back(p.text);
    const Tag* logo = tags.find("l");
    if (!logo) out.problems.emplace_back("There is no l= tag.");
    for (const Tag& t : tags.tags) {
        if (t.name == "l") out.logo = t.value;
        if (t.name == "a") out.certificate = t.value;
        if (t.name == "avp") out.avatar = t.value;
        constexpr std::string_view known[] = {"v", "l", "a", "avp", "lps"};
        if (std::find(std::begin(known), std::end(known), t.name) == std::end(known))
            out.unknownTags.push_back(t.name);
    }
    checkLocation("l", out.logo, out);
    checkLocation("a", out.certificate, out);
    if (!out.avatar.empty() && out.avatar != "brand" && out.avatar != "personal")
        out.problems.emplace_back("avp= is neither brand nor personal.");
    if (out.avatar.empty()) out.avatar = "brand";
    if (logo && out.logo.empty() && !out.certificate.empty())
        out.problems.emplace_back("a= names a certificate, but l= names no logo.");
    return out;
}

std::optional<std::string> bimiSelector(std::string_view headerValue) {
    const TagList tags = parseTags(headerValue);
    if (!tags.problems.empty() || tags.tags.empty()) return std::nullopt;
    if (tags.tags.front().name != "v" || tags.tags.front().value != "BIMI1") return std::nullopt;
    const Tag* selector = tags.find("s");
    if (!selector || !dns::isAskable(selector->value)) return std::nullopt;
    return dns::normalName(selector->value);
}

} // namespace waypost::auth
