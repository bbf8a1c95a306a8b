// Changes to a message an operator brings along (an .eml file): line ends and headers on top. The rest of the
// bytes stays as it is.
#pragma once

#include "mail/builder.h"

#include <string>
#include <string_view>

namespace waypost::mail {

struct Normalized {
    std::string bytes; // every line ends with CRLF; no bare CR or LF
    size_t bareCr = 0; // each of these became CRLF
    size_t bareLf = 0;
};
Normalized normalizeCrlf(std::string_view raw);

// Puts a header on top, behind an mbox separator if there is one.
std::string addHeader(std::string_view raw, const HeaderName& name, const HeaderText& value);
// The same, and all earlier instances of that name are taken out.
std::string replaceHeader(std::string_view raw, const HeaderName& name, const HeaderText& value);

} // namespace waypost::mail
