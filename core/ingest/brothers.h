// Rotated brothers of a log: "mail.log.1" and "mail.log.2.gz" beside "mail.log". Thread rule: any.
#pragma once

#include <filesystem>
#include <vector>

namespace waypost::ingest {

// Files of the same folder whose names begin as that of `file` does up to its ".log" (or first dot), without
// itself, sorted by name; at most 200.
std::vector<std::filesystem::path> brothersOf(const std::filesystem::path& file);

} // namespace waypost::ingest
