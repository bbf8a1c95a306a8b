// Mails in files: a message (.eml), an mbox, a maildir, or a folder with any of them. A mail is found by
// content: a file that begins with "From " and holds a second such line is an mbox. In a folder of a maildir
// tmp/ is left out; entries come in the order of their names. Streaming: one mail is held at a time.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace waypost::bounce {

struct MailAt {
    std::filesystem::path file;
    std::int64_t offset = 0; // of the mail in the file; behind the mbox separator line
    std::int64_t length = 0; // in the file
    bool ofMbox = false;
    std::string bytes; // cut at maxMailBytes; ">From " of an mbox stays, so that offsets are true
};

inline constexpr size_t maxMailBytes = 32 * 1024 * 1024;
inline constexpr int maxFolderDepth = 16;
inline constexpr size_t maxFolderFiles = 1'000'000;

// `take` returns false to stop. What cannot be read goes to `refuse` and the rest goes on.
void eachMail(const std::filesystem::path& path, const std::function<bool(MailAt&&)>& take,
              const std::function<void(const std::filesystem::path&, const Error&)>& refuse);

} // namespace waypost::bounce
