#include "auth/dkim_signature.h"

#include "base/text.h"
#include "dns/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace waypost::auth {

namespace {

enum class Kind { Dkim, ArcMessage, ArcSeal };

constexpr size_t digitsOfForever = 12; // section 3.5, t=: longer values may be taken as infinite
constexpr auto forever = std::numeric_limits<std::int64_t>::max();

// section 3.2: VALCHAR and folding white space; RFC 8616 section 4 adds UTF-8.
bool isValueText(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return text::isSpace(c) || (u > 0x20 && u != 0x7f);
    });
}

// section 2.3: a field name of RFC 5322 without the semicolon.
bool isHeaderName(std::string_view name) {
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return c > 0x20 && c < 0x7f && c != ':' && c != ';'; });
}

bool isDigits(std::string_view in) {
    return !in.empty() && std::all_of(in.begin(), in.end(), text::isDigit);
}

// Letters, digits, hyphens and the underscores that are met in the wild.
bool isName(std::string_view name, size_t labels) {
    if (!dns::isAskable(name) || dns::labelCount(name) < labels || name.ends_with('.')) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return text::isAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

// RFC 8616 section 4: labels may be written in Unicode.
std::optional<std::string> readName(std::string_view in, size_t labels) {
    const bool plain = std::all_of(in.begin(), in.end(), [](char c) { return c > 0; });
    std::string name = text::lowered(in);
    if (!plain) {
        auto ascii = dns::toAscii(in);
        if (!ascii) return std::nullopt;
        name = std::move(*ascii);
    }
    if (!isName(name, labels)) return std::nullopt;
    return name;
}

int hexDigit(char c) {
    if (text::isDigit(c)) return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// section 2.11; white space means nothing.
std::optional<std::string> decodeDkimQuoted(std::string_view in) {
    std::string out;
    for (size_t i = 0; i < in.size(); ++i) {
        if (text::isSpace(in[i])) continue;
        if (in[i] != '=') {
            out += in[i];
            continue;
        }
        const int high = i + 2 < in.size() ? hexDigit(in[i + 1]) : -1;
        const int low = i + 2 < in.size() ? hexDigit(in[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        out += char(high * 16 + low);
        i += 2;
    }
    return out;
}

class Reader {
  public:
    Reader(std::string_view raw, Kind kind) : raw_(raw), kind_(kind) {}

    DkimSignature run() {
        if (raw_.size() > maxSignatureField) {
            fault(fmt::format("The field is longer than {} bytes.", maxSignatureField));
            return std::move(out_);
        }
        out_.tags = parseTags(raw_);
        checkList();
        readVersion();
        readInstance();
        readAlgorithm();
        readPlace();
        if (kind_ == Kind::ArcSeal) {
            refuseSealTags();
        } else {
            readCanonicalization();
            readHeaders();
            readBodyHash();
            readQuery();
        }
        readIdentity();
        readTimes();
        readSignature();
        return std::move(out_);
    }

  private:
    void fault(std::string text) {
        if (out_.fault.empty()) out_.fault = std::move(text);
    }

    const Tag* required(std::string_view name) {
        const Tag* t = out_.tags.find(name);
        if (!t)
            fault(fmt::format("There is no {}= tag.", name));
        else if (t->value.empty())
            fault(fmt::format("{}= is empty.", name));
        return t && !t->value.empty() ? t : nullptr;
    }

    void checkList() {
        if (!out_.tags.problems.empty()) fault(out_.tags.problems.front().text);
        for (const Tag& t : out_.tags.tags) {
            if (t.name.find('-') != std::string::npos)
                fault(fmt::format("\"{}\" is not a tag name.", t.name));
            if (!isValueText(t.value))
                fault(fmt::format("The value of {}= has a control character.", t.name));
        }
    }

    // A version tag of an AMS is to be ignored (RFC 8617 section 4.1.2).
    void readVersion() {
        if (kind_ != Kind::Dkim) return;
        const Tag* v = out_.tags.find("v");
        if (!v)
            fault("There is no v= tag, so this is not a signature of version 1.");
        else if (v->value != "1")
            fault(fmt::format("The version is v={}, and 1 is the only one there is.", shown(v->value)));
    }

    void readInstance() {
        if (kind_ == Kind::Dkim) return;
        const Tag* i = required("i");
        if (!i) return;
        auto number = isDigits(i->value) ? text::parseUnsigned(i->value) : std::nullopt;
        if (!number || *number == 0 || *number > 1'000'000)
            fault(fmt::format("i={} is not an instance number.", shown(i->value)));
        else
            out_.instance = int(*number);
    }

    void readAlgorithm() {
        const Tag* a = required("a");
        if (!a) return;
        out_.algorithm = a->value;
        if (a->value != "rsa-sha256" && a->value != "rsa-sha1" && a->value != "ed25519-sha256")
            fault(fmt::format("The algorithm a={} is not known.", shown(a->value)));
    }

    void readPlace() {
        if (const Tag* d = required("d")) {
            if (auto name = readName(d->value, 2))
                out_.domain = std::move(*name);
            else
                fault(fmt::format("d={} is not a domain name.", shown(d->value)));
        }
        if (const Tag* s = required("s")) {
            if (auto name = readName(s->value, 1))
                out_.selector = name->size() == s->value.size() ? s->value : *name;
            else
                fault(fmt::format("s={} is not a selector.", shown(s->value)));
        }
        if (!out_.domain.empty() && !out_.selector.empty() &&
            !dns::isAskable(out_.selector + "._domainkey." + out_.domain))
            fault("s= and d= make a name that is too long for the DNS.");
    }

    void refuseSealTags() {
        if (out_.tags.find("h")) fault("A seal with an h= tag is not allowed.");
        out_.header = Canonicalization::Relaxed;
    }

    bool word(std::string_view w, Canonicalization& to) {
        if (w == "simple")
            to = Canonicalization::Simple;
        else if (w == "relaxed")
            to = Canonicalization::Relaxed;
        else
            return false;
        return true;
    }

    void readCanonicalization() {
        const Tag* c = out_.tags.find("c");
        if (!c) return;
        const std::string_view value = c->value;
        const size_t slash = value.find('/');
        const std::string_view header = value.substr(0, slash);
        const std::string_view body =
            slash == std::string_view::npos ? std::string_view("simple") : value.substr(slash + 1);
        if (!word(header, out_.header) || !word(body, out_.body))
            fault(fmt::format("The canonicalization c={} is not known.", shown(value)));
    }

    void readHeaders() {
        const Tag* h = required("h");
        if (!h) return;
        bool from = false;
        for (std::string_view name : text::split(h->value, ':')) {
            name = text::trim(name);
            if (!isHeaderName(name)) {
                fault(fmt::format("h= names \"{}\", which is not a field name.", shown(name)));
                continue;
            }
            if (name.empty()) continue;
            from = from || text::iequals(name, "from");
            out_.headers.emplace_back(name);
        }
        if (!from) fault("h= does not name From, which must be signed.");
    }

    void readBodyHash() {
        if (const Tag* bh = required("bh")) {
            if (auto octets = text::base64Decode(bh->value); octets && !octets->empty())
                out_.bodyHash = std::move(*octets);
            else
                fault("bh= is not base64.");
        }
        if (const Tag* l = out_.tags.find("l")) {
            if (!isDigits(l->value) || l->value.size() > 76)
                fault(fmt::format("l={} is not a number of octets.", shown(l->value)));
            else
                out_.length =
                    text::parseUnsigned(l->value).value_or(std::numeric_limits<std::uint64_t>::max());
        }
    }

    // Methods that are not known are passed over; one that is must be left.
    void readQuery() {
        const Tag* q = out_.tags.find("q");
        if (!q) return;
        for (std::string_view method : text::split(q->value, ':'))
            if (text::trim(method) == "dns/txt") return;
        fault(fmt::format("q={} names no way to get the key that is known.", shown(q->value)));
    }

    void readIdentity() {
        if (kind_ != Kind::Dkim) return;
        const Tag* i = out_.tags.find("i");
        out_.identityGiven = i != nullptr;
        out_.identity = "@" + out_.domain;
        if (!i) return;
        auto decoded = decodeDkimQuoted(i->value);
        const size_t at = decoded ? decoded->rfind('@') : std::string::npos;
        if (at == std::string::npos) return fault(fmt::format("i={} is not an identity.", shown(i->value)));
        auto domain = readName(std::string_view(*decoded).substr(at + 1), 1);
        if (!domain) return fault(fmt::format("i={} does not end in a domain name.", shown(i->value)));
        out_.identity = decoded->substr(0, at + 1) + *domain;
        if (!out_.domain.empty() && !dns::isAtOrUnder(*domain, out_.domain))
            fault(fmt::format("i={} is not in d={} or below it.", shown(i->value), out_.domain));
    }

    std::optional<std::int64_t> readTime(std::string_view name) {
        const Tag* t = out_.tags.find(name);
        if (!t) return std::nullopt;
        if (!isDigits(t->value)) {
            fault(fmt::format("{}={} is not a time.", name, shown(t->value)));
            return std::nullopt;
        }
        if (t->value.size() > digitsOfForever) return forever;
        return std::int64_t(text::parseUnsigned(t->value).value_or(0));
    }

    void readTimes() {
        out_.signedAt = readTime("t");
        if (kind_ == Kind::ArcSeal) return;
        out_.expiresAt = readTime("x");
        if (out_.signedAt && out_.expiresAt && *out_.expiresAt != forever &&
            *out_.expiresAt <= *out_.signedAt)
            fault("x= must be later than t=.");
    }

    void readSignature() {
        const Tag* b = required("b");
        if (!b) return;
        const size_t from = raw_.find('=', b->span.offset) + 1;
        const size_t to = std::min(raw_.find(';', from), raw_.size());
        out_.signatureSpan = {from, to - from};
        if (auto octets = text::base64Decode(b->value); octets && !octets->empty())
            out_.signature = std::move(*octets);
        else
            fault("b= is not base64.");
    }

    static std::string shown(std::string_view in) { return text::printable(in.substr(0, 80)); }

    std::string_view raw_;
    Kind kind_;
    DkimSignature out_;
};

} // namespace

std::string_view canonicalizationName(Canonicalization c) {
    return c == Canonicalization::Simple ? "simple" : "relaxed";
}

DkimSignature parseDkimSignature(std::string_view rawValue) {
    return Reader(rawValue, Kind::Dkim).run();
}

DkimSignature parseArcMessageSignature(std::string_view rawValue) {
    return Reader(rawValue, Kind::ArcMessage).run();
}

DkimSignature parseArcSeal(std::string_view rawValue) {
    return Reader(rawValue, Kind::ArcSeal).run();
}

} // namespace waypost::auth
