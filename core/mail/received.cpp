#include "mail/received.h"

#include "base/text.h"
#include "mail/date.h"
#include "mail/headers.h"

#include <arpa/inet.h>

#include <vector>

namespace waypost::mail {

namespace {

constexpr size_t maxValue = 16 * 1024;

struct Token {
    enum class Kind : std::uint8_t { Word, Comment, Semicolon } kind = Kind::Word;
    std::string_view text; // of a comment: without its outer parentheses
    size_t offset = 0;
};

// Words end at white space, ";" and "("; "<…>" and "[…]" stay whole, spaces inside included.
std::vector<Token> tokenize(std::string_view in) {
    std::vector<Token> out;
    size_t i = 0;
    while (i < in.size()) {
        if (text::isSpace(in[i])) {
            ++i;
        } else if (in[i] == ';') {
            out.push_back({Token::Kind::Semicolon, in.substr(i, 1), i});
            ++i;
        } else if (in[i] == '(') {
            size_t start = ++i;
            int depth = 1;
            for (; i < in.size() && depth > 0; ++i) depth += in[i] == '(' ? 1 : in[i] == ')' ? -1 : 0;
            out.push_back(
                {Token::Kind::Comment, in.substr(start, i - start - (depth == 0 ? 1 : 0)), start - 1});
        } else {
            const size_t start = i;
            const char closer = in[i] == '<' ? '>' : in[i] == '[' ? ']' : 0;
            if (const size_t end = closer ? in.find(closer, i) : std::string_view::npos;
                end != std::string_view::npos)
                i = end;
            while (i < in.size() && !text::isSpace(in[i]) && in[i] != ';' && in[i] != '(') ++i;
            out.push_back({Token::Kind::Word, in.substr(start, i - start), start});
        }
    }
    return out;
}

bool isIp(const std::string& s) {
    unsigned char buffer[16];
    return inet_pton(AF_INET, s.c_str(), buffer) == 1 || inet_pton(AF_INET6, s.c_str(), buffer) == 1;
}

// "192.0.2.1", "[192.0.2.1]", "[IPv6:2001:db8::1]", "::ffff:192.0.2.1", "192.0.2.1:25", "[192.0.2.1]:25",
// "192.0.2.1.4711" (a port after a dot). Nothing when it is not an address.
std::optional<std::string> addressIn(std::string_view in, bool* hadPort = nullptr) {
    in = text::trim(in);
    if (in.starts_with('[')) {
        const size_t end = in.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        if (hadPort && end + 1 < in.size()) *hadPort = true;
        in = in.substr(1, end - 1);
    }
    if (text::istartsWith(in, "ipv6:")) in.remove_prefix(5);
    if (text::istartsWith(in, "::ffff:") && in.find('.') != std::string_view::npos) in.remove_prefix(7);
    std::string s(text::trim(in));
    if (isIp(s)) return s;
    const bool v4 = !s.empty() && text::isDigit(s.front()) && s.find('.') != std::string::npos;
    const size_t at = v4 ? s.find_last_of(".:") : std::string::npos;
    if (at == std::string::npos || !text::parseUnsigned(std::string_view(s).substr(at + 1)))
        return std::nullopt;
    s.resize(at);
    if (!isIp(s)) return std::nullopt;
    if (hadPort) *hadPort = true;
    return s;
}

std::string_view unangle(std::string_view in) {
    if (in.starts_with('<')) {
        in.remove_prefix(1);
        in = in.substr(0, in.find('>'));
    }
    return in;
}

// A reverse name, or nothing for the words that say there is none.
std::optional<std::string> reverseName(std::string_view in) {
    in = text::trim(in);
    if (in.size() > 1 && in.back() == '.') in.remove_suffix(1);
    for (std::string_view none : {"", "unknown", "softdnserr", "rdns", "unverified", "no-reverse-dns"})
        if (text::iequals(in, none)) return std::nullopt;
    return std::string(in);
}

struct Clauses {
    std::optional<Token> from, by, via, with, id, forWhom, secondFrom;
    std::vector<Token> fromComments;         // between "from" and "by"
    std::vector<Token> comments;             // all
    std::string withRest;                    // "Microsoft SMTP Server" behind with
    std::optional<std::string> looseAddress; // "[192.0.2.1.25]" as a word of its own before "by"
    size_t dateStart = std::string_view::npos;
};

class ClauseReader {
  public:
    explicit ClauseReader(std::string_view in) : tokens_(tokenize(in)) {}

    Clauses run() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) {
            const Token& t = tokens_[at_];
            if (t.kind == Token::Kind::Semicolon) {
                out_.dateStart = t.offset + 1;
                section_ = 0;
            } else if (t.kind == Token::Kind::Comment) {
                out_.comments.push_back(t);
                if (section_ == 'f') out_.fromComments.push_back(t);
            } else if (!keyword(t.text)) {
                loose(t);
            }
        }
        return std::move(out_);
    }

  private:
    // A keyword takes the next word, unless that is another keyword ("from by x") or a comment.
    bool keyword(std::string_view w) {
        struct Slot {
            std::string_view name;
            std::optional<Token> Clauses::* into;
            char section;
        };
        static constexpr Slot slots[] = {{"from", &Clauses::from, 'f'}, {"by", &Clauses::by, 'b'},
                                         {"via", &Clauses::via, 'v'},   {"with", &Clauses::with, 'w'},
                                         {"id", &Clauses::id, 'i'},     {"for", &Clauses::forWhom, 'o'}};
        for (const Slot& s : slots) {
            if (!text::iequals(w, s.name)) continue;
            const bool second = s.section == 'f' && (out_.from || out_.by);
            auto& into = second ? out_.secondFrom : out_.*s.into;
            if (into) return false;
            if (!second) section_ = s.section;
            const bool value = at_ + 1 < tokens_.size() && tokens_[at_ + 1].kind == Token::Kind::Word;
            if (s.section == 'f' && !value) {
                into = Token{Token::Kind::Word, {}, tokens_[at_].offset}; // "from ([192.0.2.1]) by …"
                return true;
            }
            if (!value) return false;
            into = tokens_[++at_];
            return true;
        }
        return false;
    }

    void loose(const Token& t) {
        if (section_ == 'f' && t.text.starts_with('['))
            if (auto ip = addressIn(t.text)) out_.looseAddress = ip;
        if (section_ == 'w') out_.withRest += ' ' + std::string(t.text);
    }

    std::vector<Token> tokens_;
    size_t at_ = 0;
    char section_ = 0;
    Clauses out_;
};

std::optional<std::string_view> behind(std::string_view in, std::string_view prefix) {
    in = text::trim(in);
    if (!text::istartsWith(in, prefix)) return std::nullopt;
    return text::trim(in.substr(prefix.size()));
}

// What the comments between "from" and "by" say about the client. `conventions` of the families:
//   sendmail, Postfix   from HELO (RDNS [IP])
//   qmail, Courier      from RDNS (HELO name) (ident@IP), and from RDNS (IP) when HELO is the same
//   Exim                from RDNS ([IP] helo=name), and from HELO ([IP])
//   CommuniGate         from HELO ([IP] verified), from [IP] (HELO name)
class Client {
  public:
    Client(const Clauses& c, Received& out) : c_(c), out_(out) {}

    void read() {
        from_ = c_.from ? c_.from->text : std::string_view();
        for (const Token& t : c_.fromComments) comment(text::trim(t.text));
        if (!out_.ip && c_.looseAddress) looseAddress();
        if (!out_.ip) addressAsFrom();
        names();
    }

  private:
    void comment(std::string_view in) {
        for (std::string_view verb : {"HELO", "EHLO", "LHLO"}) {
            if (!text::istartsWith(in, verb) || (in.size() > 4 && !text::isSpace(in[4]))) continue;
            fromIsReverse_ = true;
            heloComment_ = text::trim(in.substr(4));
            return;
        }
        if (text::istartsWith(in, "account ")) return account(in);
        if (!out_.ip && bracketed(in)) return;
        // Exim without a reverse name: from [IP] (port=4711 helo=name)
        if (from_.starts_with('[') && text::ifind(in, "helo=") != std::string_view::npos)
            return attributes(in);
        if (!out_.ip && bare(in)) return;
        if (!out_.ip && in.find(' ') == std::string_view::npos && in.find('.') != std::string_view::npos)
            bareName_ = in;
    }

    // "rdns [ip] (may be forged)", "[ip] helo=x", "[ip]:port verified", "ident@[ip]"
    bool bracketed(std::string_view in) {
        const size_t open = in.find('[');
        const size_t close = in.find(']', std::min(open, in.size()));
        if (close == std::string_view::npos) return false;
        auto ip = addressIn(in.substr(open, close - open + 1));
        if (!ip) return false;
        out_.ip = ip;
        std::string_view before = text::trim(in.substr(0, open));
        std::string_view after = in.substr(close + 1);
        if (before.ends_with('@')) {
            out_.ident = std::string(before.substr(0, before.size() - 1));
        } else if (!before.empty()) {
            auto words = text::words(before);
            if (const size_t at = words.back().rfind('@'); at != std::string_view::npos) {
                std::string_view who = words.back().substr(0, at);
                if (text::istartsWith(who, "IDENT:")) who.remove_prefix(6);
                out_.ident = std::string(who);
                words.back().remove_prefix(at + 1);
            }
            rdns_ = reverseName(words.back());
        }
        attributes(after);
        return true;
    }

    // "helo=name ident=user verified"
    void attributes(std::string_view in) {
        for (std::string_view w : text::words(in)) {
            if (auto h = behind(w, "helo=")) {
                heloComment_ = *h;
                fromIsReverse_ = !addressIn(from_);
            } else if (auto who = behind(w, "ident=")) {
                out_.ident = std::string(*who);
            } else if (text::iequals(w, "verified")) {
                verified_ = true;
            }
        }
    }

    // CommuniGate: "account user@host HELO name"
    void account(std::string_view in) {
        auto words = text::words(in);
        for (size_t i = 0; i + 1 < words.size(); ++i)
            if (text::iequals(words[i], "HELO") || text::iequals(words[i], "EHLO"))
                heloComment_ = words[i + 1];
    }

    // "(192.0.2.1)", "(ident@192.0.2.1)", "(192.0.2.1:4711)", "(ident@192.0.2.1 with login)"
    bool bare(std::string_view in) {
        const auto words = text::words(in);
        const bool login = words.size() == 3 && text::iequals(words[1], "with");
        if (words.empty() || (words.size() > 1 && !login)) return false;
        in = words[0];
        const size_t at = in.rfind('@');
        bool port = false;
        auto ip = addressIn(at == std::string_view::npos ? in : in.substr(at + 1), &port);
        if (!ip) return false;
        out_.ip = ip;
        if (login) out_.auth = std::string(words[2]);
        if (at != std::string_view::npos) out_.ident = std::string(in.substr(0, at));
        // Servers that show a port or are Exchange put the HELO name first, the others a name they looked up.
        const bool exchange = c_.with && text::istartsWith(c_.with->text, "Microsoft");
        const bool name = from_.find('.') != std::string_view::npos;
        if (!port && !exchange && name) fromIsReverse_ = true;
        return true;
    }

    // Exim 3: "from RDNS (HELO) [IP.port] (user) by"
    void looseAddress() {
        out_.ip = c_.looseAddress;
        if (bareName_.empty()) return;
        fromIsReverse_ = true;
        heloComment_ = bareName_;
    }

    // "from 192.0.2.1 by", "from [192.0.2.1] (HELO x) by"
    void addressAsFrom() {
        out_.ip = addressIn(from_);
        if (!out_.ip) return;
        fromIsAddress_ = true;
        const bool web = (c_.via && text::istartsWith(c_.via->text, "HTTP")) ||
                         (c_.with && text::istartsWith(c_.with->text, "HTTP"));
        if (from_.starts_with('[') && c_.fromComments.empty() && !web) out_.helo = std::string(from_);
    }

    void names() {
        if (heloComment_) {
            if (!heloComment_->empty()) out_.helo = std::string(*heloComment_);
        } else if (!from_.empty() && !fromIsAddress_) {
            out_.helo = std::string(from_);
        }
        if (rdns_)
            out_.rdns = rdns_;
        else if ((fromIsReverse_ && !fromIsAddress_) || verified_)
            out_.rdns = from_.starts_with('[') ? std::nullopt : reverseName(from_);
    }

    const Clauses& c_;
    Received& out_;
    std::string_view from_;
    std::optional<std::string> rdns_;
    std::optional<std::string_view> heloComment_;
    std::string_view bareName_;
    bool fromIsReverse_ = false, fromIsAddress_ = false, verified_ = false;
};

// Comments that hold the same thing wherever they stand.
void readComments(const Clauses& c, Received& out) {
    for (const Token& t : c.comments) {
        std::string_view in = text::trim(t.text);
        for (std::string_view head : {"envelope-from", "envelope-sender"}) {
            if (auto who = behind(in, head)) {
                auto words = text::words(*who);
                if (!words.empty()) out.envelopeFrom = std::string(unangle(words[0]));
            }
        }
        if (text::istartsWith(in, "authenticated bits=") || text::istartsWith(in, "authenticated (") ||
            text::iequals(in, "authenticated"))
            out.auth = "Sendmail";
        else if (text::istartsWith(in, "authenticated as "))
            out.auth = "CriticalPath";
        else if (text::istartsWith(in, "Authenticated sender:"))
            out.auth = "Postfix";
        else if (auto mechanism = behind(in, "AUTH:"); mechanism && !text::words(*mechanism).empty())
            out.auth = std::string(text::words(*mechanism)[0]);
        for (std::string_view w : text::words(in)) {
            if (text::istartsWith(w, "version=")) w.remove_prefix(8);
            if (!out.tls && text::istartsWith(w, "TLS") && w.size() > 3)
                out.tls = std::string(w.substr(0, w.find_first_of(":,;")));
        }
    }
}

void readProtocol(const Clauses& c, Received& out) {
    if (c.via && !out.auth && text::iequals(c.via->text, "HTTP")) out.auth = "HTTP";
    if (!c.with) return;
    out.with = std::string(c.with->text) + c.withRest;
    std::string word = text::lowered(c.with->text);
    // RFC 3848: the A says authenticated; webmail was logged into.
    static constexpr std::string_view authenticated[] = {"esmtpa", "esmtpsa",   "lmtpa",      "lmtpsa",
                                                         "asmtp",  "utf8smtpa", "utf8smtpsa", "http",
                                                         "https",  "httpu",     "httpus"};
    for (std::string_view a : authenticated)
        if (word == a && !out.auth) out.auth = std::string(c.with->text);
    if (word == "asmtp" && !out.ip) out.auth.reset();
}

bool localStep(const Clauses& c) {
    if (c.with && (text::istartsWith(c.with->text, "qmail-scanner") ||
                   text::iequals(c.with->text, "SpamAssassin") || text::iequals(c.with->text, "local")))
        return true;
    // Mailbox fetchers copy mail that has arrived elsewhere before.
    for (const Token& t : c.comments)
        if (text::istartsWith(text::trim(t.text), "fetchmail-") ||
            text::istartsWith(text::trim(t.text), "getmail"))
            return true;
    return false;
}

} // namespace

Received parseReceived(std::string_view value) {
    const std::string flat = unfold(value.substr(0, maxValue));
    std::string_view in = flat;
    std::string opened;
    // "(from KRYPTIK [192.0.2.1]) by host …"
    if (text::istartsWith(in, "(from ")) {
        const size_t close = in.find(") by ");
        if (close != std::string_view::npos) {
            auto words = text::words(in.substr(1, close - 1));
            std::string address = words.size() == 3 ? "(" + std::string(words[2]) + ")" : "";
            opened = "from " + std::string(words.size() > 1 ? words[1] : "") + " " + address +
                     std::string(in.substr(close + 1));
            in = opened;
        }
    }
    const Clauses c = ClauseReader(in).run();
    Received out;
    if (c.from) Client(c, out).read();
    auto set = [](std::optional<std::string>& into, const std::optional<Token>& t) {
        if (t && !t->text.empty()) into = std::string(unangle(t->text));
    };
    set(out.by, c.by);
    set(out.via, c.via);
    set(out.id, c.id);
    set(out.forAddress, c.forWhom);
    if (c.secondFrom && c.secondFrom->text.starts_with('<')) set(out.envelopeFrom, c.secondFrom);
    readComments(c, out);
    readProtocol(c, out);
    if (c.dateStart != std::string_view::npos) out.date = parseMailDate(in.substr(c.dateStart));
    out.networkHop = out.ip.has_value() && !localStep(c);
    return out;
}

} // namespace waypost::mail
