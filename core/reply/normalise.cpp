#include "reply/normalise.h"

#include "base/text.h"
#include "reply/flatten.h"

#include <array>

namespace waypost::reply {

namespace {

using std::string_view;

constexpr string_view addr = "<addr>", ip = "<ip>", host = "<host>", url = "<url>", id = "<id>",
                      num = "<num>", time_ = "<time>";

// What an atom consists of; one pass answers all questions about it.
struct Shape {
    int digits = 0, letters = 0, upper = 0, dots = 0, colons = 0, dashes = 0, slashes = 0, others = 0;
    bool hex = true; // letters are all A-F
    explicit Shape(string_view s) {
        for (char c : s) {
            if (text::isDigit(c))
                ++digits;
            else if (text::isAlpha(c)) {
                ++letters;
                if (c <= 'Z') ++upper;
                if (text::lower(c) > 'f') hex = false;
            } else if (c == '.')
                ++dots;
            else if (c == ':')
                ++colons;
            else if (c == '-')
                ++dashes;
            else if (c == '/')
                ++slashes;
            else
                ++others;
        }
    }
};

bool isIpv4(string_view s) {
    if (size_t slash = s.find('/'); slash != string_view::npos) s = s.substr(0, slash);
    int parts = 0;
    for (size_t from = 0; from <= s.size(); ++parts) {
        const size_t to = std::min(s.find('.', from), s.size());
        const string_view p = s.substr(from, to - from);
        auto n = text::parseUnsigned(p);
        if (!n || *n > 255 || p.size() > 3) return false;
        from = to + 1;
    }
    return parts == 4;
}

bool isIpv6(string_view s, const Shape& shape) {
    if (shape.colons < 2 || shape.others > 0 || shape.dashes > 0 || !shape.hex) return false;
    return s.find("::") != string_view::npos || shape.colons == 7;
}

// 10:22, 10:22:33.5, 2026-11-21, 3/09/2016, 2026-11-21T10:22:33Z, +0900.
bool isTime(string_view s, const Shape& shape) {
    if (shape.digits == 0 || shape.others > 1) return false;
    if (s.size() == 5 && (s[0] == '+' || s[0] == '-') && shape.digits == 4) return true;
    if (shape.letters == 0 && shape.colons >= 1 && shape.colons <= 2 && shape.digits >= 3 &&
        shape.digits <= 9 && shape.dashes == 0 && shape.slashes == 0 && shape.others == 0 &&
        text::isDigit(s[0]))
        return s.find(':') <= 2;
    if (shape.letters == 0 && shape.slashes == 2 && shape.digits >= 4 && shape.digits <= 8) return true;
    const bool iso = s.size() >= 10 && s[4] == '-' && s[7] == '-' && text::parseUnsigned(s.substr(0, 4)) &&
                     text::parseUnsigned(s.substr(5, 2)) && text::parseUnsigned(s.substr(8, 2));
    return iso && (s.size() == 10 || s[10] == 'T' || s[10] == 't' || s[10] == '_');
}

// At least two labels and a top level of letters. "RESOLVER.ADR.RecipNotFound" and the glued
// "rejected.Please" are words: their last label is capitalised.
bool isHost(string_view s, const Shape& shape) {
    if (shape.dots == 0 || shape.colons > 0 || shape.slashes > 0) return false;
    string_view top;
    size_t first = 0;
    for (size_t from = 0; from <= s.size();) {
        const size_t to = std::min(s.find('.', from), s.size());
        top = s.substr(from, to - from);
        if (from == 0) first = top.size();
        if (top.empty() || top.size() > 63) return false;
        for (char c : top) {
            if (!text::isAlnum(c) && c != '-' && c != '_') return false;
        }
        from = to + 1;
    }
    if (top.size() < 2 || first < 2) return false;
    for (char c : top) {
        if (!text::isAlpha(c)) return false;
    }
    const bool capitalised = top[0] <= 'Z' && top[1] >= 'a';
    return !capitalised;
}

// TSS04, S77719, IB508, OFR006_102, AS16012609, AUP#I-1310, HT204137: they say what happened.
bool isProviderToken(string_view s, const Shape& shape) {
    if (s.find('_') != string_view::npos || s.find('#') != string_view::npos)
        return s.size() <= 12 && shape.digits <= 6;
    size_t letters = 0;
    while (letters < s.size() && text::isAlpha(s[letters])) ++letters;
    if (letters == 0 || letters > 5 || s.size() > 10) return false;
    if (letters + size_t(shape.digits) != s.size()) return false;
    return s.size() <= 8 || s.starts_with("AS");
}

// FF7BBFDEDCE: a Postfix queue id can have few digits or none. No word is spelt with eight capitals of A-F.
bool isHexId(string_view s, const Shape& shape) {
    if (s.size() < 8 || !shape.hex || shape.letters == 0 || shape.upper != shape.letters) return false;
    return size_t(shape.letters) + size_t(shape.digits) == s.size() && !isProviderToken(s, shape);
}

bool isId(string_view s, const Shape& shape) {
    if (isHexId(s, shape)) return true;
    if (shape.digits < 2) return false;
    if (isProviderToken(s, shape)) return false;
    if (shape.letters == 0) return s.size() >= 6; // 00000-00-000
    if (s.size() < 8) return false;
    return shape.digits >= 2;
}

string_view placeholderFor(string_view s) {
    if (size_t at = s.find('@'); at != string_view::npos) return at > 0 ? addr : string_view{};
    const Shape shape(s);
    if (shape.digits == 0 && shape.dots == 0 && shape.colons == 0)
        return isHexId(s, shape) ? id : string_view{};
    if (isEnhancedCode(s)) return {};
    if (isTime(s, shape)) return time_;
    if (shape.letters == 0 && shape.dots == 3 && isIpv4(s)) return ip;
    if (isIpv6(s, shape)) return ip;
    if (size_t(shape.digits) == s.size()) return s.size() >= 5 ? num : string_view{};
    if (isHost(s, shape)) return host;
    if (shape.colons > 0) return {};
    if (size_t slash = s.find('/'); slash != string_view::npos && slash > 3) {
        const string_view before = s.substr(0, slash);
        if (isHost(before, Shape(before))) return url;
    }
    return isId(s, shape) ? id : string_view{};
}

constexpr std::array<bool, 256> delimiters = [] {
    std::array<bool, 256> out{};
    for (unsigned char c :
         {'[', ']', '(', ')', '{', '}', '<', '>', '"', '\'', '`', ',', ';', '|', '=', '*', '&', '?'})
        out[c] = true;
    return out;
}();

bool isDelimiter(char c) {
    return delimiters[static_cast<unsigned char>(c)];
}

// A run without delimiters: punctuation at its ends stays, pieces between colons are looked at one by one.
void addAtom(string_view atom, std::string& out) {
    size_t start = 0, end = atom.size();
    while (start < end && (atom[start] == '#' || atom[start] == '.' || atom[start] == ':')) ++start;
    while (end > start && string_view(".:!-").find(atom[end - 1]) != string_view::npos) --end;
    out += atom.substr(0, start);
    const string_view core = atom.substr(start, end - start);
    if (!core.empty()) {
        const string_view p = placeholderFor(core);
        const size_t colon = core.find(':');
        if (!p.empty())
            out += p;
        else if (colon == string_view::npos)
            out += core;
        else {
            for (size_t from = 0; from <= core.size();) {
                size_t to = std::min(core.find(':', from), core.size());
                const string_view piece = core.substr(from, to - from);
                const string_view pp = piece.empty() ? string_view{} : placeholderFor(piece);
                out += pp.empty() ? piece : pp;
                if (to < core.size()) out += ':';
                from = to + 1;
            }
        }
    }
    out += atom.substr(end);
}

void addAtoms(string_view word, std::string& out) {
    for (size_t i = 0; i < word.size();) {
        if (isDelimiter(word[i])) {
            out += word[i++];
            continue;
        }
        size_t end = i;
        while (end < word.size() && !isDelimiter(word[end])) ++end;
        const char before = i > 0 ? word[i - 1] : ' ', after = end < word.size() ? word[end] : ' ';
        const size_t mark = out.size();
        if (before == '"' && after == '"' && !out.empty())
            out += id;
        else
            addAtom(word.substr(i, end - i), out);
        // "<user@example.com>" is one <addr>, not <<addr>>.
        if (before == '<' && after == '>' && mark > 0 && out[mark] == '<' && out.back() == '>') {
            out.erase(mark - 1, 1);
            ++end;
        }
        i = end;
    }
}

size_t findUrl(string_view word) {
    size_t scheme = word.find("://");
    if (scheme == string_view::npos || scheme == 0) return string_view::npos;
    size_t start = scheme;
    while (start > 0 && text::isAlpha(word[start - 1])) --start;
    return start == scheme ? string_view::npos : start;
}

void addWord(string_view word, std::string& out) {
    for (;;) {
        size_t at = findUrl(word);
        if (at == string_view::npos) break;
        size_t end = at;
        while (end < word.size() && string_view("<>\"'").find(word[end]) == string_view::npos) ++end;
        while (end > at && string_view(".,;:!?)]}").find(word[end - 1]) != string_view::npos) --end;
        const bool wrapped = at > 0 && word[at - 1] == '<' && end < word.size() && word[end] == '>';
        addAtoms(word.substr(0, wrapped ? at - 1 : at), out);
        out += url;
        word = word.substr(wrapped ? end + 1 : end);
    }
    addAtoms(word, out);
}

bool isMonth(string_view w) {
    static constexpr std::array<string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    if (w.size() != 3) return false;
    for (auto m : months) {
        if (text::iequals(w, m)) return true;
    }
    return false;
}

bool isWeekday(string_view w) {
    static constexpr std::array<string_view, 7> days{"mon,", "tue,", "wed,", "thu,", "fri,", "sat,", "sun,"};
    if (w.size() != 4 || w[3] != ',') return false;
    for (auto d : days) {
        if (text::iequals(w, d)) return true;
    }
    return false;
}

bool isNumberUpTo(string_view w, std::uint64_t low, std::uint64_t high) {
    auto n = text::parseUnsigned(w);
    return n && *n >= low && *n <= high;
}

bool isUnit(string_view w) {
    static constexpr std::array<string_view, 22> units{
        "s",        "sec",        "secs",        "second",  "seconds", "min",   "mins", "minute",
        "minutes",  "hour",       "hours",       "day",     "days",    "bytes", "kb",   "mb",
        "messages", "recipients", "connections", "percent", "points",  "hops"};
    while (!w.empty() && string_view(".,;:!)]").find(w.back()) != string_view::npos) w.remove_suffix(1);
    for (auto u : units) {
        if (text::iequals(w, u)) return true;
    }
    return false;
}

// Words that are part of a date, or a number with a unit, by their neighbours.
string_view byNeighbours(string_view word, string_view next, bool afterTime) {
    if (isWeekday(word)) return time_;
    if (isMonth(word) && (afterTime || isNumberUpTo(next, 1, 31))) return time_;
    if (!text::isDigit(word[0])) return {};
    if (isNumberUpTo(word, 1, 31) && (isMonth(next) || afterTime)) return time_;
    if (afterTime && isNumberUpTo(word, 1970, 2100)) return time_;
    if (isUnit(next) && text::parseUnsigned(word)) return num;
    return {};
}

string_view withoutEnvelope(string_view s) {
    while (s.starts_with("host ")) {
        size_t said = s.find(" said: ");
        if (said == string_view::npos || s.find(' ', 5) != said) break;
        s.remove_prefix(said + 7);
    }
    while (s.ends_with(" command)")) {
        size_t open = s.rfind('(');
        if (open == string_view::npos || !s.substr(open).starts_with("(in reply to ")) break;
        s = text::trimRight(s.substr(0, open));
    }
    return s;
}

std::string onePass(string_view in) {
    const FlatText flat = flatten(in);
    const string_view line = withoutEnvelope(flat.text);
    std::string out, piece;
    out.reserve(line.size() + 16);
    bool afterTime = false;
    for (size_t i = 0; i < line.size();) {
        size_t end = std::min(line.find(' ', i), line.size());
        const string_view word = line.substr(i, end - i);
        const size_t nextEnd = end < line.size() ? std::min(line.find(' ', end + 1), line.size()) : end;
        const string_view next = end < line.size() ? line.substr(end + 1, nextEnd - end - 1) : string_view{};
        piece.clear();
        if (auto p = word.empty() ? string_view{} : byNeighbours(word, next, afterTime); !p.empty())
            piece = p;
        else
            addWord(word, piece);
        const bool isTimeNow = piece == time_;
        if (!(isTimeNow && afterTime) && !piece.empty()) {
            if (out.size() + piece.size() + 1 > maxReplyBytes) break;
            if (!out.empty()) out += ' ';
            out += piece;
        }
        afterTime = isTimeNow;
        i = end + 1;
    }
    return out;
}

string_view capped(string_view s) {
    if (s.size() <= maxReplyBytes) return s;
    size_t end = maxReplyBytes;
    while (end > 0 && (static_cast<unsigned char>(s[end]) & 0xC0) == 0x80) --end;
    return s.substr(0, end);
}

} // namespace

// Replacing one atom can let its neighbours be read differently, so passes are made until nothing changes.
// Each pass that changes something leaves fewer characters outside placeholders, so this ends; two passes are
// usual.
std::string normalise(string_view reply) {
    const std::string valid = text::toValidUtf8(capped(reply));
    std::string now = onePass(capped(valid));
    for (;;) {
        std::string next = onePass(now);
        if (next == now) return now;
        now = std::move(next);
    }
}

std::string templateKey(string_view normalised) {
    return text::sha256Hex(text::lowered(normalised)).substr(0, 16);
}

} // namespace waypost::reply
