#include "mail/encoded_word.h"

#include "base/text.h"
#include "mail/charset.h"
#include "mail/transfer.h"

#include <optional>

namespace waypost::mail {

namespace {

constexpr size_t maxWord = 1000; // real ones break the 75 of the standard; a cap keeps the scan linear

struct Word {
    std::string_view charset;
    std::string bytes;
    size_t length = 0;
};

std::string decodeQ(std::string_view in) {
    std::string swapped(in);
    for (char& c : swapped)
        if (c == '_') c = ' ';
    // A trailing "=" is no soft break here.
    QuotedPrintableDecoder decoder;
    std::string out;
    decoder.feed(swapped, out);
    decoder.finish(out);
    return out;
}

// `in` begins with "=?".
std::optional<Word> wordAt(std::string_view in) {
    in = in.substr(0, maxWord);
    const size_t charsetEnd = in.find('?', 2);
    if (charsetEnd == std::string_view::npos || charsetEnd == 2 || charsetEnd + 3 >= in.size() ||
        in[charsetEnd + 2] != '?')
        return std::nullopt;
    const char kind = text::lower(in[charsetEnd + 1]);
    const size_t textStart = charsetEnd + 3;
    const size_t end = in.find("?=", textStart);
    if (end == std::string_view::npos || (kind != 'b' && kind != 'q')) return std::nullopt;
    std::string_view body = in.substr(textStart, end - textStart);
    Word out;
    out.charset = in.substr(2, charsetEnd - 2);
    if (out.charset.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
    out.bytes = kind == 'q' ? decodeQ(body) : decodeTransfer(body, TransferEncoding::Base64);
    out.length = end + 2;
    return out;
}

size_t utf8Length(char lead) {
    const auto b = static_cast<unsigned char>(lead);
    return b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}

} // namespace

std::string decodeHeader(std::string_view in) {
    std::string out;
    std::string pending; // bytes of adjacent words of one charset
    std::string charset;
    auto flush = [&] {
        if (!pending.empty()) out += toUtf8(pending, charset).utf8;
        pending.clear();
    };
    size_t plainFrom = 0;
    bool afterWord = false;
    auto plain = [&](size_t end) {
        std::string_view between = in.substr(plainFrom, end - plainFrom);
        if (afterWord && end < in.size() && text::trim(between).empty()) return;
        flush();
        out += text::toValidUtf8(between);
    };
    size_t i = in.find("=?");
    while (i != std::string_view::npos) {
        auto word = wordAt(in.substr(i));
        if (!word) {
            i = in.find("=?", i + 2);
            continue;
        }
        plain(i);
        if (!text::iequals(charset, word->charset)) flush();
        charset = word->charset;
        pending += word->bytes;
        i += word->length;
        plainFrom = i;
        afterWord = true;
        i = in.find("=?", i);
    }
    plain(in.size());
    flush();
    return out;
}

std::string encodeWords(std::string_view utf8, size_t used) {
    constexpr std::string_view head = "=?utf-8?B?";
    constexpr size_t most = 75 - head.size() - 2;
    // A first line that is nearly full is left to the folding.
    size_t room = used + 24 < 75 ? most - used : most;
    std::string out;
    while (!utf8.empty()) {
        const size_t maxBytes = room / 4 * 3;
        room = most;
        size_t take = 0;
        while (take < utf8.size()) {
            const size_t next = std::min(take + utf8Length(utf8[take]), utf8.size());
            if (next > maxBytes) break;
            take = next;
        }
        if (!out.empty()) out += ' ';
        out += head;
        out += text::base64Encode(utf8.substr(0, take));
        out += "?=";
        utf8.remove_prefix(take);
    }
    return out;
}

} // namespace waypost::mail
