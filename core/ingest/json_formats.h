// How the formats of JSON records are told apart: by the members of the first records. Pure.
#pragma once

#include "ingest/formats.h"
#include "ingest/json_document.h"

#include <functional>
#include <string>
#include <string_view>

namespace waypost::ingest {

class SourceBook;
struct Mapping;

// Empty when one of the first records satisfies `fits`; else what the content looks like instead: half a
// sentence that names the members of the first record.
std::string looksLikeRecords(std::string_view head, const std::function<bool(JsonValue)>& fits);
// The first mapping that reads one of the first records, or null.
const Mapping* mappingFor(std::string_view head, const SourceBook* sources);

} // namespace waypost::ingest
