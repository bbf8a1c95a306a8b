// Replaces a file as a whole: a reader and a crash see the old bytes or the new ones, never a mixture. Mode
// 0600. Failure: Error, the old file untouched.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace waypost::store {

Result<void> replaceFile(const std::filesystem::path& file, std::string_view bytes);
// Nothing when there is no such file. Refuses more than `maxBytes`.
Result<std::optional<std::string>> readWhole(const std::filesystem::path& file, size_t maxBytes);

} // namespace waypost::store
