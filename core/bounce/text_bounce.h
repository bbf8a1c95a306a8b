// The words of a bounce read by one description (text_format.h): who failed and what is said about it.
// Linear in the text, which MailView caps. Pure.
#pragma once

#include "bounce/mail_view.h"
#include "bounce/text_format.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::bounce {

inline constexpr size_t maxTextLines = 4000;
inline constexpr size_t maxLineLooked = 2000; // octets of one line
inline constexpr size_t maxReason = 4096;
inline constexpr size_t maxAddress = 320; // RFC 5321: 64 + 1 + 255

struct TextRecipient {
    std::string address, original;
    size_t addressAt = 0, addressLength = 0; // in MailView::text(); length 0: from a header
    size_t reasonAt = 0, reasonLength = 0;
};

struct TextReading {
    const TextFormat* format = nullptr;
    std::vector<TextRecipient> recipients; // at most Report::maxRecipients
    bool delayed = false;
};

// Nothing when no address stands where the format has one.
std::optional<TextReading> readText(const MailView& view, const TextFormat& format);

// Where the returned message begins in the text, by the lines that announce one and by the look of a header;
// npos: it is not there.
size_t findCut(const MailView& view, const TextFormats& formats);

} // namespace waypost::bounce
