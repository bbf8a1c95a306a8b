// "tag=value; tag=value" of DKIM (RFC 6376 section 3.2), DMARC, TLS-RPT, MTA-STS and BIMI records, with the
// place of each tag. Pure. White space around names, values and separators is dropped; a last ";" is allowed.
#pragma once

#include "auth/spf_record.h"

#include <string>
#include <string_view>
#include <vector>

namespace waypost::auth {

struct Tag {
    std::string name;  // as written
    std::string value; // trimmed
    Span span;         // of the whole tag, without the separator
    bool operator==(const Tag&) const = default;
};

struct TagList {
    std::vector<Tag> tags;
    std::vector<SpfProblem> problems; // a piece without "=", an empty or odd name, a repeated name

    [[nodiscard]] const Tag* find(std::string_view name) const; // the first of that name, case exact
    [[nodiscard]] bool repeated(std::string_view name) const;
};

inline constexpr size_t maxTags = 64; // more are a problem, and are left out

TagList parseTags(std::string_view text);

} // namespace waypost::auth
