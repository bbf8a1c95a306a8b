// Reads a filter. Any input is either a query or an error with its place and one sentence; work and memory
// are bounded by the limits of query.h. Any thread.
#pragma once

#include "base/result.h"
#include "filter/query.h"

#include <expected>
#include <string>
#include <string_view>

namespace waypost::filter {

struct ParseError {
    size_t offset = 0, length = 0; // the bad part, in octets of the text; length 0: at the end
    std::string sentence;          // what is wrong and what was expected
    std::string nearest;           // the field or value that was probably meant, or empty
    bool operator==(const ParseError&) const = default;
};

std::expected<Node, ParseError> parse(std::string_view text, Schema schema = eventFields());
// The same as an Error, for the command line.
Result<Node> parseOrFail(std::string_view text, Schema schema = eventFields());

} // namespace waypost::filter
