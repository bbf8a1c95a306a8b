#include "auth/dmarc_record.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view version = "DMARC1";
constexpr std::string_view failureLetters[] = {"0", "1", "d", "s"};

std::optional<DmarcPolicy> policyOf(std::string_view word) {
    for (auto p : {DmarcPolicy::None, DmarcPolicy::Quarantine, DmarcPolicy::Reject})
        if (text::iequals(word, dmarcPolicyName(p))) return p;
    return std::nullopt;
}

int hexDigit(char c) {
    const char l = text::lower(c);
    if (text::isDigit(l)) return l - '0';
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string percentDecoded(std::string_view in) {
    std::string out;
    for (size_t i = 0; i < in.size(); ++i) {
        const bool triple =
            in[i] == '%' && i + 2 < in.size() && hexDigit(in[i + 1]) >= 0 && hexDigit(in[i + 2]) >= 0;
        if (!triple) {
            out += in[i];
            continue;
        }
        out += char(hexDigit(in[i + 1]) << 4 | hexDigit(in[i + 2]));
        i += 2;
    }
    return out;
}

// "!10m" at the end.
bool isSize(std::string_view in) {
    if (in.empty()) return false;
    if (std::string_view("kmgt").find(text::lower(in.back())) != std::string_view::npos) in.remove_suffix(1);
    return !in.empty() && std::all_of(in.begin(), in.end(), text::isDigit);
}

// RFC 3986 section 3.1; and no character that the list would need encoded (RFC 9989 section 4.8).
bool hasUriSyntax(std::string_view scheme, std::string_view rest) {
    if (scheme.empty() || !text::isAlpha(scheme.front()) || rest.empty()) return false;
    const bool good = std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return text::isAlnum(c) || c == '+' || c == '-' || c == '.';
    });
    return good && std::all_of(rest.begin(), rest.end(), [](char c) {
               return c > 0x20 && c < 0x7f && c != '!' && c != '<' && c != '>' && c != '"';
           });
}

ReportUri parseUri(std::string_view in) {
    ReportUri out;
    if (const size_t mark = in.rfind('!'); mark != std::string_view::npos && isSize(in.substr(mark + 1))) {
        out.sizeLimit = std::string(in.substr(mark + 1));
        in = in.substr(0, mark);
    }
    out.uri = std::string(in);
    const size_t colon = in.find(':');
    if (colon == std::string_view::npos) return out;
    out.scheme = text::lowered(in.substr(0, colon));
    std::string_view rest = in.substr(colon + 1);
    if (out.scheme == "mailto") {
        out.address = percentDecoded(rest.substr(0, rest.find('?')));
        const size_t at = out.address.rfind('@');
        if (at == std::string::npos || at == 0) return out;
        out.domain = dns::normalName(std::string_view(out.address).substr(at + 1));
    } else if (out.scheme == "https" && rest.starts_with("//")) {
        rest = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
        out.domain = dns::normalName(rest.substr(0, rest.find(':')));
    } else if (out.scheme != "mailto" && out.scheme != "https") {
        out.syntax = hasUriSyntax(out.scheme, rest);
    }
    out.valid = dns::isHostName(out.domain);
    out.syntax = out.syntax || out.valid;
    return out;
}

class Builder {
  public:
    explicit Builder(DmarcRecord& record) : r_(record) {}

    void tag(const Tag& t) {
        if (t.name == "p") return policy(t, r_.p);
        if (t.name == "sp" || t.name == "np") {
            auto& which = t.name == "sp" ? r_.sp : r_.np;
            policy(t, which);
            r_.policyFault = r_.policyFault || !which;
            return;
        }
        if (t.name == "adkim") return alignment(t, r_.strictDkim);
        if (t.name == "aspf") return alignment(t, r_.strictSpf);
        if (t.name == "psd") return psd(t);
        if (t.name == "t") return testing(t);
        if (t.name == "fo") return failure(t);
        if (t.name == "rua") return uris(t, r_.rua);
        if (t.name == "ruf") return uris(t, r_.ruf);
        if (t.name == "pct" || t.name == "ri" || t.name == "rf") return obsolete(t);
        r_.unknownTags.push_back(t.name);
    }

  private:
    void problem(const Tag& t, std::string_view why) {
        r_.problems.push_back({t.span, fmt::format("{}={} {}.", t.name, text::printable(t.value), why)});
    }
    void policy(const Tag& t, std::optional<DmarcPolicy>& out) {
        out = policyOf(t.value);
        if (!out) problem(t, "is not none, quarantine or reject");
    }
    void alignment(const Tag& t, bool& strict) {
        strict = text::iequals(t.value, "s");
        if (!strict && !text::iequals(t.value, "r")) problem(t, "is neither r nor s, so it counts as r");
    }
    void psd(const Tag& t) {
        if (text::iequals(t.value, "y"))
            r_.psd = DmarcPsd::Yes;
        else if (text::iequals(t.value, "n"))
            r_.psd = DmarcPsd::No;
        else if (!text::iequals(t.value, "u"))
            problem(t, "is not y, n or u, so it counts as u");
    }
    void testing(const Tag& t) {
        r_.testing = text::iequals(t.value, "y");
        if (!r_.testing && !text::iequals(t.value, "n")) problem(t, "is neither y nor n, so it counts as n");
    }
    void failure(const Tag& t) {
        std::vector<std::string> seen;
        for (auto piece : text::split(t.value, ':')) {
            std::string word = text::lowered(text::trim(piece));
            if (std::find(std::begin(failureLetters), std::end(failureLetters), word) ==
                std::end(failureLetters))
                return problem(t, "holds something other than 0, 1, d and s");
            const bool number = word == "0" || word == "1";
            for (const auto& s : seen)
                if (s == word || (number && (s == "0" || s == "1")))
                    return problem(t, "has a letter twice, or 0 beside 1");
            seen.push_back(std::move(word));
        }
        r_.failureOptions = text::join(seen, ":");
    }
    void uris(const Tag& t, std::vector<ReportUri>& out) {
        out = parseReportUris(t.value);
        if (out.size() >= maxReportUris) problem(t, fmt::format("has more than {} addresses", maxReportUris));
        for (const auto& uri : out)
            if (!uri.valid)
                problem(
                    t, fmt::format("holds \"{}\", which no report can be sent to", text::printable(uri.uri)));
    }
    void obsolete(const Tag& t) {
        r_.obsoleteTags.push_back(t.name);
        if (t.name != "pct") return;
        auto n = text::parseUnsigned(t.value);
        if (n && *n <= 100)
            r_.pct = unsigned(*n);
        else
            problem(t, "is no percentage");
    }

    DmarcRecord& r_;
};

} // namespace

std::string_view dmarcPolicyName(DmarcPolicy p) {
    switch (p) {
    case DmarcPolicy::None: return "none";
    case DmarcPolicy::Quarantine: return "quarantine";
    case DmarcPolicy::Reject: return "reject";
    }
    return "none";
}

DmarcPolicy relaxed(DmarcPolicy p) {
    return p == DmarcPolicy::Reject ? DmarcPolicy::Quarantine : DmarcPolicy::None;
}

DmarcUse DmarcRecord::use() const {
    if (p && !policyFault) return DmarcUse::AsWritten;
    const bool reports = std::any_of(rua.begin(), rua.end(), [](const ReportUri& u) { return u.syntax; });
    return reports ? DmarcUse::AsNone : DmarcUse::NotAtAll;
}

bool isDmarcRecord(std::string_view txt) {
    if (!txt.starts_with('v') && !txt.starts_with('V')) return false;
    const std::string_view first = txt.substr(0, txt.find(';'));
    const size_t equals = first.find('=');
    if (equals == std::string_view::npos) return false;
    return text::iequals(text::trim(first.substr(0, equals)), "v") &&
           text::trim(first.substr(equals + 1)) == version;
}

std::vector<ReportUri> parseReportUris(std::string_view list) {
    std::vector<ReportUri> out;
    for (auto piece : text::split(list, ',')) {
        if (out.size() >= maxReportUris) break;
        piece = text::trim(piece);
        if (!piece.empty()) out.push_back(parseUri(piece));
    }
    return out;
}

DmarcRecord parseDmarc(std::string_view in) {
    DmarcRecord record;
    record.text = std::string(in);
    TagList list = parseTags(in);
    record.problems = std::move(list.problems);
    Builder builder(record);
    std::vector<std::string> seen;
    for (const auto& tag : list.tags) {
        // The first of a repeated tag counts; the repetition is already listed.
        if (std::find(seen.begin(), seen.end(), tag.name) != seen.end()) continue;
        seen.push_back(tag.name);
        if (!text::iequals(tag.name, "v")) builder.tag(tag);
    }
    return record;
}

} // namespace waypost::auth
