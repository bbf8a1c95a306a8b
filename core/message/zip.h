// A zip of a few small files in memory, through libarchive. Internal to message/. What is read may come from
// anybody: see the caps in bundle.h. Names are compared, never used as paths.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::message {

struct ZipMember {
    std::string name, bytes;
};

Result<std::string> writeZip(const std::vector<ZipMember>& members, UtcTime time);

// Only members of these names, each at most once, are taken; any other name is an error.
Result<std::map<std::string, std::string>> readZip(std::string_view zip,
                                                   const std::vector<std::string_view>& names);

} // namespace waypost::message
