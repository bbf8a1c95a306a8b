// The constant and the variable part of a reply. Most replies differ from another one only in a queue id, a
// time or an address; the constant part is stored and classified once, the variable parts stay with the
// event. Lossless: joinReply(splitReply(t)) == t. Short codes ("5.7.606-649", "[TSS04]", "AS(201806281)") are
// constant: rules read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace waypost::store {

inline constexpr char partMark = 1;

// Appends the constant part to `constant` with a partMark for each part taken out, and the parts to `parts`,
// each ended by a partMark. A text that holds a partMark itself is all constant.
void splitReply(std::string_view text, std::string& constant, std::string& parts);
std::string joinReply(std::string_view constant, std::string_view parts);
// Where a span of `sample` lies in `text`, both made of the same constant; {0,0} when they are not.
struct TextSpan {
    std::int32_t start = 0, length = 0;
};
TextSpan moveSpan(std::string_view sample, std::string_view text, TextSpan span);

// For dictionaries and evidence; stable across versions and machines.
std::uint64_t hashOf(std::string_view bytes, std::uint64_t seed = 0);

} // namespace waypost::store
