#include "store/atomic_file.h"

#include "base/text.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace waypost::store {

namespace {

std::unexpected<Error> failed(const std::filesystem::path& file, std::string_view what, int code) {
    return fail(code == EACCES || code == EPERM ? ErrorCode::Permission : ErrorCode::Io, "file",
                fmt::format("{} cannot be {}: {}.", text::printable(file.string()), what,
                            std::generic_category().message(code)));
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        auto n = write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(size_t(n));
    }
    return true;
}

Result<void> syncFolder(const std::filesystem::path& file) {
    auto folder = file.parent_path().empty() ? std::filesystem::path(".") : file.parent_path();
    int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) return failed(folder, "synced", errno);
    bool ok = fsync(dir) == 0;
    int code = errno;
    close(dir);
    if (!ok) return failed(folder, "synced", code);
    return {};
}

} // namespace

Result<PendingFile> PendingFile::open(const std::filesystem::path& file) {
    std::string part = file.string() + ".part";
    unlink(part.c_str());
    int fd = ::open(part.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return failed(file, "written", errno);
    return PendingFile(file, std::move(part), fd);
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : file_(std::move(other.file_)), part_(std::move(other.part_)), fd_(std::exchange(other.fd_, -1)) {}

PendingFile::~PendingFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(part_.c_str());
}

Result<void> PendingFile::write(std::string_view bytes) {
    if (writeAll(fd_, bytes)) return {};
    return failed(file_, "written", errno);
}

Result<void> PendingFile::commit() {
    if (fsync(fd_) != 0) return failed(file_, "written", errno);
    if (rename(part_.c_str(), file_.c_str()) != 0) return failed(file_, "written", errno);
    close(std::exchange(fd_, -1));
    return syncFolder(file_);
}

Result<void> replaceFile(const std::filesystem::path& file, std::string_view bytes) {
    auto part = file.string() + ".part";
    unlink(part.c_str());
    int fd = open(part.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failed(part, "made", errno);
    bool ok = writeAll(fd, bytes) && fsync(fd) == 0;
    int code = errno;
    close(fd);
    if (!ok || rename(part.c_str(), file.c_str()) != 0) {
        if (ok) code = errno;
        unlink(part.c_str());
        return failed(file, "written", code);
    }
    return syncFolder(file);
}

Result<std::optional<std::string>> readWhole(const std::filesystem::path& file, size_t maxBytes) {
    int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) return std::optional<std::string>();
    if (fd < 0) return failed(file, "read", errno);
    std::string out(maxBytes + 1, '\0');
    size_t used = 0;
    ssize_t n = 1;
    while (n > 0 && used < out.size()) {
        n = read(fd, out.data() + used, out.size() - used);
        if (n > 0) used += size_t(n);
        if (n < 0 && errno == EINTR) n = 1;
    }
    int code = errno;
    close(fd);
    if (n < 0) return failed(file, "read", code);
    if (used > maxBytes)
        return fail(ErrorCode::TooLarge, "file",
                    fmt::format("{} has more than {} bytes.", text::printable(file.string()), maxBytes));
    out.resize(used);
    return std::optional<std::string>(std::move(out));
}

} // namespace waypost::store
