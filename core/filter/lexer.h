// The pieces of a filter's text. Inside filter/ only.
#pragma once

#include "filter/parser.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::filter {

struct Token {
    enum class Kind : std::uint8_t { End, Open, Close, Minus, And, Or, Not, Term };
    Kind kind = Kind::End;
    size_t offset = 0, length = 0;
    // Of a Term:
    std::string_view head; // the field as written; empty: a word or phrase
    Op op = Op::Has;
    size_t valueAt = 0; // where the value starts
};

// One value as written: a word, or what stood between quotes.
struct RawValue {
    std::string text;
    bool quoted = false, starred = false;
    size_t offset = 0, length = 0;
};

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}
    // The next token; of a Term only its head and operator are read: the values follow by values().
    Token next();
    // The value or the set behind a Term, or the word itself.
    std::expected<std::vector<RawValue>, ParseError> values(const Token& term);
    [[nodiscard]] size_t at() const { return at_; }

  private:
    std::expected<RawValue, ParseError> one(bool inSet);
    std::expected<RawValue, ParseError> quoted();
    std::expected<std::vector<RawValue>, ParseError> set();
    void skipSpace();
    std::string_view text_;
    size_t at_ = 0;
};

} // namespace waypost::filter
