#include "base/text.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>

namespace waypost::text {

std::string lowered(std::string_view in) {
    std::string out(in);
    for (char& c : out) c = lower(c);
    return out;
}

std::string uppered(std::string_view in) {
    std::string out(in);
    for (char& c : out) c = upper(c);
    return out;
}

bool iequals(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

bool istartsWith(std::string_view in, std::string_view prefix) {
    return in.size() >= prefix.size() && iequals(in.substr(0, prefix.size()), prefix);
}

bool iendsWith(std::string_view in, std::string_view suffix) {
    return in.size() >= suffix.size() && iequals(in.substr(in.size() - suffix.size()), suffix);
}

bool wildMatches(std::string_view pattern, std::string_view in) {
    size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < in.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && lower(pattern[p]) == lower(in[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

size_t ifind(std::string_view in, std::string_view needle) {
    for (size_t i = 0; i + needle.size() <= in.size(); ++i)
        if (iequals(in.substr(i, needle.size()), needle)) return i;
    return std::string_view::npos;
}

std::string_view trimRight(std::string_view in) {
    while (!in.empty() && isSpace(in.back())) in.remove_suffix(1);
    return in;
}

std::string_view trim(std::string_view in) {
    while (!in.empty() && isSpace(in.front())) in.remove_prefix(1);
    return trimRight(in);
}

std::vector<std::string_view> split(std::string_view in, char at) {
    std::vector<std::string_view> out;
    size_t start = 0;
    for (size_t i = in.find(at); i != std::string_view::npos; i = in.find(at, start)) {
        out.push_back(in.substr(start, i - start));
        start = i + 1;
    }
    out.push_back(in.substr(start));
    return out;
}

std::vector<std::string_view> words(std::string_view in) {
    std::vector<std::string_view> out;
    size_t i = 0;
    while (i < in.size()) {
        while (i < in.size() && isSpace(in[i])) ++i;
        size_t start = i;
        while (i < in.size() && !isSpace(in[i])) ++i;
        if (i > start) out.push_back(in.substr(start, i - start));
    }
    return out;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
    return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

std::string counted(std::uint64_t count, std::string_view word) {
    return counted(count, word, std::string(word) + "s");
}

std::string join(const std::vector<std::string>& pieces, std::string_view with) {
    std::string out;
    for (size_t i = 0; i < pieces.size(); ++i) {
        if (i != 0) out += with;
        out += pieces[i];
    }
    return out;
}

std::optional<std::uint64_t> parseUnsigned(std::string_view in) {
    if (in.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (char c : in) {
        if (!isDigit(c)) return std::nullopt;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, unsigned(c - '0'), &value))
            return std::nullopt;
    }
    return value;
}

namespace {

struct Decoded {
    char32_t codepoint = 0;
    size_t length = 0; // 0: not valid UTF-8 here
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Decoded decodeUtf8(std::string_view in) {
    auto byte = [&](size_t i) { return static_cast<unsigned char>(in[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || in.size() < length) return {};
    char32_t cp = lead & (0x7fU >> length);
    for (size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        cp = (cp << 6) | (byte(i) & 0x3fU);
    }
    static constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (cp < smallest[length] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) return {};
    return {cp, length};
}

bool isHarmless(char32_t cp) {
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) return false;
    if (cp >= 0x202a && cp <= 0x202e) return false; // bidirectional embeddings and overrides
    if (cp >= 0x2066 && cp <= 0x2069) return false; // isolates
    return cp != 0x200e && cp != 0x200f && cp != 0x061c && cp != 0x2028 && cp != 0x2029 && cp != 0xfeff;
}

std::string makePrintable(std::string_view in, bool keepLines) {
    if (std::all_of(in.begin(), in.end(), [](char c) { return c >= ' ' && c <= '~'; }))
        return std::string(in);
    std::string out;
    out.reserve(in.size());
    while (!in.empty()) {
        if (keepLines && in.front() == '\n') {
            out += '\n';
            in.remove_prefix(1);
            continue;
        }
        Decoded d = decodeUtf8(in);
        if (d.length == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(in.front()));
            in.remove_prefix(1);
            continue;
        }
        if (isHarmless(d.codepoint))
            out += in.substr(0, d.length);
        else if (d.codepoint < 0x100)
            out += fmt::format("\\x{:02x}", unsigned(d.codepoint));
        else
            out += fmt::format("\\u{{{:04x}}}", unsigned(d.codepoint));
        in.remove_prefix(d.length);
    }
    return out;
}

} // namespace

std::string printable(std::string_view in) {
    return makePrintable(in, false);
}
std::string printableLines(std::string_view in) {
    return makePrintable(in, true);
}

void appendUtf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += char(0xc0 | (c >> 6));
        out += char(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += char(0xe0 | (c >> 12));
        out += char(0x80 | ((c >> 6) & 0x3f));
        out += char(0x80 | (c & 0x3f));
    } else {
        out += char(0xf0 | (c >> 18));
        out += char(0x80 | ((c >> 12) & 0x3f));
        out += char(0x80 | ((c >> 6) & 0x3f));
        out += char(0x80 | (c & 0x3f));
    }
}

std::string toValidUtf8(std::string_view in) {
    std::string out;
    out.reserve(in.size());
    while (!in.empty()) {
        Decoded d = decodeUtf8(in);
        if (d.length == 0) {
            out += "\xef\xbf\xbd";
            in.remove_prefix(1);
        } else {
            out += in.substr(0, d.length);
            in.remove_prefix(d.length);
        }
    }
    return out;
}

std::string base64Encode(std::string_view in) {
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((in.size() + 2) / 3 * 4);
    for (size_t i = 0; i < in.size(); i += 3) {
        std::uint32_t chunk = 0;
        for (size_t j = 0; j < 3; ++j)
            chunk = (chunk << 8) | (i + j < in.size() ? static_cast<unsigned char>(in[i + j]) : 0U);
        const size_t have = std::min<size_t>(3, in.size() - i);
        for (size_t j = 0; j < 4; ++j) out += j <= have ? alphabet[(chunk >> (18 - 6 * j)) & 0x3f] : '=';
    }
    return out;
}

std::optional<std::string> base64Decode(std::string_view in) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    int padding = 0;
    for (char c : in) {
        if (isSpace(c)) continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        int value = 0;
        if (c >= 'A' && c <= 'Z')
            value = c - 'A';
        else if (c >= 'a' && c <= 'z')
            value = c - 'a' + 26;
        else if (c >= '0' && c <= '9')
            value = c - '0' + 52;
        else if (c == '+')
            value = 62;
        else if (c == '/')
            value = 63;
        else
            return std::nullopt;
        if (padding != 0) return std::nullopt;
        bits = (bits << 6) | unsigned(value);
        if (++count == 4) {
            out += char(bits >> 16);
            out += char(bits >> 8);
            out += char(bits);
            bits = 0;
            count = 0;
        }
    }
    if (count == 1 || padding > 2 || (padding != 0 && count + padding != 4)) return std::nullopt;
    if (count == 2) out += char(bits >> 4);
    if (count == 3) {
        out += char(bits >> 10);
        out += char(bits >> 2);
    }
    return out;
}

std::string hex(std::string_view bytes) {
    static constexpr char alphabet[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (char c : bytes) {
        auto b = static_cast<unsigned char>(c);
        out += alphabet[b >> 4];
        out += alphabet[b & 15];
    }
    return out;
}

std::string sha256Hex(std::string_view bytes) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    return hex({reinterpret_cast<const char*>(digest), sizeof digest});
}

} // namespace waypost::text
