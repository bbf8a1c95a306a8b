// Reply: one SMTP reply as a value (RFC 5321 4.2). Foreign text: bytes are kept as they came.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::smtp {

struct Reply {
    int code = 0;                   // 200 to 599
    std::string enhanced;           // "5.1.1" of the first line that has one, or empty (RFC 3463)
    std::vector<std::string> lines; // text behind "250-" and "250 ", each at most ReplyParser::maxLine
    std::string raw;                // as on the wire, line ends included, what was kept of it
    std::uint64_t discarded = 0;    // bytes beyond the line cap
    bool bareLf = false;            // a line ended with LF alone
    bool missingSpace = false;      // "250ok"

    [[nodiscard]] bool positive() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool intermediate() const { return code >= 300 && code < 400; }
    // Persistence comes from the first digit of the reply, never from the enhanced code.
    [[nodiscard]] bool temporary() const { return code >= 400 && code < 500; }
    [[nodiscard]] bool permanent() const { return code >= 500; }
    // Lines joined by LF: what the classifier reads.
    [[nodiscard]] std::string text() const {
        std::string out;
        for (size_t i = 0; i < lines.size(); ++i) {
            if (i != 0) out += '\n';
            out += lines[i];
        }
        return out;
    }
    // "550 5.1.1 no such user": one line for a sentence or a log.
    [[nodiscard]] std::string summary() const;
    bool operator==(const Reply&) const = default;
};

} // namespace waypost::smtp
