// Inside the parser: one collected response (its text and its literals) to a Response.
#pragma once

#include "base/result.h"
#include "imap/parser.h"
#include "imap/response.h"

#include <string>
#include <vector>

namespace waypost::imap {

// `head` holds the whole response without its line end; each literal is "{n}\n" in it and stands in
// `literals` in order. Literals are moved out, never copied.
Result<Response> parseResponse(const std::string& head, std::vector<std::string> literals,
                               const ParserLimits& limits);

// True when a response that begins like this is free text up to its line end, so that "{5}" there is no
// literal: status responses and continuations.
bool isFreeText(std::string_view head);

} // namespace waypost::imap
