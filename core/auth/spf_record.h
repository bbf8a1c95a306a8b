// An SPF record as text and as terms with their place in it (RFC 7208 sections 4.5, 4.6.1, 5, 6, 12). Pure.
// The whole record is checked: every problem is listed with its span, and a record with one is a permerror.
#pragma once

#include "auth/spf_macro.h"
#include "net/address.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

inline constexpr int maxSpfLookups = 10;    // terms that ask the DNS, section 4.6.4
inline constexpr int maxSpfVoidLookups = 2; // terms whose question has no answer

struct Span {
    size_t offset = 0, length = 0;
    bool operator==(const Span&) const = default;
};

enum class Qualifier { Pass, Fail, SoftFail, Neutral }; // + - ~ ?

enum class TermKind { All, Include, A, Mx, Ptr, Ip4, Ip6, Exists, Redirect, Exp, UnknownModifier };
std::string_view termName(TermKind kind); // "include"

struct SpfTerm {
    TermKind kind = TermKind::All;
    Qualifier qualifier = Qualifier::Pass;
    Span span;
    std::string name;   // as written, of a modifier
    std::string target; // domain-spec as written; empty: the current domain
    MacroString macro;  // of the target
    net::IpAddress network;
    int prefix4 = 32, prefix6 = 128;

    [[nodiscard]] bool mechanism() const { return kind < TermKind::Redirect; }
    // One of the ten: include, a, mx, ptr, exists, redirect (section 4.6.4).
    [[nodiscard]] bool costsLookup() const;
};

struct SpfProblem {
    Span span;
    std::string text; // one sentence
};

struct SpfRecord {
    std::string text;
    std::vector<SpfTerm> terms;
    std::vector<SpfProblem> problems;

    [[nodiscard]] const SpfTerm* find(TermKind kind) const; // the first, or null
    [[nodiscard]] std::string_view at(Span s) const {
        return std::string_view(text).substr(s.offset, s.length);
    }
};

// Begins with "v=spf1" and a space or the end, in any case.
bool isSpfRecord(std::string_view txt);
// `text` must be one (isSpfRecord).
SpfRecord parseSpf(std::string_view text);

} // namespace waypost::auth
