// Normaliser: the stable part of a reply. What varies from message to message becomes a placeholder:
// <addr> <ip> <host> <url> <id> <num> <time>; provider tokens that carry meaning ([TSS04], OFR006_102, S3140)
// and enhanced codes stay. Input and output are capped at maxReplyBytes (flatten.h), the result is valid
// UTF-8 on one line, and normalise(normalise(x)) == normalise(x). Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace waypost::reply {

std::string normalise(std::string_view reply);

// 16 hexadecimal digits: the first 64 bits of the SHA-256 of the lower-cased normalised text.
std::string templateKey(std::string_view normalised);

} // namespace waypost::reply
