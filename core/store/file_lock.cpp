#include "base/text.h"
#include "store/place.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace waypost::store {

namespace {

constexpr size_t maxHolderBytes = 512;

std::string holderOf(int fd) {
    std::array<char, maxHolderBytes> buffer{};
    auto got = pread(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return {};
    auto line = std::string_view(buffer.data(), size_t(got));
    return text::printable(line.substr(0, line.find('\n')));
}

std::string ourselves() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
    return fmt::format("process {} on {}\n", getpid(), host.data());
}

} // namespace

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), unclean_(other.unclean_) {}

FileLock::~FileLock() {
    if (fd_ >= 0) close(fd_);
}

void FileLock::releaseClean() {
    if (fd_ < 0) return;
    // When this fails the next opening checks the file once more: nothing is lost.
    [[maybe_unused]] int failed = ftruncate(fd_, 0);
    close(std::exchange(fd_, -1));
}

Result<FileLock> FileLock::take(const std::filesystem::path& workspace) {
    struct stat st{};
    auto file = std::filesystem::path(workspace.string() + ".lock");
    auto shown = text::printable(workspace.string());
    // A workspace without its lock file was not closed here: it was copied, or is new.
    bool known = stat(file.c_str(), &st) == 0;
    bool filled = stat(workspace.c_str(), &st) == 0 && st.st_size > 0;
    int fd = open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fail(
            ErrorCode::Permission, "workspace",
            fmt::format("{}.lock cannot be opened: {}.", shown, std::generic_category().message(errno)));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        auto holder = holderOf(fd);
        close(fd);
        return fail(ErrorCode::Conflict, "workspace",
                    fmt::format("{} is in use by {}. Close it there, or open it for reading only.", shown,
                                holder.empty() ? "another program" : holder));
    }
    bool unclean = filled && (!known || !holderOf(fd).empty());
    auto mark = ourselves();
    bool marked = ftruncate(fd, 0) == 0 && pwrite(fd, mark.data(), mark.size(), 0) == ssize_t(mark.size()) &&
                  fsync(fd) == 0;
    if (!marked) {
        auto why = std::generic_category().message(errno);
        close(fd);
        return fail(ErrorCode::Storage, "workspace",
                    fmt::format("{}.lock cannot be written: {}.", shown, why));
    }
    return FileLock(fd, unclean);
}

} // namespace waypost::store
