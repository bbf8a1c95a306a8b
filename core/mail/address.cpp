#include "mail/address.h"

#include "base/text.h"
#include "mail/encoded_word.h"

#include <fmt/format.h>

#include <idn2.h>

namespace waypost::mail {

namespace {

bool isAscii(std::string_view in) {
    return std::all_of(in.begin(), in.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool isControl(char c) {
    const auto b = static_cast<unsigned char>(c);
    return b < 32 || b == 127;
}

// RFC 5322 atext, and any byte of UTF-8 (RFC 6532).
bool isAtext(char c) {
    return text::isAlnum(c) || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool isDotAtom(std::string_view in) {
    if (in.empty() || in.front() == '.' || in.back() == '.') return false;
    for (size_t i = 0; i < in.size(); ++i)
        if (in[i] == '.' ? in[i - 1] == '.' : !isAtext(in[i])) return false;
    return true;
}

bool isHostName(std::string_view ascii) {
    for (std::string_view label : text::split(ascii, '.')) {
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        for (char c : label)
            if (!text::isAlnum(c) && c != '-' && c != '_') return false;
    }
    return true;
}

bool isLiteral(std::string_view in) {
    if (in.size() < 3 || in.front() != '[' || in.back() != ']') return false;
    for (char c : in.substr(1, in.size() - 2))
        if (!text::isAlnum(c) && c != '.' && c != ':' && c != '-') return false;
    return true;
}

std::unexpected<Error> refuse(std::string_view what, std::string_view why) {
    return fail(ErrorCode::InvalidArgument, "address",
                fmt::format("\"{}\" is not a mail address: {}.", text::printable(what.substr(0, 320)), why));
}

// A quoted local part without its quotes; nothing when a quote is left open or stands inside.
std::optional<std::string> unquote(std::string_view in) {
    if (in.size() < 2 || in.front() != '"' || in.back() != '"') return std::nullopt;
    std::string out;
    for (size_t i = 1; i + 1 < in.size(); ++i) {
        if (in[i] == '"') return std::nullopt;
        if (in[i] == '\\') ++i;
        if (i + 1 >= in.size()) return std::nullopt; // the closing quote is the one that was escaped
        out += in[i];
    }
    return out;
}

std::string quote(std::string_view in) {
    std::string out = "\"";
    for (char c : in) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

} // namespace

Result<std::string> domainToAscii(std::string_view domain) {
    auto bad = [&](std::string_view why) {
        return fail(
            ErrorCode::InvalidArgument, "domain",
            fmt::format("\"{}\" is not a domain name: {}.", text::printable(domain.substr(0, 255)), why));
    };
    if (domain.size() > 1 && domain.back() == '.') domain.remove_suffix(1);
    if (domain.empty()) return bad("it is empty");
    std::string ascii = text::lowered(domain);
    if (!isAscii(domain)) {
        char* out = nullptr;
        const std::string in(domain);
        int rc = idn2_to_ascii_8z(in.c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
        if (rc != IDN2_OK) return bad(idn2_strerror(rc));
        ascii = out;
        idn2_free(out);
    }
    if (ascii.size() > MailAddress::maxDomain) return bad("it is longer than 255 bytes");
    if (!isHostName(ascii)) return bad("a label is empty, longer than 63 bytes or has a wrong character");
    return ascii;
}

std::string domainToUnicode(std::string_view ascii) {
    if (text::ifind(ascii, "xn--") == std::string_view::npos) return std::string(ascii);
    char* out = nullptr;
    std::string in(ascii);
    if (idn2_to_unicode_8z8z(in.c_str(), &out, 0) != IDN2_OK) return in;
    std::string unicode = out;
    idn2_free(out);
    return unicode;
}

Result<MailAddress> MailAddress::parse(std::string_view in) {
    if (in.size() > 2 * (maxLocal + maxDomain)) return refuse(in, "it is too long");
    if (std::any_of(in.begin(), in.end(), isControl)) return refuse(in, "it has a control character");
    if (text::toValidUtf8(in) != in) return refuse(in, "it is not valid UTF-8");
    const size_t at = in.rfind('@');
    if (at == std::string_view::npos) return refuse(in, "it has no @");
    std::string_view local = in.substr(0, at);
    std::string_view domain = in.substr(at + 1);
    MailAddress out;
    if (isDotAtom(local)) {
        out.local_ = local;
    } else if (auto unquoted = unquote(local)) {
        out.local_ = *unquoted;
    } else {
        return refuse(in, local.empty() ? "nothing stands before the @" : "its local part must be quoted");
    }
    if (out.local_.size() > maxLocal) return refuse(in, "its local part is longer than 64 bytes");
    if (isLiteral(domain)) {
        out.domain_ = out.unicode_ = domain;
        return out;
    }
    auto ascii = domainToAscii(domain);
    if (!ascii) return refuse(in, "its domain is not a domain name");
    out.domain_ = *ascii;
    out.unicode_ = domainToUnicode(out.domain_);
    return out;
}

bool MailAddress::needsSmtpUtf8() const {
    return !isAscii(local_);
}

std::string MailAddress::wire() const {
    if (isNull()) return {};
    return (isDotAtom(local_) ? local_ : quote(local_)) + "@" + domain_;
}

std::string MailAddress::display() const {
    if (isNull()) return {};
    return (isDotAtom(local_) ? local_ : quote(local_)) + "@" + unicode_;
}

namespace {

// Reads a header value left to right, one byte at a time: linear whatever the input.
class ListReader {
  public:
    explicit ListReader(std::string_view in) : in_(in) {}

    AddressList run() {
        while (at_ < in_.size() && out_.mailboxes.size() < AddressList::maxEntries) step();
        if (at_ < in_.size()) problem("The list has more than 10000 addresses; the rest was left out.");
        finishMailbox();
        return std::move(out_);
    }

  private:
    void step() {
        const char c = in_[at_];
        if (c == '(') return comment();
        if (c == '"') return quoted();
        if (c == '[') return literal();
        ++at_;
        if (c == '<') {
            inAngle_ = true;
            angle_.clear();
            sawAngle_ = true;
        } else if (c == '>' && inAngle_) {
            inAngle_ = false;
        } else if (c == ',' && !inAngle_) {
            finishMailbox();
        } else if (c == ':' && !inAngle_ && group_.empty() && phrase_.find('@') == std::string::npos) {
            group_ = decodeHeader(text::trim(phrase_));
            phrase_.clear();
        } else if (c == ':' && inAngle_) {
            angle_.clear(); // an obsolete source route: <@relay,@relay:user@host>
        } else if (c == ';' && !inAngle_ && !group_.empty()) {
            finishMailbox();
            group_.clear();
        } else {
            append(c);
        }
    }

    void append(char c) {
        if (inAngle_) {
            if (!text::isSpace(c)) angle_ += c;
        } else {
            phrase_ += c;
        }
    }

    void comment() {
        int depth = 0;
        size_t from = at_ + 1;
        for (; at_ < in_.size(); ++at_) {
            const char c = in_[at_];
            if (c == '\\') {
                ++at_;
            } else if (c == '(') {
                if (++depth > AddressList::maxCommentDepth) {
                    problem("Comments are nested deeper than 50; the rest of the list was left out.");
                    at_ = in_.size();
                    return;
                }
            } else if (c == ')' && --depth == 0) {
                comment_ = in_.substr(from, at_ - from);
                ++at_;
                return;
            }
        }
        at_ = in_.size();
        problem("A comment is not closed.");
    }

    void quoted() {
        std::string raw = "\"";
        std::string plain;
        for (++at_; at_ < in_.size() && in_[at_] != '"'; ++at_) {
            if (in_[at_] == '\\' && at_ + 1 < in_.size()) raw += in_[at_++];
            raw += in_[at_];
            plain += in_[at_];
        }
        if (at_ >= in_.size()) problem("A quoted string is not closed.");
        at_ = std::min(at_ + 1, in_.size());
        // A quoted string directly before "@" is a local part and keeps its quotes.
        if (inAngle_)
            angle_ += raw + "\"";
        else if (at_ < in_.size() && in_[at_] == '@')
            phrase_ += raw + "\"";
        else
            phrase_ += plain;
    }

    void literal() {
        const size_t end = in_.find(']', at_);
        const size_t stop = end == std::string_view::npos ? in_.size() : end + 1;
        for (; at_ < stop; ++at_) append(in_[at_]);
    }

    void finishMailbox() {
        std::string name;
        std::string spec = angle_;
        if (sawAngle_) {
            name = decodeHeader(text::trim(phrase_));
        } else {
            // Without <> the words must join into an address; white space around dots and @ is obsolete form.
            for (char c : phrase_)
                if (!text::isSpace(c) || phrase_.find('"') != std::string::npos) spec += c;
            spec = std::string(text::trim(spec));
            name = decodeHeader(text::trim(comment_));
        }
        const bool nothing = spec.empty() && text::trim(phrase_).empty();
        if (!nothing) add(std::move(name), spec);
        phrase_.clear();
        angle_.clear();
        comment_.clear();
        sawAngle_ = inAngle_ = false;
    }

    void add(std::string name, const std::string& spec) {
        auto address = MailAddress::parse(spec);
        if (!address)
            problem(address.error().text);
        else
            out_.mailboxes.push_back({std::move(name), std::move(*address), group_});
    }

    void problem(std::string sentence) {
        if (out_.problems.size() < 20) out_.problems.push_back(std::move(sentence));
    }

    std::string_view in_;
    size_t at_ = 0;
    AddressList out_;
    std::string phrase_, angle_, comment_, group_;
    bool inAngle_ = false, sawAngle_ = false;
};

} // namespace

AddressList parseAddressList(std::string_view headerValue) {
    return ListReader(headerValue).run();
}

Result<Mailbox> parseMailbox(std::string_view in) {
    if (std::any_of(in.begin(), in.end(), isControl)) return refuse(in, "it has a control character");
    AddressList list = parseAddressList(in);
    if (!list.problems.empty())
        return fail(ErrorCode::InvalidArgument, "address", std::move(list.problems.front()));
    if (list.mailboxes.size() != 1) return refuse(in, "exactly one address is wanted");
    return std::move(list.mailboxes.front());
}

} // namespace waypost::mail
