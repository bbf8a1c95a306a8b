// What an IMAP server said, as values (RFC 3501 section 7, RFC 9051 section 7). Texts are the server's
// octets: show them only through text::printable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::imap {

// An atom, a string (quoted or literal), NIL, or a parenthesised list of such.
struct Value {
    enum class Kind : std::uint8_t { Nil, Atom, String, List };
    Kind kind = Kind::Nil;
    std::string text;
    std::vector<Value> items;

    [[nodiscard]] bool isNil() const { return kind == Kind::Nil; }
    [[nodiscard]] bool isList() const { return kind == Kind::List; }
    [[nodiscard]] bool isText() const { return kind == Kind::Atom || kind == Kind::String; }
    // The text as a number that fits IMAP's 63 bits, or nothing.
    [[nodiscard]] std::optional<std::uint64_t> number() const;
    bool operator==(const Value&) const = default;
};

enum class Status : std::uint8_t { None, Ok, No, Bad, Bye, Preauth };
std::string_view statusName(Status s);

struct Response {
    enum class Kind : std::uint8_t { Tagged, Untagged, Continuation };
    Kind kind = Kind::Untagged;
    std::string tag; // of a tagged response

    // Status responses ("* OK [CODE …] text", "A1 NO text") and continuations ("+ text").
    Status status = Status::None;
    std::string code; // upper case: "UIDVALIDITY"; empty without one
    std::vector<Value> codeValues;
    std::string text;

    // Data responses: "* 12 FETCH (…)" has number 12, name "FETCH" and one value, a list.
    std::optional<std::uint32_t> number;
    std::string name; // upper case
    std::vector<Value> values;

    // The line as it was sent, each literal replaced by "<n octets>": for the transcript.
    std::string line;
};

} // namespace waypost::imap
