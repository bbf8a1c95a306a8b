// How one text becomes a cell.
#include "base/text.h"
#include "store/event_export.h"

#include <algorithm>

namespace waypost::store {

namespace {

bool isPlain(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

void appendQuoted(std::string& out, std::string_view text) {
    out += '"';
    for (char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void appendEscaped(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    const auto octet = std::uint8_t(c);
    if (octet >= 0x20 && octet != 0x7f) {
        out += c;
        return;
    }
    out += "\\u00";
    out += digits[octet >> 4];
    out += digits[octet & 15];
}

} // namespace

void appendCsv(std::string& out, std::string_view text) {
    if (text.empty()) return;
    constexpr std::string_view formula = "=+-@\t\r";
    const bool risky = formula.contains(text.front());
    const bool plain = isPlain(text);
    if (plain && !risky && !text.contains(',')) {
        out += text;
        return;
    }
    std::string cell = risky ? "'" : "";
    cell += plain ? std::string(text) : text::printableLines(text);
    if (cell.find_first_of(",\"\r\n") == std::string::npos)
        out += cell;
    else
        appendQuoted(out, cell);
}

void appendJson(std::string& out, std::string_view text) {
    out += '"';
    if (isPlain(text)) {
        out += text;
    } else {
        for (char c : text::toValidUtf8(text)) appendEscaped(out, c);
    }
    out += '"';
}

} // namespace waypost::store
