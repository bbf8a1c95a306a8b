// A filter as a tree of values. Made by parse(); immutable by convention; copies are independent. Pure.
//
//   query = or ;   or = and { "OR" and } ;   and = not { [ "AND" ] not } ;   not = [ "-" | "NOT" ] term
//   term  = "(" query ")" | field op value | word | "quoted phrase"
//   op    = ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//   value = word | "quoted" | number[unit] | a..b | {a,b,c} | word* | CIDR | time
//
// What does not say a value (no size known, no provider found) matches no comparison; `field:""` asks for it,
// for numbers `field:unknown`.
#pragma once

#include "filter/fields.h"
#include "filter/time_point.h"
#include "net/address.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::filter {

inline constexpr size_t maxLength = 8'192; // octets of a query
inline constexpr int maxDepth = 32;        // parentheses and negations inside one another
inline constexpr size_t maxTerms = 200;    // terms of a query
inline constexpr size_t maxValues = 1'000; // values of a query
inline constexpr size_t maxPattern = 512;  // octets of a regular expression
inline constexpr int maxPatternMemory = 1 << 20;

enum class Op : std::uint8_t { Has, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Matches };
std::string_view opText(Op op);

struct Value {
    enum class Kind : std::uint8_t {
        Literal, // text
        Wild,    // text with *
        Number,  // low..high, both included: a number, a code, octets, milliseconds
        Network, // first..last
        Time,    // from..to
        Missing, // there is no value
        Pattern  // a regular expression
    };
    Kind kind = Kind::Literal;
    std::string text; // as written, without quotes
    bool quoted = false;
    std::int64_t low = INT64_MIN, high = INT64_MAX;
    net::IpAddress first, last;
    TimePoint from, to;
    bool range = false, openFrom = false, openTo = false; // Time: a..b, ..b, a..
};

struct Term {
    const FieldInfo* field = nullptr; // lives as long as the schema
    bool bare = false;                // a word or phrase without a field
    Op op = Op::Has;
    std::vector<Value> values; // alternatives
};

struct Node {
    enum class Kind : std::uint8_t { And, Or, Not, Term };
    Kind kind = Kind::And; // And without children: everything
    std::vector<Node> children;
    Term term;
    size_t offset = 0, length = 0; // in the text it was parsed from

    [[nodiscard]] bool everything() const { return kind == Kind::And && children.empty(); }
};

// The query as it would be written: names instead of aliases, one space, quotes where needed. Parsing it
// again gives the same text.
std::string print(const Node& node);
// The terms that all must hold: the children of the topmost And, or the node itself.
std::vector<Node> conjuncts(const Node& node);
// Both hold.
Node both(Node a, Node b);
// `field:value` or `field:{a,b}` for a facet or a cell; values are taken literally.
Node termOf(const FieldInfo& field, const std::vector<std::string>& values);

// The same question with every time word (not ages) as the instants it means now; days are those of `moment`.
Node withInstants(Node node, const Moment& moment);

} // namespace waypost::filter
