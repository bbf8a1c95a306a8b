#include "cli/message_file.h"

#include "base/text.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace waypost::cli {

namespace {

std::unexpected<Error> refuse(ErrorCode code, const std::string& file, std::string text) {
    return fail(code, file, std::move(text));
}

Result<std::string> drain(int fd, const std::string& file) {
    std::string out;
    std::array<char, 64 * 1024> piece{};
    while (true) {
        const ssize_t n = ::read(fd, piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return refuse(ErrorCode::Io, file, fmt::format("It cannot be read: {}.", std::strerror(errno)));
        if (n == 0) return out;
        if (out.size() + size_t(n) > maxMessageFile)
            return refuse(ErrorCode::TooLarge, file,
                          fmt::format("A message of more than {} bytes is not read.", maxMessageFile));
        out.append(piece.data(), size_t(n));
    }
}

} // namespace

Result<std::string> readMessageFile(const std::string& file) {
    if (file == "-") return drain(STDIN_FILENO, "standard input");
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io, file,
                      fmt::format("It cannot be opened: {}.", std::strerror(errno)));
    struct stat status{};
    Result<std::string> out =
        ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)
            ? refuse(ErrorCode::InvalidArgument, file, "It is a folder; give message files.")
            : drain(fd, file);
    ::close(fd);
    return out;
}

Result<std::shared_ptr<const mail::HeaderBlock>> openMessage(const std::string& file) {
    auto bytes = readMessageFile(file);
    if (!bytes) return fail(bytes.error());
    auto shared = std::make_shared<const std::string>(std::move(*bytes));
    return std::make_shared<const mail::HeaderBlock>(mail::HeaderBlock::parse(std::move(shared)));
}

} // namespace waypost::cli
