#include "cli/line_feed.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace waypost::cli {

namespace {
constexpr size_t readOctets = 64 * 1024;
}

Result<LineFeed> LineFeed::open(const std::string& file, size_t maxLine) {
    if (file == "-") return LineFeed(dup(STDIN_FILENO), maxLine);
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(ErrorCode::NotFound, file,
                    std::string("The file cannot be read: ") + std::strerror(errno) + ".");
    return LineFeed(fd, maxLine);
}

LineFeed::LineFeed(LineFeed&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), maxLine_(other.maxLine_), buffer_(std::move(other.buffer_)),
      at_(other.at_), ended_(other.ended_), cut_(other.cut_) {}

LineFeed::~LineFeed() {
    if (fd_ >= 0) ::close(fd_);
}

bool LineFeed::ready() {
    const auto whole = [this] {
        return ended_ || buffer_.find('\n', at_) != std::string::npos || buffer_.size() - at_ > maxLine_;
    };
    pollfd p{fd_, POLLIN, 0};
    while (!whole()) {
        if (poll(&p, 1, 0) <= 0) return false;
        fill();
    }
    return true;
}

bool LineFeed::fill() {
    buffer_.erase(0, at_);
    at_ = 0;
    const size_t had = buffer_.size();
    buffer_.resize(had + readOctets);
    ssize_t got = 0;
    do got = ::read(fd_, buffer_.data() + had, readOctets);
    while (got < 0 && errno == EINTR);
    buffer_.resize(had + size_t(got > 0 ? got : 0));
    if (got <= 0) ended_ = true;
    return got > 0;
}

std::optional<std::string> LineFeed::next() {
    cut_ = false;
    std::string line;
    while (true) {
        const size_t end = buffer_.find('\n', at_);
        const size_t stop = end == std::string::npos ? buffer_.size() : end;
        const size_t room = maxLine_ - std::min(maxLine_, line.size());
        if (stop - at_ > room) cut_ = true;
        line.append(buffer_, at_, std::min(room, stop - at_));
        const bool any = stop > at_;
        at_ = end == std::string::npos ? stop : end + 1;
        if (end != std::string::npos) break;
        if (ended_ || !fill()) {
            if (line.empty() && !any) return std::nullopt;
            break;
        }
    }
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

} // namespace waypost::cli
