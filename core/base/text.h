// Small text helpers. ASCII only by design: protocol words are ASCII, and locale must not change a verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::text {

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? char(c + 32) : c;
}
constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? char(c - 32) : c;
}
constexpr bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool isAlpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool isAlnum(char c) {
    return isDigit(c) || isAlpha(c);
}
constexpr bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string lowered(std::string_view in);
std::string uppered(std::string_view in);
bool iequals(std::string_view a, std::string_view b);
bool istartsWith(std::string_view in, std::string_view prefix);
bool iendsWith(std::string_view in, std::string_view suffix);
// Position of `needle` in `in` without regard to case, or npos.
size_t ifind(std::string_view in, std::string_view needle);

// `pattern` with * for any run of octets; without regard to case. At most one way back, so that no pattern
// explodes.
bool wildMatches(std::string_view pattern, std::string_view in);

std::string_view trim(std::string_view in);
std::string_view trimRight(std::string_view in);
// "a,b,,c" at ',' gives four pieces.
std::vector<std::string_view> split(std::string_view in, char at);
// Pieces between runs of white space; no empty pieces.
std::vector<std::string_view> words(std::string_view in);
std::string join(const std::vector<std::string>& pieces, std::string_view with);
// "1 warning", "2 warnings", "0 warnings": for a word whose plural takes an s.
std::string counted(std::uint64_t count, std::string_view word);
// As above, with the plural named: counted(2, "reply", "replies").
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

// The whole of `in` as a decimal number, without sign; nothing on overflow or any other character.
std::optional<std::uint64_t> parseUnsigned(std::string_view in);

// Foreign bytes for a person: printable ASCII and valid UTF-8 stay, control characters (CR and LF too),
// broken UTF-8 and bidirectional overrides become \xNN or \u{NNNN}. Nothing a terminal or a widget could
// interpret is left.
std::string printable(std::string_view in);
// As printable(), and LF stays: for text shown in several lines.
std::string printableLines(std::string_view in);
// `in` as valid UTF-8: broken sequences become U+FFFD.
std::string toValidUtf8(std::string_view in);
// A code point that is no surrogate and not above U+10FFFF, as its one to four octets.
void appendUtf8(std::string& out, char32_t c);

std::string base64Encode(std::string_view bytes);
// White space is skipped; nothing when a character or the padding is wrong.
std::optional<std::string> base64Decode(std::string_view in);
std::string hex(std::string_view bytes);
// SHA-256 of the bytes, as lower-case hexadecimal.
std::string sha256Hex(std::string_view bytes);

} // namespace waypost::text
