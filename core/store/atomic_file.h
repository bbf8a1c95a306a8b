// Replaces a file as a whole: a reader and a crash see the old bytes or the new ones, never a mixture. Mode
// 0600. Failure: Error, the old file untouched.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace waypost::store {

// The same for bytes that come in pieces: they go to FILE.part, which takes the name when commit() succeeds;
// without it nothing is left. Mode 0644 less the umask: what it writes is given to others.
class PendingFile {
  public:
    static Result<PendingFile> open(const std::filesystem::path& file);
    PendingFile(PendingFile&& other) noexcept;
    PendingFile& operator=(PendingFile&&) = delete;
    ~PendingFile();
    Result<void> write(std::string_view bytes);
    Result<void> commit();

  private:
    PendingFile(std::filesystem::path file, std::string part, int fd)
        : file_(std::move(file)), part_(std::move(part)), fd_(fd) {}
    std::filesystem::path file_;
    std::string part_;
    int fd_ = -1;
};

Result<void> replaceFile(const std::filesystem::path& file, std::string_view bytes);
// Nothing when there is no such file. Refuses more than `maxBytes`.
Result<std::optional<std::string>> readWhole(const std::filesystem::path& file, size_t maxBytes);

} // namespace waypost::store
