#include "store/event_text.h"

#include "base/text.h"

#include <array>
#include <bit>
#include <cstring>

namespace waypost::store {

namespace {

enum : std::uint8_t { Break = 0, Digit = 1, Letter = 2, Inner = 4, At = 8, Dot = 16 };

constexpr std::array<std::uint8_t, 256> classes = [] {
    std::array<std::uint8_t, 256> out{};
    for (int c = 0; c < 128; ++c) {
        if (text::isDigit(char(c))) out[size_t(c)] = Digit;
        if (text::isAlpha(char(c))) out[size_t(c)] = Letter;
    }
    for (unsigned char c : {'-', '_', '+', '=', '~'}) out[c] = Inner;
    out['@'] = At;
    out['.'] = Dot;
    return out;
}();

constexpr size_t minId = 9, minIdDigits = 3, minNumber = 10, minAddress = 10;

bool isVariable(std::uint8_t seen, size_t length, size_t digits, size_t dots) {
    if (seen & At) return length > 3;
    if (seen & Letter) return length >= minId && digits >= minIdDigits;
    if (dots == 3 && !(seen & Inner)) return length >= minAddress; // an IPv4 address
    return digits == length && length >= minNumber;                // a time
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    Wide product = Wide(a) * b;
    return std::uint64_t(product) ^ std::uint64_t(product >> 64);
}

} // namespace

void splitReply(std::string_view text, std::string& constant, std::string& parts) {
    if (text.empty()) return;
    if (std::memchr(text.data(), partMark, text.size())) {
        constant.append(text);
        return;
    }
    size_t i = 0, copied = 0;
    while (i < text.size()) {
        std::uint8_t seen = classes[std::uint8_t(text[i])];
        if (seen == Break) {
            ++i;
            continue;
        }
        size_t start = i, digits = 0, dots = 0;
        seen = 0;
        for (; i < text.size(); ++i) {
            std::uint8_t c = classes[std::uint8_t(text[i])];
            if (c == Break) break;
            seen |= c;
            digits += c == Digit;
            dots += c == Dot;
        }
        size_t end = i;
        while (end > start && text[end - 1] == '.') --end, --dots;
        if (!isVariable(seen, end - start, digits, dots)) continue;
        constant.append(text.substr(copied, start - copied));
        constant += partMark;
        parts.append(text.substr(start, end - start));
        parts += partMark;
        copied = end;
    }
    constant.append(text.substr(copied));
}

std::string joinReply(std::string_view constant, std::string_view parts) {
    if (parts.empty()) return std::string(constant);
    std::string out;
    for (char c : constant) {
        size_t end = c == partMark ? parts.find(partMark) : std::string_view::npos;
        if (end == std::string_view::npos) {
            out += c;
            continue;
        }
        out += parts.substr(0, end);
        parts.remove_prefix(end + 1);
    }
    return out;
}

TextSpan moveSpan(std::string_view sample, std::string_view text, TextSpan span) {
    std::string constantA, partsA, constantB, partsB;
    splitReply(sample, constantA, partsA);
    splitReply(text, constantB, partsB);
    if (constantA != constantB || span.length <= 0) return {};
    std::string_view a = partsA, b = partsB;
    size_t inA = 0, inB = 0;
    auto first = size_t(span.start), last = first + size_t(span.length);
    std::int64_t from = -1, to = -1;
    for (char c : constantA) {
        size_t stepA = 1, stepB = 1;
        if (c == partMark && !a.empty() && !b.empty()) {
            stepA = a.find(partMark);
            stepB = b.find(partMark);
            a.remove_prefix(stepA + 1);
            b.remove_prefix(stepB + 1);
        }
        if (from < 0 && inA + stepA > first) from = std::int64_t(inB);
        inA += stepA;
        inB += stepB;
        if (from >= 0 && to < 0 && inA >= last) to = std::int64_t(inB);
    }
    if (from < 0 || to < from) return {};
    return {std::int32_t(from), std::int32_t(to - from)};
}

std::uint64_t hashOf(std::string_view bytes, std::uint64_t seed) {
    constexpr std::uint64_t k0 = 0xa0761d6478bd642fULL, k1 = 0xe7037ed1a0b428dbULL;
    static_assert(std::endian::native == std::endian::little, "stored hashes are little-endian");
    std::uint64_t h = seed ^ k0 ^ bytes.size();
    const char* p = bytes.data();
    size_t left = bytes.size();
    std::uint64_t a = 0, b = 0;
    for (; left >= 16; left -= 16, p += 16) {
        std::memcpy(&a, p, 8);
        std::memcpy(&b, p + 8, 8);
        h = mix(a ^ k1, b ^ h);
    }
    a = b = 0;
    if (left > 8) {
        std::memcpy(&a, p, 8);
        std::memcpy(&b, p + 8, left - 8);
    } else if (left > 0) {
        std::memcpy(&a, p, left);
    }
    return mix(a ^ k1, mix(b ^ h, k0) ^ k1);
}

} // namespace waypost::store
