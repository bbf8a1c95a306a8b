#include "auth/spf_record.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

constexpr std::string_view version = "v=spf1";

struct Name {
    std::string_view word;
    TermKind kind;
};
constexpr Name mechanisms[] = {
    {"all", TermKind::All}, {"include", TermKind::Include}, {"a", TermKind::A},
    {"mx", TermKind::Mx},   {"ptr", TermKind::Ptr},         {"ip4", TermKind::Ip4},
    {"ip6", TermKind::Ip6}, {"exists", TermKind::Exists},
};

bool isNameOctet(char c) {
    return text::isAlnum(c) || c == '-' || c == '_' || c == '.';
}

std::optional<Qualifier> qualifierOf(char c) {
    switch (c) {
    case '+': return Qualifier::Pass;
    case '-': return Qualifier::Fail;
    case '~': return Qualifier::SoftFail;
    case '?': return Qualifier::Neutral;
    default: return std::nullopt;
    }
}

// "0", or digits without a leading zero, up to `most`.
std::optional<int> prefixLength(std::string_view digits, int most) {
    if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
    auto n = text::parseUnsigned(digits);
    if (!n || *n > std::uint64_t(most)) return std::nullopt;
    return int(*n);
}

// toplabel of section 7.1: letters, digits, hyphens inside; not all digits.
bool isTopLabel(std::string_view label) {
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    bool other = false;
    for (char c : label) {
        if (!text::isAlnum(c) && c != '-') return false;
        if (!text::isDigit(c)) other = true;
    }
    return other;
}

// A domain-spec ends in a macro or in "." toplabel (and maybe a dot).
bool endsAsDomain(std::string_view spec, const MacroString& macro) {
    if (!macro.parts.empty() && macro.parts.back().letter != 0) return true;
    // "%%", "%_" and "%-" are macro-expands too.
    if (spec.size() >= 2 && spec[spec.size() - 2] == '%') {
        const size_t notPercent = spec.find_last_not_of('%', spec.size() - 2);
        const size_t percents =
            spec.size() - 2 - (notPercent == std::string_view::npos ? size_t(-1) : notPercent);
        const char last = spec.back();
        if ((last == '_' || last == '-') && percents % 2 == 1) return true;
        if (last == '%') return true;
    }
    if (spec.ends_with('.')) spec.remove_suffix(1);
    const size_t dot = spec.rfind('.');
    return dot != std::string_view::npos && isTopLabel(spec.substr(dot + 1));
}

class TermParser {
  public:
    TermParser(std::string_view term, Span span) : term_(term) { out.span = span; }

    SpfTerm out;
    std::string problem;

    void run() {
        std::string_view in = term_;
        std::optional<Qualifier> qualifier = qualifierOf(in.front());
        if (qualifier) in.remove_prefix(1);
        size_t n = 0;
        while (n < in.size() && isNameOctet(in[n])) ++n;
        const std::string_view name = in.substr(0, n);
        const std::string_view rest = in.substr(n);
        if (name.empty() || !text::isAlpha(name.front())) return refuse("is no mechanism and no modifier");
        if (rest.starts_with('=')) {
            if (qualifier) return refuse("is a modifier, which takes no qualifier");
            return modifier(name, rest.substr(1));
        }
        out.qualifier = qualifier.value_or(Qualifier::Pass);
        for (const auto& m : mechanisms) {
            if (!text::iequals(m.word, name)) continue;
            out.kind = m.kind;
            return mechanism(rest);
        }
        refuse("is an unknown mechanism");
    }

  private:
    void refuse(std::string_view why) {
        problem = fmt::format("\"{}\" {}.", text::printable(term_.substr(0, 120)), why);
    }

    void modifier(std::string_view name, std::string_view value) {
        out.name = std::string(name);
        const bool redirect = text::iequals(name, "redirect");
        if (redirect || text::iequals(name, "exp")) {
            out.kind = redirect ? TermKind::Redirect : TermKind::Exp;
            return domainSpec(value);
        }
        out.kind = TermKind::UnknownModifier;
        out.target = std::string(value);
        auto macro = parseMacroString(value, MacroUse::Modifier);
        if (!macro) return refuse("has a broken macro: " + macro.error().text);
        out.macro = std::move(*macro);
    }

    void mechanism(std::string_view rest) {
        switch (out.kind) {
        case TermKind::All:
            if (!rest.empty()) refuse("takes nothing after \"all\"");
            return;
        case TermKind::Ip4:
        case TermKind::Ip6: return network(rest);
        case TermKind::A:
        case TermKind::Mx:
            if (!takePrefixes(rest)) return refuse("has a prefix length that is not allowed");
            if (!rest.empty()) afterColon(rest);
            return;
        case TermKind::Ptr:
            if (!rest.empty()) afterColon(rest);
            return;
        default:
            if (rest.empty()) return refuse("needs a domain after \":\"");
            return afterColon(rest);
        }
    }

    void afterColon(std::string_view rest) {
        if (!rest.starts_with(':')) return refuse("has something other than \":\" after its name");
        domainSpec(rest.substr(1));
    }

    void domainSpec(std::string_view spec) {
        if (spec.empty()) return refuse("has an empty domain");
        out.target = std::string(spec);
        auto macro = parseMacroString(spec, MacroUse::Domain);
        if (!macro) return refuse("has a domain with a fault: " + macro.error().text);
        if (!endsAsDomain(spec, *macro)) return refuse("must end in a top label or a macro");
        out.macro = std::move(*macro);
    }

    // Takes "/24", "//64" or "/24//64" off the end. A slash may also stand inside the domain, so only a tail
    // of digits is taken; what is left must pass as a domain.
    bool takePrefixes(std::string_view& rest) {
        if (auto digits = tailDigits(rest, "//")) {
            auto bits = prefixLength(*digits, 128);
            if (!bits) return false;
            out.prefix6 = *bits;
            rest.remove_suffix(digits->size() + 2);
        }
        if (auto digits = tailDigits(rest, "/")) {
            auto bits = prefixLength(*digits, 32);
            if (!bits) return false;
            out.prefix4 = *bits;
            rest.remove_suffix(digits->size() + 1);
        }
        return true;
    }
    static std::optional<std::string_view> tailDigits(std::string_view in, std::string_view mark) {
        size_t from = in.size();
        while (from > 0 && text::isDigit(in[from - 1])) --from;
        if (from == in.size() || from < mark.size() || in.substr(from - mark.size(), mark.size()) != mark)
            return std::nullopt;
        return in.substr(from);
    }

    void network(std::string_view rest) {
        if (!rest.starts_with(':')) return refuse("needs an address after \":\"");
        rest.remove_prefix(1);
        const bool v4 = out.kind == TermKind::Ip4;
        if (const size_t slash = rest.find('/'); slash != std::string_view::npos) {
            auto bits = prefixLength(rest.substr(slash + 1), v4 ? 32 : 128);
            if (!bits) return refuse("has a prefix length that is not allowed");
            (v4 ? out.prefix4 : out.prefix6) = *bits;
            rest = rest.substr(0, slash);
        }
        auto ip = net::IpAddress::parse(rest);
        if (!ip || ip->isV4() != v4) return refuse(v4 ? "has no IPv4 address" : "has no IPv6 address");
        out.target = std::string(rest);
        out.network = *ip;
    }

    std::string_view term_;
};

void noteRepeatedModifier(SpfRecord& record, TermKind kind) {
    int count = 0;
    for (const auto& term : record.terms)
        if (term.kind == kind && ++count == 2)
            record.problems.push_back(
                {term.span, fmt::format("The modifier {}= stands more than once.", termName(kind))});
}

} // namespace

std::string_view termName(TermKind kind) {
    for (const auto& m : mechanisms)
        if (m.kind == kind) return m.word;
    return kind == TermKind::Redirect ? "redirect" : kind == TermKind::Exp ? "exp" : "unknown modifier";
}

bool SpfTerm::costsLookup() const {
    switch (kind) {
    case TermKind::Include:
    case TermKind::A:
    case TermKind::Mx:
    case TermKind::Ptr:
    case TermKind::Exists:
    case TermKind::Redirect: return true;
    default: return false;
    }
}

const SpfTerm* SpfRecord::find(TermKind kind) const {
    auto it = std::find_if(terms.begin(), terms.end(), [&](const SpfTerm& t) { return t.kind == kind; });
    return it == terms.end() ? nullptr : &*it;
}

bool isSpfRecord(std::string_view txt) {
    return text::istartsWith(txt, version) && (txt.size() == version.size() || txt[version.size()] == ' ');
}

SpfRecord parseSpf(std::string_view in) {
    SpfRecord record;
    record.text = std::string(in);
    size_t at = version.size();
    while (at < in.size()) {
        if (in[at] == ' ') {
            ++at;
            continue;
        }
        size_t end = in.find(' ', at);
        if (end == std::string_view::npos) end = in.size();
        TermParser parser(in.substr(at, end - at), {at, end - at});
        parser.run();
        if (parser.problem.empty())
            record.terms.push_back(std::move(parser.out));
        else
            record.problems.push_back({{at, end - at}, std::move(parser.problem)});
        at = end;
    }
    noteRepeatedModifier(record, TermKind::Redirect);
    noteRepeatedModifier(record, TermKind::Exp);
    return record;
}

} // namespace waypost::auth
