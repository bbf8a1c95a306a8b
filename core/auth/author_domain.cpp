#include "auth/author_domain.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::auth {

namespace {

bool isAtext(char c) {
    constexpr std::string_view specials = "()<>[]:;@\\,.\"";
    const auto u = static_cast<unsigned char>(c);
    return u > 0x20 && u != 0x7f && specials.find(c) == std::string_view::npos;
}

// "=?charset?q?text?=" whole, which may hold specials; 0 when there is none at the start.
size_t encodedWordLength(std::string_view in) {
    if (!in.starts_with("=?")) return 0;
    const size_t encoding = in.find('?', 2);
    if (encoding == std::string_view::npos || encoding + 2 >= in.size() || in[encoding + 2] != '?') return 0;
    const size_t end = in.find("?=", encoding + 3);
    if (end == std::string_view::npos) return 0;
    const std::string_view word = in.substr(0, end + 2);
    return std::any_of(word.begin(), word.end(), text::isSpace) ? 0 : word.size();
}

// Left to right over one field; everything but "@ domain" and the brackets of a route is passed over.
class Reader {
  public:
    Reader(std::string_view in, bool quotes) : in_(in), honourQuotes_(quotes) {}

    // False: a quoted string is not closed, and its quotes may be plain characters.
    bool run() {
        while (at_ < in_.size() && out.size() < maxAuthorDomains) {
            const char c = in_[at_];
            if (c == '(') {
                comment();
            } else if (c == '"' && honourQuotes_) {
                if (!quoted()) return false;
            } else if (c == '<') {
                ++at_;
                skip();
                if (at('@')) route();
            } else if (c == '@') {
                ++at_;
                domain();
            } else if (const size_t word = encodedWordLength(in_.substr(at_))) {
                at_ += word;
            } else if (isAtext(c)) {
                while (at_ < in_.size() && isAtext(in_[at_])) ++at_;
            } else {
                ++at_;
            }
        }
        return true;
    }
    std::vector<std::string> out; // as written

  private:
    [[nodiscard]] bool at(char c) const { return at_ < in_.size() && in_[at_] == c; }

    void comment() {
        int depth = 0;
        for (; at_ < in_.size(); ++at_) {
            if (in_[at_] == '\\')
                ++at_;
            else if (in_[at_] == '(')
                ++depth;
            else if (in_[at_] == ')' && --depth == 0)
                break;
        }
        at_ = std::min(at_ + 1, in_.size());
    }
    bool quoted() {
        for (++at_; at_ < in_.size() && in_[at_] != '"'; ++at_)
            if (in_[at_] == '\\') ++at_;
        if (at_ >= in_.size()) return false;
        ++at_;
        return true;
    }
    void skip() {
        while (at_ < in_.size()) {
            if (text::isSpace(in_[at_]))
                ++at_;
            else if (in_[at_] == '(')
                comment();
            else
                return;
        }
    }
    // <@relay,@relay:user@host>: up to the colon these are no authors (RFC 5322 section 4.4).
    void route() {
        const size_t colon = in_.find(':', at_);
        const size_t close = in_.find('>', at_);
        if (colon != std::string_view::npos && colon < close) at_ = colon + 1;
    }
    void domain() {
        skip();
        if (at('[')) {
            const size_t end = std::min(in_.find(']', at_), in_.size() - 1);
            out.emplace_back(in_.substr(at_, end + 1 - at_));
            at_ = end + 1;
            return;
        }
        std::string name;
        for (skip(); at_ < in_.size(); skip()) {
            const size_t start = at_;
            while (at_ < in_.size() && isAtext(in_[at_])) ++at_;
            name += in_.substr(start, at_ - start);
            skip();
            if (!at('.')) break;
            name += in_[at_++];
        }
        out.push_back(name);
    }

    std::string_view in_;
    bool honourQuotes_;
    size_t at_ = 0;
};

bool isAscii(std::string_view in) {
    return std::all_of(in.begin(), in.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The name to ask, or nothing.
std::string askable(const std::string& written) {
    if (isAscii(written)) {
        std::string name = dns::normalName(written);
        return dns::isAskable(name) ? name : std::string();
    }
    auto ascii = dns::toAscii(written);
    return ascii ? *ascii : std::string();
}

std::string faultOf(const AuthorDomains& found, const std::string& unusable) {
    if (!unusable.empty())
        return fmt::format("\"{}\" in From is not a domain name.", text::printable(unusable.substr(0, 80)));
    if (found.domains.empty()) return "From has no address with a domain.";
    if (found.domains.size() > 1)
        return fmt::format("From has addresses of {} domains ({}), so there is no single author domain.",
                           found.domains.size(),
                           text::printable(text::join(found.domains, ", ").substr(0, 200)));
    if (found.domains.front().starts_with('['))
        return fmt::format("From has an address literal, {}, and no domain.",
                           text::printable(found.domains.front()));
    return {};
}

} // namespace

AuthorDomains readAuthorDomains(std::string_view fromValue) {
    Reader strict(fromValue, true);
    Reader plain(fromValue, false);
    std::vector<std::string>& written = strict.run() ? strict.out : (plain.run(), plain.out);
    AuthorDomains result;
    std::string unusable;
    for (const auto& w : written) {
        std::string name = w.starts_with('[') ? w : askable(w);
        if (name.empty()) {
            if (unusable.empty()) unusable = w.empty() ? "@" : w;
            name = w;
        }
        if (std::find(result.domains.begin(), result.domains.end(), name) == result.domains.end() &&
            !name.empty())
            result.domains.push_back(std::move(name));
    }
    result.fault = faultOf(result, unusable);
    return result;
}

AuthorDomains readAuthorDomains(const mail::HeaderBlock& headers) {
    const auto fields = headers.topDown("From");
    AuthorDomains all;
    for (const auto* field : fields) {
        AuthorDomains one = readAuthorDomains(headers.rawValue(*field));
        if (fields.size() == 1) return one;
        for (auto& d : one.domains)
            if (std::find(all.domains.begin(), all.domains.end(), d) == all.domains.end())
                all.domains.push_back(std::move(d));
    }
    all.fault = fields.empty()
                    ? "The message has no From field."
                    : fmt::format("The message has {} From fields; there must be one.", fields.size());
    return all;
}

} // namespace waypost::auth
