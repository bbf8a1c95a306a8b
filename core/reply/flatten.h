// One reply as one line, with the way back to its bytes. Receivers wrap sentences over the lines of a reply
// and repeat the code on each ("550-5.1.1 that you tried\n550 5.1.1 to reach"); rules are written for the
// sentence. White space is collapsed and the repeated codes of a multi-line reply are dropped (RFC 5321
// 4.2.1). Linear in the input, which is capped. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::reply {

inline constexpr size_t maxReplyBytes = 4096; // what follows is not looked at

struct FlatText {
    std::string text;
    std::vector<std::uint16_t> offsets; // offsets[i]: where text[i] stands in the reply
};

FlatText flatten(std::string_view reply);

// "5.1.1": class 2, 4 or 5, then two numbers of at most three digits; the whole of `word`.
bool isEnhancedCode(std::string_view word);

// The reply code and the enhanced code a flattened reply begins with, after "host X said:" if that is there.
struct ReplyCodes {
    std::int32_t code = 0; // 0: none
    std::string_view enhanced;
    size_t codeAt = 0, enhancedAt = 0; // positions in the flattened text
};
ReplyCodes readCodes(std::string_view flat);

} // namespace waypost::reply
