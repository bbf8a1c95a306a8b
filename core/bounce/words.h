// Codes in prose: what a server said, found in the sentences of the one that reports it. Pure, linear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::bounce {

// Position of an enhanced status code ("5.1.1", RFC 3463) that stands alone, from `from` on, or npos. A
// part of an IP address or of a version is none.
size_t findStatusCode(std::string_view in, size_t from, size_t& length);

// Position of a negative SMTP reply (4yz or 5yz, then a blank, "-" or ":") where a reply can begin: at the
// start of a line, behind punctuation, or behind a word like "said" or "code". A number in a sentence ("after
// 450 seconds") is none. npos: there is none.
size_t findReply(std::string_view in, size_t from = 0);

// The reply of `words` that begins at findReply(), or all of it when there is none.
std::string_view replyIn(std::string_view words, std::int32_t& code);

} // namespace waypost::bounce
