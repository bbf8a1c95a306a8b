// JSON for data files and command output. Boost.JSON does the work; these helpers give one behaviour for
// missing and wrongly typed fields, and errors that name file and field.
#pragma once

#include "base/result.h"

#include <boost/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace waypost::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// Whole text as one document; `what` names it in the error ("rules.json").
Result<value> parse(std::string_view text, std::string_view what);
Result<value> readFile(const std::filesystem::path& file, size_t maxBytes = 64 * 1024 * 1024);

// A field of an object, or the default when absent or of another type.
std::string_view text(const object& o, std::string_view key, std::string_view otherwise = {});
std::int64_t number(const object& o, std::string_view key, std::int64_t otherwise = 0);
double real(const object& o, std::string_view key, double otherwise = 0);
bool boolean(const object& o, std::string_view key, bool otherwise = false);
const array* list(const object& o, std::string_view key);
const object* child(const object& o, std::string_view key);

// A JSON string must be valid UTF-8: foreign bytes are repaired with U+FFFD.
value foreign(std::string_view bytes);

std::string line(const value& v);

} // namespace waypost::json
