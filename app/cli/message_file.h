// Message files for commands that judge them. Internal to cli/.
#pragma once

#include "base/result.h"
#include "mail/headers.h"

#include <memory>
#include <string>

namespace waypost::cli {

inline constexpr size_t maxMessageFile = 64 * 1024 * 1024;

// The whole of a regular file, or of standard input for "-". Error: no such file, a folder, unreadable, too
// large.
Result<std::string> readMessageFile(const std::string& file);
Result<std::shared_ptr<const mail::HeaderBlock>> openMessage(const std::string& file);

} // namespace waypost::cli
