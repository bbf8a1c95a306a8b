// What could be typed next. Pure over the schema; values with counts come from whoever has them (facets).
#pragma once

#include "filter/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::filter {

struct Completion {
    std::string text; // what replaces [offset, offset + length): "provider:" or a value, quoted if needed
    std::string help; // a line about it, may be empty
    std::uint64_t count = 0; // events with it; 0: not known
    bool isField = false;
};
struct Completions {
    size_t offset = 0, length = 0; // what is replaced
    std::string field;             // values of this field are asked for; empty: fields
    std::vector<Completion> items;
};
struct KnownValue {
    std::string value;
    std::uint64_t count = 0;
};

// For the text up to `cursor`. `known` are values of the field under the cursor, as `field` of an earlier
// call named it; most first. At most `most` items.
Completions complete(std::string_view text, size_t cursor, const std::vector<KnownValue>& known,
                     Schema schema, size_t most = 12);

} // namespace waypost::filter
