#include "auth/authentication_results.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::auth {

namespace {

constexpr size_t maxProblems = 20;

// RFC 2045 section 5.1, with the octets of RFC 6532.
bool isTokenChar(char c) {
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u != 0x7f && specials.find(c) == std::string_view::npos;
}

bool isKeyword(std::string_view in) {
    if (in.empty() || !text::isAlnum(in.back())) return false;
    for (char c : in)
        if (!text::isAlnum(c) && c != '-') return false;
    return true;
}

// What ends a value that should have been quoted and was not.
bool endsValue(char c) {
    return text::isSpace(c) || c == ';' || c == '(';
}

std::optional<int> smallNumber(std::string_view digits) {
    auto n = text::parseUnsigned(digits);
    if (!n || *n > 999'999) return std::nullopt;
    return int(*n);
}

class Parser {
  public:
    Parser(std::string_view in, AuthenticationResults& out) : in_(in), out_(out) {
        if (in_.size() <= maxAuthResultsBytes) return;
        in_ = in_.substr(0, maxAuthResultsBytes);
        problem(in_.size(), 0, fmt::format("The field is longer than {} octets.", maxAuthResultsBytes));
    }

    void run() {
        skip();
        if (!identifier()) return;
        version();
        while (at_ < in_.size()) {
            skip();
            if (at_ >= in_.size()) break;
            if (in_[at_] != ';') {
                stray();
                continue;
            }
            ++at_;
            if (!result()) break;
        }
        if (out_.results.empty() && !out_.none && out_.problems.empty())
            problem(in_.size(), 0, "There is neither a result nor \"none\".");
    }

    // "i=1;" of an ARC-Authentication-Results; leaves the cursor behind it.
    std::optional<int> instance() {
        skip();
        const size_t start = at_;
        if (word() != "i") return at_ = start, std::nullopt;
        skip();
        if (!take('=')) return at_ = start, std::nullopt;
        skip();
        auto number = smallNumber(word());
        skip();
        if (!number || !take(';')) return at_ = start, std::nullopt;
        return number;
    }

  private:
    void problem(size_t offset, size_t length, std::string text) {
        if (out_.problems.size() < maxProblems) out_.problems.push_back({{offset, length}, std::move(text)});
    }
    [[nodiscard]] bool at(char c) const { return at_ < in_.size() && in_[at_] == c; }
    bool take(char c) {
        if (!at(c)) return false;
        ++at_;
        return true;
    }

    // CFWS. The text of the comments is kept for comment().
    void skip() {
        while (at_ < in_.size()) {
            if (text::isSpace(in_[at_]))
                ++at_;
            else if (in_[at_] == '(')
                readComment();
            else
                return;
        }
    }
    void readComment() {
        const size_t start = at_;
        int depth = 0;
        std::string text;
        for (; at_ < in_.size(); ++at_) {
            char c = in_[at_];
            if (c == '\\' && at_ + 1 < in_.size()) {
                c = in_[++at_];
            } else if (c == '(') {
                if (++depth == 1) continue;
            } else if (c == ')' && --depth == 0) {
                break;
            }
            text += c;
        }
        if (at_ < in_.size())
            ++at_;
        else
            problem(start, in_.size() - start, "A comment is not closed.");
        if (!comments_.empty()) comments_ += ' ';
        comments_ += text;
    }
    std::string takeComments() { return std::exchange(comments_, {}); }

    std::string_view word() {
        const size_t start = at_;
        while (at_ < in_.size() && isTokenChar(in_[at_])) ++at_;
        return in_.substr(start, at_ - start);
    }
    std::string quoted() {
        const size_t start = at_++;
        std::string text;
        while (at_ < in_.size() && in_[at_] != '"') {
            if (in_[at_] == '\\' && at_ + 1 < in_.size()) ++at_;
            // A fold inside counts as the white space behind it (RFC 5322 section 3.2.4).
            if (in_[at_] != '\r' && in_[at_] != '\n') text += in_[at_];
            ++at_;
        }
        if (!take('"')) problem(start, at_ - start, "A quoted string is not closed.");
        return text;
    }
    // token, quoted-string, or what stands where one belongs.
    std::string value(std::string_view what) {
        if (at('"')) return quoted();
        const size_t start = at_;
        const std::string_view token = word();
        if (at_ >= in_.size() || endsValue(in_[at_])) {
            if (token.empty()) problem(start, 0, fmt::format("{} has no value.", what));
            return std::string(token);
        }
        while (at_ < in_.size() && !endsValue(in_[at_])) ++at_;
        const std::string_view all = in_.substr(start, at_ - start);
        problem(start, all.size(),
                fmt::format("\"{}\" must stand in quotes.", text::printable(all.substr(0, 60))));
        return std::string(all);
    }
    // value, or [[local-part] "@"] domain-name.
    std::string propertyValue(std::string_view what) {
        const size_t start = at_;
        const bool isQuoted = at('"');
        std::string local = isQuoted ? quoted() : std::string(word());
        const size_t behind = at_;
        skip();
        if (take('@')) {
            skip();
            const std::string_view domain = word();
            const bool ended = at_ >= in_.size() || endsValue(in_[at_]);
            if (!domain.empty() && ended) return local + "@" + std::string(domain);
            problem(start, at_ - start, fmt::format("The address of {} has no domain.", what));
            while (at_ < in_.size() && !endsValue(in_[at_])) ++at_;
            return std::string(text::trim(in_.substr(start, at_ - start)));
        }
        if (at_ == behind && at_ < in_.size() && !endsValue(in_[at_])) {
            at_ = start;
            return value(what);
        }
        if (local.empty() && !isQuoted) problem(start, 0, fmt::format("{} has no value.", what));
        return local;
    }

    bool identifier() {
        const size_t start = at_;
        if (at_ >= in_.size()) {
            problem(0, 0, "The field is empty.");
            return false;
        }
        if (!at(';')) out_.authservId = at('"') ? quoted() : std::string(word());
        skip();
        if (at('=') || at('/')) {
            // "spf=pass …" at once: written by receivers that leave their name out.
            problem(start, at_ - start, "The name of the server that judged is missing.");
            out_.authservId.clear();
            at_ = start;
            comments_.clear();
            return resultAt();
        }
        if (out_.authservId.empty()) problem(start, 0, "The name of the server that judged is missing.");
        takeComments();
        return true;
    }
    void version() {
        if (!(at_ < in_.size() && text::isDigit(in_[at_]))) return;
        const size_t start = at_;
        auto number = smallNumber(word());
        if (number)
            out_.version = *number;
        else
            problem(start, at_ - start, "The version is not a number.");
        skip();
        takeComments();
    }

    void stray() {
        const size_t start = at_;
        while (at_ < in_.size() && in_[at_] != ';') {
            if (in_[at_] == '"')
                quoted();
            else if (in_[at_] == '(')
                readComment();
            else
                ++at_;
        }
        problem(start, at_ - start,
                fmt::format("\"{}\" does not belong here.",
                            text::printable(in_.substr(start, 60).substr(0, at_ - start))));
    }

    // Behind a ";". False ends the reading.
    bool result() {
        skip();
        takeComments();
        if (at_ >= in_.size() || at(';')) {
            problem(at_, 0, "There is an empty result behind a semicolon.");
            return true;
        }
        return resultAt();
    }
    bool resultAt() {
        if (out_.results.size() >= maxAuthResults) {
            problem(at_, 0, fmt::format("There are more than {} results.", maxAuthResults));
            return false;
        }
        const size_t start = at_;
        const std::string_view name = word();
        skip();
        if (text::iequals(name, "none") && (at_ >= in_.size() || at(';'))) return noResult(start);
        if (out_.none) problem(start, name.size(), "A result stands beside \"none\".");
        AuthMethodResult r;
        r.method = text::lowered(name);
        if (!isKeyword(name) || !method(r, start)) return stray(), true;
        properties(r);
        r.span = {start, text::trimRight(in_.substr(start, at_ - start)).size()};
        out_.results.push_back(std::move(r));
        return true;
    }
    bool noResult(size_t start) {
        if (!out_.results.empty() || out_.none) problem(start, 4, "\"none\" stands beside a result.");
        out_.none = out_.results.empty();
        return true;
    }
    // [ "/" version ] "=" result, and the comments behind it.
    bool method(AuthMethodResult& r, size_t start) {
        if (take('/')) {
            skip();
            auto number = smallNumber(word());
            if (!number) problem(start, at_ - start, "The version of a method is not a number.");
            r.methodVersion = number.value_or(1);
            skip();
        }
        if (!take('=')) return false;
        skip();
        takeComments();
        const size_t place = at_;
        const std::string_view word_ = word();
        r.result = text::lowered(word_);
        if (!isKeyword(word_)) problem(place, word_.size(), fmt::format("{}= has no result word.", r.method));
        skip();
        r.comment = takeComments();
        return !word_.empty();
    }

    // [reason=…] *(ptype.property=value)
    void properties(AuthMethodResult& r) {
        while (at_ < in_.size() && !at(';')) {
            const size_t start = at_;
            const std::string_view first = word();
            if (first.empty()) return;
            skip();
            if (!take('=')) {
                // The "." of a property may have CFWS around it; otherwise it is part of the word.
                if (!splitProperty(r, start, first)) return;
                continue;
            }
            const size_t dot = first.find('.');
            if (dot == std::string_view::npos)
                plain(r, start, first);
            else
                property(r, start, first.substr(0, dot), first.substr(dot + 1));
        }
    }
    bool splitProperty(AuthMethodResult& r, size_t start, std::string_view first) {
        std::string joined(first);
        for (int pieces = 0; pieces < 3 && at_ < in_.size() && !at('=') && !at(';'); ++pieces) {
            const std::string_view next = word();
            if (next.empty()) break;
            joined += next;
            skip();
        }
        const size_t dot = joined.find('.');
        if (dot == std::string::npos || !take('=')) {
            at_ = start;
            return false;
        }
        property(r, start, std::string_view(joined).substr(0, dot), std::string_view(joined).substr(dot + 1));
        return true;
    }
    void plain(AuthMethodResult& r, size_t start, std::string_view name) {
        skip();
        std::string text = value(fmt::format("{}=", text::printable(name)));
        if (text::iequals(name, "reason")) {
            if (!r.properties.empty())
                problem(start, at_ - start, "reason= stands behind a property; it belongs before them.");
            r.reason = std::move(text);
        } else {
            problem(start, at_ - start, fmt::format("{}= has no property type.", text::printable(name)));
            add(r, {{}, text::lowered(name), std::move(text), {start, at_ - start}});
        }
        skip();
    }
    void property(AuthMethodResult& r, size_t start, std::string_view ptype, std::string_view name) {
        AuthProperty p{text::lowered(ptype), text::lowered(name), {}, {}};
        const std::string shown = text::printable(fmt::format("{}.{}", ptype, name));
        if (!isKeyword(ptype) || !isKeyword(name))
            problem(start, at_ - start, fmt::format("\"{}\" is no property name.", shown));
        skip();
        p.value = propertyValue(shown);
        p.span = {start, text::trimRight(in_.substr(start, at_ - start)).size()};
        add(r, std::move(p));
        skip();
    }
    void add(AuthMethodResult& r, AuthProperty p) {
        if (r.properties.size() < maxAuthProperties)
            r.properties.push_back(std::move(p));
        else
            problem(p.span.offset, p.span.length,
                    fmt::format("There are more than {} properties.", maxAuthProperties));
    }

    std::string_view in_;
    AuthenticationResults& out_;
    size_t at_ = 0;
    std::string comments_;
};

} // namespace

std::string_view AuthMethodResult::property(std::string_view ptype, std::string_view name) const {
    for (const auto& p : properties)
        if (text::iequals(p.ptype, ptype) && text::iequals(p.property, name)) return p.value;
    return {};
}

AuthenticationResults parseAuthenticationResults(std::string_view value) {
    AuthenticationResults out;
    Parser(value, out).run();
    return out;
}

ArcAuthenticationResults parseArcAuthenticationResults(std::string_view value) {
    ArcAuthenticationResults out;
    Parser parser(value, out.results);
    out.instance = parser.instance();
    if (!out.instance)
        out.results.problems.push_back({{0, 0}, "The field does not begin with i= and a number."});
    parser.run();
    return out;
}

} // namespace waypost::auth
