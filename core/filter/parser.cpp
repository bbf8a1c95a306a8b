#include "filter/parser.h"

#include "base/text.h"
#include "filter/lexer.h"
#include "filter/value.h"

namespace waypost::filter {

namespace {

class Parser {
  public:
    Parser(std::string_view text, Schema schema) : text_(text), schema_(schema), lexer_(text) { advance(); }

    std::expected<Node, ParseError> query() {
        if (token_.kind == Token::Kind::End) return Node{};
        auto node = either(0);
        if (node && token_.kind != Token::Kind::End)
            return wrong("This closing parenthesis has no opening one.");
        return node;
    }

  private:
    using Parsed = std::expected<Node, ParseError>;

    void advance() { token_ = lexer_.next(); }

    [[nodiscard]] std::unexpected<ParseError> wrong(std::string sentence, std::string nearest = {}) const {
        return std::unexpected(
            ParseError{token_.offset, token_.length, std::move(sentence), std::move(nearest)});
    }

    Parsed either(int depth) { return chain(depth, Node::Kind::Or); }

    // Or: operands are chains of And. And: operands are negations.
    Parsed chain(int depth, Node::Kind kind) {
        const bool isOr = kind == Node::Kind::Or;
        Node out;
        out.kind = kind;
        out.offset = token_.offset;
        for (;;) {
            auto child = isOr ? chain(depth, Node::Kind::And) : negation(depth);
            if (!child) return child;
            out.children.push_back(std::move(*child));
            if (isOr) {
                if (token_.kind != Token::Kind::Or) break;
                advance();
                continue;
            }
            if (token_.kind == Token::Kind::And) {
                advance();
                continue;
            }
            if (token_.kind == Token::Kind::Or || token_.kind == Token::Kind::Close ||
                token_.kind == Token::Kind::End)
                break;
        }
        if (out.children.size() == 1) return std::move(out.children.front());
        out.length = out.children.back().offset + out.children.back().length - out.offset;
        return out;
    }

    Parsed negation(int depth) {
        if (token_.kind != Token::Kind::Minus && token_.kind != Token::Kind::Not) return term(depth);
        if (depth >= maxDepth) return wrong("The filter is nested too deeply.");
        Node out;
        out.kind = Node::Kind::Not;
        out.offset = token_.offset;
        advance();
        auto child = negation(depth + 1);
        if (!child) return child;
        out.length = child->offset + child->length - out.offset;
        out.children.push_back(std::move(*child));
        return out;
    }

    Parsed term(int depth) {
        if (token_.kind == Token::Kind::Open) return group(depth);
        if (token_.kind == Token::Kind::End) {
            token_.offset = text_.size();
            return wrong("A term is expected at the end.");
        }
        if (token_.kind != Token::Kind::Term)
            return wrong("A term is expected here, before \"" +
                         std::string(text_.substr(token_.offset, token_.length)) + "\".");
        if (++terms_ > maxTerms) return wrong("The filter has too many terms.");
        const Token token = token_;
        Node out;
        out.kind = Node::Kind::Term;
        out.offset = token.offset;
        out.term.bare = token.head.empty();
        out.term.op = token.op;
        out.term.field = out.term.bare ? findField(schema_, "any") : findField(schema_, token.head);
        if (!out.term.field) return unknownField(token);
        if (auto ok = checkOp(*out.term.field, token); !ok) return std::unexpected(ok.error());
        auto raw = lexer_.values(token);
        if (!raw) return std::unexpected(raw.error());
        for (const RawValue& r : *raw) {
            if (++values_ > maxValues) return wrong("The filter has too many values.");
            auto value = readValue(*out.term.field, token.op, r);
            if (!value) return std::unexpected(value.error());
            out.term.values.push_back(std::move(*value));
        }
        out.length = lexer_.at() - out.offset;
        advance();
        return out;
    }

    [[nodiscard]] std::unexpected<ParseError> unknownField(const Token& token) const {
        if (token.head.empty())
            return wrong("Every term needs a field here, such as " + std::string(schema_.front().name) +
                         ":….");
        std::string nearest = nearestField(schema_, token.head);
        return std::unexpected(ParseError{token.offset, token.head.size(),
                                          "\"" + text::printable(token.head) +
                                              "\" is no field; did you mean \"" + nearest + "\"?",
                                          nearest});
    }

    Parsed group(int depth) {
        if (depth >= maxDepth) return wrong("The filter is nested too deeply.");
        const Token open = token_;
        advance();
        if (token_.kind == Token::Kind::Close) return wrong("A term is expected between the parentheses.");
        auto inner = either(depth + 1);
        if (!inner) return inner;
        if (token_.kind != Token::Kind::Close)
            return std::unexpected(ParseError{open.offset, 1, "This parenthesis is not closed.", {}});
        inner->offset = open.offset;
        inner->length = token_.offset + 1 - open.offset;
        advance();
        return inner;
    }

    std::string_view text_;
    Schema schema_;
    Lexer lexer_;
    Token token_;
    size_t terms_ = 0, values_ = 0;
};

} // namespace

std::expected<Node, ParseError> parse(std::string_view text, Schema schema) {
    if (text.size() > maxLength)
        return std::unexpected(
            ParseError{maxLength,
                       text.size() - maxLength,
                       "The filter is longer than " + std::to_string(maxLength) + " characters.",
                       {}});
    return Parser(text, schema).query();
}

Result<Node> parseOrFail(std::string_view text, Schema schema) {
    auto node = parse(text, schema);
    if (node) return std::move(*node);
    const ParseError& e = node.error();
    constexpr size_t longest = 40;
    std::string where;
    if (e.length > 0 && e.offset < text.size())
        where = " (at \"" + text::printable(text.substr(e.offset, std::min(e.length, longest))) +
                "\", character " + std::to_string(e.offset + 1) + ")";
    return fail(ErrorCode::InvalidArgument, "--filter", e.sentence + where);
}

} // namespace waypost::filter
