// RFC 2047 encoded words. Decoding is linear and tolerant: what is not a proper encoded word stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace waypost::mail {

// An unfolded header value as valid UTF-8. White space between two encoded words vanishes, and adjacent words
// of one charset are joined before they are converted, so that a character split over words comes out whole.
std::string decodeHeader(std::string_view unfolded);

// "=?utf-8?B?…?=" words of at most 75 characters, joined by single spaces; no character is split. `utf8` must
// be valid UTF-8. `used` columns of the first line are taken: the first word is shorter by that.
std::string encodeWords(std::string_view utf8, size_t used = 0);

} // namespace waypost::mail
