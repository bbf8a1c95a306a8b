// One record from one line of text, the reverse of presentation(): "name [TTL] [IN] TYPE data". For zones of
// the lab and of tests. Pure.
#pragma once

#include "base/result.h"
#include "dns/answer.h"

#include <string_view>

namespace waypost::dns {

// Names in the line are absolute with or without a trailing dot; "." is the root. TXT data is quoted strings,
// or bare words (each a string).
Result<Record> parseZoneLine(std::string_view line, std::uint32_t defaultTtl = 3600);
// Only the data: "10 mx.example.org" for MX.
Result<RecordData> parseRecordData(RecordType type, std::string_view text);

} // namespace waypost::dns
