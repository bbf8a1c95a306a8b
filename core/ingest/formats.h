// What a file is, found by its content. Pure. A new format is one entry here and one decoder beside
// PostfixDecoder.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace waypost::ingest {

enum class LogFormat : std::uint8_t { Unknown, Empty, Postfix };
std::string_view formatName(LogFormat format); // "postfix", "empty", ""

struct Detected {
    LogFormat format = LogFormat::Unknown;
    std::string tried; // Unknown: what was tried and what the content looks like instead, one sentence
};
// `head`: the first octets of the (uncompressed) content.
Detected detectFormat(std::string_view head);

} // namespace waypost::ingest
