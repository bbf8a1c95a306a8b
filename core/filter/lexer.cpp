#include "filter/lexer.h"

#include "base/text.h"

namespace waypost::filter {

namespace {

bool endsWord(char c, bool inSet) {
    return text::isSpace(c) || c == '(' || c == ')' || c == '"' || (inSet && (c == ',' || c == '}'));
}

bool isFieldChar(char c) {
    return text::isAlpha(c) || c == '_';
}

// The operator at the start of `in`, longest first.
std::optional<std::pair<Op, size_t>> operatorAt(std::string_view in) {
    constexpr std::pair<std::string_view, Op> all[] = {
        {"!=", Op::NotEqual}, {"<=", Op::LessEqual}, {">=", Op::GreaterEqual}, {":", Op::Has},
        {"=", Op::Equal},     {"<", Op::Less},       {">", Op::Greater},       {"~", Op::Matches}};
    for (const auto& [sign, op] : all)
        if (in.starts_with(sign)) return std::pair(op, sign.size());
    return std::nullopt;
}

std::unexpected<ParseError> wrong(size_t offset, size_t length, std::string sentence) {
    return std::unexpected(ParseError{offset, length, std::move(sentence), {}});
}

} // namespace

void Lexer::skipSpace() {
    while (at_ < text_.size() && text::isSpace(text_[at_])) ++at_;
}

Token Lexer::next() {
    skipSpace();
    Token t;
    t.offset = at_;
    if (at_ >= text_.size()) return t;
    const char c = text_[at_];
    t.length = 1;
    if (c == '(' || c == ')') {
        t.kind = c == '(' ? Token::Kind::Open : Token::Kind::Close;
        ++at_;
        return t;
    }
    if (c == '-' && at_ + 1 < text_.size() && !text::isSpace(text_[at_ + 1])) {
        t.kind = Token::Kind::Minus;
        ++at_;
        return t;
    }
    size_t end = at_;
    while (end < text_.size() && isFieldChar(text_[end])) ++end;
    const std::string_view head = text_.substr(at_, end - at_);
    const bool wordEnds = end == text_.size() || endsWord(text_[end], false);
    if (wordEnds && (head == "AND" || head == "OR" || head == "NOT")) {
        t.kind = head == "AND" ? Token::Kind::And : head == "OR" ? Token::Kind::Or : Token::Kind::Not;
        t.length = head.size();
        at_ = end;
        return t;
    }
    t.kind = Token::Kind::Term;
    t.valueAt = at_;
    auto op = head.empty() ? std::nullopt : operatorAt(text_.substr(end));
    if (!op) return t; // a word or a phrase: values() reads it whole
    t.head = head;
    t.op = op->first;
    at_ = t.valueAt = end + op->second;
    t.length = at_ - t.offset;
    return t;
}

std::expected<RawValue, ParseError> Lexer::quoted() {
    RawValue v;
    v.quoted = true;
    v.offset = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
        // \" and \\ stand for the sign itself; anything else keeps its backslash, as regular expressions
        // want.
        if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\'))
            ++at_;
        v.text += text_[at_++];
    }
    if (at_ >= text_.size()) return wrong(v.offset, at_ - v.offset, "The quotation mark is not closed.");
    v.length = ++at_ - v.offset;
    return v;
}

std::expected<RawValue, ParseError> Lexer::one(bool inSet) {
    if (at_ < text_.size() && text_[at_] == '"') {
        auto v = quoted();
        if (v && at_ < text_.size() && !text::isSpace(text_[at_]) && text_[at_] != ')' &&
            !(inSet && (text_[at_] == ',' || text_[at_] == '}')))
            return wrong(v->offset, v->length, "A space is expected after the closing quotation mark.");
        return v;
    }
    RawValue v;
    v.offset = at_;
    while (at_ < text_.size() && !endsWord(text_[at_], inSet)) v.starred |= text_[at_++] == '*';
    v.length = at_ - v.offset;
    v.text = text_.substr(v.offset, v.length);
    return v;
}

std::expected<std::vector<RawValue>, ParseError> Lexer::set() {
    const size_t start = at_++;
    std::vector<RawValue> out;
    for (;;) {
        skipSpace();
        auto v = one(true);
        if (!v) return std::unexpected(v.error());
        if (v->length == 0) return wrong(start, at_ - start, "A value is missing in the braces.");
        out.push_back(std::move(*v));
        if (out.size() > maxValues)
            return wrong(start, at_ - start, "There are too many values in the braces.");
        skipSpace();
        if (at_ >= text_.size()) return wrong(start, at_ - start, "The brace is not closed.");
        const char c = text_[at_];
        if (c != ',' && c != '}') return wrong(at_, 1, "A comma or a closing brace is expected here.");
        ++at_;
        if (c == '}') break;
    }
    if (at_ < text_.size() && !endsWord(text_[at_], false))
        return wrong(start, at_ - start, "A space is expected after the closing brace.");
    return out;
}

std::expected<std::vector<RawValue>, ParseError> Lexer::values(const Token& term) {
    at_ = term.valueAt;
    if (!term.head.empty() && term.op != Op::Matches && at_ < text_.size() && text_[at_] == '{') return set();
    auto v = one(false);
    if (!v) return std::unexpected(v.error());
    if (v->length == 0)
        return wrong(term.offset, std::max<size_t>(1, at_ - term.offset),
                     term.head.empty() ? "A field, a word or a phrase is expected here."
                                       : "A value is expected after \"" + std::string(term.head) +
                                             std::string(opText(term.op)) + "\".");
    std::vector<RawValue> out;
    out.push_back(std::move(*v));
    return out;
}

} // namespace waypost::filter
