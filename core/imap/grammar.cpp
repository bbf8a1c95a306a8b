#include "imap/grammar.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::imap {

std::optional<std::uint64_t> Value::number() const {
    if (!isText()) return std::nullopt;
    auto n = text::parseUnsigned(text);
    if (!n || *n > 0x7fff'ffff'ffff'ffffULL) return std::nullopt;
    return n;
}

std::string_view statusName(Status s) {
    switch (s) {
    case Status::Ok: return "OK";
    case Status::No: return "NO";
    case Status::Bad: return "BAD";
    case Status::Bye: return "BYE";
    case Status::Preauth: return "PREAUTH";
    case Status::None: break;
    }
    return "";
}

namespace {

Status statusOf(std::string_view word) {
    for (Status s : {Status::Ok, Status::No, Status::Bad, Status::Bye, Status::Preauth}) {
        if (text::iequals(word, statusName(s))) return s;
    }
    return Status::None;
}

std::string_view firstWord(std::string_view& rest) {
    size_t space = rest.find(' ');
    std::string_view word = rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    return word;
}

// Reads values from text in which a literal is "{n}\n".
class Reader {
  public:
    Reader(std::string_view in, std::vector<std::string>& literals, const ParserLimits& limits)
        : in_(in), literals_(literals), limits_(limits) {}

    // All values up to the end of the text.
    Result<std::vector<Value>> all() {
        std::vector<Value> values;
        for (skipSpaces(); at_ < in_.size(); skipSpaces()) {
            Value v;
            auto read = value(v, 0);
            if (!read) return fail(read.error());
            values.push_back(std::move(v));
        }
        return values;
    }

  private:
    void skipSpaces() {
        while (at_ < in_.size() && (in_[at_] == ' ' || in_[at_] == '\t')) ++at_;
    }
    [[nodiscard]] std::unexpected<Error> broken(std::string_view what) const {
        return fail(ErrorCode::Corrupt, "imap response",
                    fmt::format("The server's response cannot be read at octet {} ({}): \"{}\".", at_, what,
                                text::printable(in_.substr(at_ < 20 ? 0 : at_ - 20, 60))));
    }

    Result<void> value(Value& into, size_t depth) {
        if (++count_ > limits_.values) {
            return fail(ErrorCode::TooLarge, "imap response",
                        fmt::format("The server sent more than {} values in one response.", limits_.values));
        }
        switch (in_[at_]) {
        case '(': return list(into, depth);
        case '"': return quoted(into);
        case '~':
            if (at_ + 1 < in_.size() && in_[at_ + 1] == '{') {
                ++at_;
                return literal(into);
            }
            return atom(into);
        case '{': return literal(into);
        case ')': return broken("a closing parenthesis without its opening one");
        default: return atom(into);
        }
    }

    // Depth is capped, so the recursion is.
    Result<void> list(Value& into, size_t depth) {
        if (depth >= limits_.depth) {
            return fail(ErrorCode::TooLarge, "imap response",
                        fmt::format("The server nested lists more than {} deep.", limits_.depth));
        }
        into.kind = Value::Kind::List;
        ++at_;
        for (skipSpaces(); at_ < in_.size(); skipSpaces()) {
            if (in_[at_] == ')') {
                ++at_;
                return {};
            }
            Value v;
            auto read = value(v, depth + 1);
            if (!read) return fail(read.error());
            into.items.push_back(std::move(v));
        }
        return broken("a list that does not end");
    }

    Result<void> quoted(Value& into) {
        into.kind = Value::Kind::String;
        for (++at_; at_ < in_.size(); ++at_) {
            char c = in_[at_];
            if (c == '"') {
                ++at_;
                return {};
            }
            if (c == '\n') break;
            if (c == '\\' && at_ + 1 < in_.size()) c = in_[++at_];
            into.text += c;
        }
        return broken("a quoted string that does not end");
    }

    Result<void> literal(Value& into) {
        size_t end = in_.find('\n', at_);
        if (end == std::string_view::npos || nextLiteral_ >= literals_.size()) return atom(into);
        if (!announcedLiteral(in_.substr(at_, end - at_)) || in_.find('}', at_) + 1 != end) return atom(into);
        into.kind = Value::Kind::String;
        into.text = std::move(literals_[nextLiteral_++]);
        at_ = end + 1;
        return {};
    }

    // "BODY[HEADER.FIELDS (A B)]<0>" is one atom: inside the brackets anything goes.
    Result<void> section(size_t begin) {
        if (!text::istartsWith(in_.substr(begin), "BODY") &&
            !text::istartsWith(in_.substr(begin), "BINARY")) {
            ++at_;
            return {};
        }
        bool quote = false;
        for (; at_ < in_.size(); ++at_) {
            char c = in_[at_];
            if (c == '"') quote = !quote;
            if (c == '\n') break;
            if (c == ']' && !quote) {
                ++at_;
                return {};
            }
        }
        return broken("a section that does not end");
    }

    Result<void> atom(Value& into) {
        size_t begin = at_;
        while (at_ < in_.size()) {
            auto c = static_cast<unsigned char>(in_[at_]);
            if (c == ' ' || c == '(' || c == ')' || c == '"') break;
            if (c < 0x20 || c == 0x7f) return broken("a control octet");
            if (c == '[') {
                auto read = section(begin);
                if (!read) return fail(read.error());
                continue;
            }
            ++at_;
        }
        if (at_ == begin) return broken("an unexpected octet");
        into.text = std::string(in_.substr(begin, at_ - begin));
        into.kind = text::iequals(into.text, "NIL") ? Value::Kind::Nil : Value::Kind::Atom;
        if (into.isNil()) into.text.clear();
        return {};
    }

    std::string_view in_;
    std::vector<std::string>& literals_;
    const ParserLimits& limits_;
    size_t at_ = 0;
    size_t nextLiteral_ = 0;
    size_t count_ = 0;
};

// The ']' that ends a response code; quoted strings inside may hold one.
size_t codeEnd(std::string_view in) {
    bool quote = false;
    for (size_t i = 1; i < in.size(); ++i) {
        if (in[i] == '\\' && quote) {
            ++i;
        } else if (in[i] == '"') {
            quote = !quote;
        } else if (in[i] == ']' && !quote) {
            return i;
        }
    }
    return std::string_view::npos;
}

// "[CODE args] text". A code that cannot be read stays part of the text: the status itself is still good.
Result<void> statusText(std::string_view rest, Response& into, const ParserLimits& limits) {
    size_t end = rest.starts_with('[') ? codeEnd(rest) : std::string_view::npos;
    if (end != std::string_view::npos) {
        std::string_view inner = rest.substr(1, end - 1);
        std::string_view name = firstWord(inner);
        std::vector<std::string> none;
        auto values = Reader(inner, none, limits).all();
        if (!values && values.error().code == ErrorCode::TooLarge) return fail(values.error());
        if (values) {
            into.code = text::uppered(name);
            into.codeValues = std::move(*values);
            rest = text::trim(rest.substr(end + 1));
        }
    }
    into.text = std::string(rest);
    return {};
}

// The line for the transcript: "{12}\n" becomes "<12 octets>".
std::string shownLine(std::string_view head) {
    std::string out;
    out.reserve(head.size());
    for (size_t i = 0; i < head.size();) {
        size_t end = head.find('\n', i);
        if (end == std::string_view::npos) {
            out += head.substr(i);
            break;
        }
        std::string_view part = head.substr(i, end - i);
        size_t open = part.rfind('{');
        out += part.substr(0, open);
        out += '<';
        out += part.substr(open + 1, part.size() - open - 2);
        out += " octets>";
        i = end + 1;
    }
    return out;
}

Result<void> untagged(std::string_view rest, Response& into, std::vector<std::string>& literals,
                      const ParserLimits& limits) {
    std::string_view word = firstWord(rest);
    into.status = statusOf(word);
    if (into.status != Status::None) return statusText(rest, into, limits);
    if (auto number = text::parseUnsigned(word); number && *number <= 0xffff'ffffU) {
        into.number = std::uint32_t(*number);
        word = firstWord(rest);
    }
    if (word.empty() || !text::isAlpha(word.front())) {
        return fail(ErrorCode::Corrupt, "imap response",
                    fmt::format("The server sent an untagged response without a name: \"{}\".",
                                text::printable(into.line.substr(0, 60))));
    }
    into.name = text::uppered(word);
    auto values = Reader(rest, literals, limits).all();
    if (!values) return fail(values.error());
    into.values = std::move(*values);
    return {};
}

Result<void> tagged(std::string_view tag, std::string_view rest, Response& into, const ParserLimits& limits) {
    into.kind = Response::Kind::Tagged;
    into.tag = std::string(tag);
    into.status = statusOf(firstWord(rest));
    bool completion = into.status == Status::Ok || into.status == Status::No || into.status == Status::Bad;
    if (tag.empty() || !completion) {
        return fail(ErrorCode::Corrupt, "imap response",
                    fmt::format("The server sent a line that is no IMAP response: \"{}\".",
                                text::printable(into.line.substr(0, 60))));
    }
    return statusText(rest, into, limits);
}

} // namespace

bool isFreeText(std::string_view head) {
    std::string_view word = firstWord(head);
    if (word == "+") return true;
    return statusOf(firstWord(head)) != Status::None;
}

Result<Response> parseResponse(const std::string& head, std::vector<std::string> literals,
                               const ParserLimits& limits) {
    Response r;
    r.line = shownLine(head);
    std::string_view rest = head;
    std::string_view word = firstWord(rest);
    Result<void> read;
    if (word == "*") {
        read = untagged(rest, r, literals, limits);
    } else if (word == "+") {
        r.kind = Response::Kind::Continuation;
        read = statusText(rest, r, limits);
    } else {
        read = tagged(word, rest, r, limits);
    }
    if (!read) return fail(read.error());
    return r;
}

} // namespace waypost::imap
