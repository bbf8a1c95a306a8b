#include "imap/utf7.h"

#include "base/text.h"

#include <cstdint>

namespace waypost::imap {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

// UTF-16 units to UTF-8; false for an unpaired surrogate.
bool appendUnits(std::string& out, const std::u16string& units) {
    for (size_t i = 0; i < units.size(); ++i) {
        char32_t c = units[i];
        if (c >= 0xdc00 && c <= 0xdfff) return false;
        if (c >= 0xd800 && c <= 0xdbff) {
            if (i + 1 == units.size() || units[i + 1] < 0xdc00 || units[i + 1] > 0xdfff) return false;
            c = 0x10000 + ((c - 0xd800) << 10) + (char32_t(units[++i]) - 0xdc00);
        }
        text::appendUtf8(out, c);
    }
    return true;
}

// What stands between '&' and '-': base64 of UTF-16 in network order, no padding, zero bits at the end.
bool decodeShift(std::string_view in, std::string& out) {
    std::u16string units;
    std::uint32_t bits = 0;
    int count = 0;
    for (char c : in) {
        size_t digit = alphabet.find(c);
        if (digit == std::string_view::npos) return false;
        bits = (bits << 6) | std::uint32_t(digit);
        count += 6;
        if (count >= 16) {
            count -= 16;
            units += char16_t(bits >> count);
            bits &= (1U << count) - 1;
        }
    }
    return count < 6 && bits == 0 && appendUnits(out, units);
}

// One code point of strict UTF-8 at `at`; nothing when it is broken.
std::optional<char32_t> takeUtf8(std::string_view in, size_t& at) {
    auto octet = [&](size_t i) { return static_cast<unsigned char>(in[i]); };
    unsigned char lead = octet(at);
    int more = lead < 0x80 ? 0 : lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : 3;
    if (lead >= 0x80 && (lead < 0xc2 || lead > 0xf4)) return std::nullopt;
    if (at + size_t(more) >= in.size()) return std::nullopt;
    char32_t c = more == 0 ? lead : lead & (0x3fU >> more);
    for (int i = 1; i <= more; ++i) {
        unsigned char next = octet(at + size_t(i));
        if ((next & 0xc0) != 0x80) return std::nullopt;
        c = (c << 6) | (next & 0x3fU);
    }
    bool overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
    if (overlong || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return std::nullopt;
    at += size_t(more) + 1;
    return c;
}

void flushShift(std::string& out, std::u16string& units) {
    if (units.empty()) return;
    out += '&';
    std::uint32_t bits = 0;
    int count = 0;
    for (char16_t u : units) {
        bits = (bits << 16) | u;
        count += 16;
        while (count >= 6) {
            count -= 6;
            out += alphabet[(bits >> count) & 0x3f];
        }
        bits &= (1U << count) - 1;
    }
    if (count > 0) out += alphabet[(bits << (6 - count)) & 0x3f];
    out += '-';
    units.clear();
}

} // namespace

std::optional<std::string> decodeMailboxName(std::string_view wire) {
    std::string out;
    for (size_t i = 0; i < wire.size(); ++i) {
        auto c = static_cast<unsigned char>(wire[i]);
        if (c < 0x20 || c > 0x7e) return std::nullopt;
        if (c != '&') {
            out += char(c);
            continue;
        }
        size_t end = wire.find('-', i);
        if (end == std::string_view::npos) return std::nullopt;
        if (end == i + 1) {
            out += '&';
        } else if (!decodeShift(wire.substr(i + 1, end - i - 1), out)) {
            return std::nullopt;
        }
        i = end;
    }
    return out;
}

std::optional<std::string> encodeMailboxName(std::string_view utf8) {
    std::string out;
    std::u16string shifted;
    for (size_t at = 0; at < utf8.size();) {
        auto c = takeUtf8(utf8, at);
        if (!c) return std::nullopt;
        if (*c >= 0x20 && *c <= 0x7e) {
            flushShift(out, shifted);
            out += char(*c);
            if (*c == '&') out += '-';
        } else if (*c < 0x10000) {
            shifted += char16_t(*c);
        } else {
            shifted += char16_t(0xd800 + ((*c - 0x10000) >> 10));
            shifted += char16_t(0xdc00 + ((*c - 0x10000) & 0x3ff));
        }
    }
    flushShift(out, shifted);
    return out;
}

} // namespace waypost::imap
