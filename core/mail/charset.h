// Charsets to UTF-8 through iconv. Bytes that do not convert become U+FFFD, and an unknown charset is read as
// UTF-8 with replacement: text always comes out, and the flags say how honest it is.
#pragma once

#include <string>
#include <string_view>

namespace waypost::mail {

struct Decoded {
    std::string utf8;
    bool replaced = false;       // some bytes became U+FFFD
    bool unknownCharset = false; // iconv does not know the name
};
Decoded toUtf8(std::string_view bytes, std::string_view charset);

} // namespace waypost::mail
