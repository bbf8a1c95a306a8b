#include "ingest/reader.h"

#include "base/text.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

namespace waypost::ingest {

namespace {

constexpr size_t blockBytes = 256 * 1024;
constexpr size_t headBytes = 64 * 1024;
constexpr size_t inputBytes = 64 * 1024;

std::unexpected<Error> ioError(std::string_view name, std::string_view doing) {
    return fail(ErrorCode::Io, "import",
                fmt::format("{} cannot be {}: {}.", text::printable(name), doing, std::strerror(errno)));
}

} // namespace

struct LogReader::Inflater {
    z_stream stream{};
    char input[inputBytes];
    bool between = true; // in front of a member
    Inflater() { inflateInit2(&stream, 15 + 16); }
    ~Inflater() { inflateEnd(&stream); }
};

LogReader::~LogReader() {
    if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<LogReader>> LogReader::open(const std::filesystem::path& file) {
    std::unique_ptr<LogReader> r(new LogReader);
    r->name_ = file.string();
    r->fd_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (r->fd_ < 0) return ioError(r->name_, "opened");
    struct stat st{};
    if (::fstat(r->fd_, &st) != 0) return ioError(r->name_, "read");
    if (!S_ISREG(st.st_mode))
        return fail(ErrorCode::Unsupported, "import",
                    fmt::format("{} is not a regular file.", text::printable(r->name_)));
    r->size_ = st.st_size;
    r->modified_ = {std::int64_t(st.st_mtim.tv_sec) * 1000 + st.st_mtim.tv_nsec / 1'000'000};
    unsigned char magic[3] = {};
    r->compressed_ =
        ::pread(r->fd_, magic, 3, 0) == 3 && magic[0] == 0x1f && magic[1] == 0x8b && magic[2] == 8;
    if (auto ok = r->rewind(); !ok) return fail(std::move(ok.error()));
    r->head_.resize(headBytes);
    auto got = r->readContent(r->head_.data(), headBytes);
    if (!got) return fail(std::move(got.error()));
    r->head_.resize(*got);
    if (auto ok = r->rewind(); !ok) return fail(std::move(ok.error()));
    return r;
}

Result<void> LogReader::rewind() {
    if (::lseek(fd_, 0, SEEK_SET) != 0) return ioError(name_, "read");
    inflater_ = compressed_ ? std::make_unique<Inflater>() : nullptr;
    carry_.clear();
    position_ = fileRead_ = 0;
    ended_ = truncated_ = false;
    return {};
}

Result<size_t> LogReader::readFile(char* into, size_t size) {
    for (;;) {
        ssize_t n = ::read(fd_, into, size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return ioError(name_, "read");
        fileRead_ += n;
        return size_t(n);
    }
}

// Fills as much of `into` as there is content.
Result<size_t> LogReader::readContent(char* into, size_t size) {
    size_t have = 0;
    while (have < size) {
        auto got = compressed_ ? inflateInto(into + have, size - have) : readFile(into + have, size - have);
        if (!got) return got;
        if (*got == 0) break;
        have += *got;
    }
    return have;
}

Result<size_t> LogReader::inflateInto(char* into, size_t size) {
    z_stream& z = inflater_->stream;
    z.next_out = reinterpret_cast<Bytef*>(into);
    z.avail_out = uInt(std::min<size_t>(size, 1u << 30));
    while (z.avail_out > 0 && !ended_) {
        if (z.avail_in == 0) {
            auto got = readFile(inflater_->input, inputBytes);
            if (!got) return got;
            if (*got == 0) {
                ended_ = true;
                truncated_ = !inflater_->between;
                break;
            }
            z.next_in = reinterpret_cast<Bytef*>(inflater_->input);
            z.avail_in = uInt(*got);
        }
        int code = inflate(&z, Z_NO_FLUSH);
        if (code == Z_STREAM_END) {
            // Another member, or padding behind the last one.
            inflater_->between = true;
            inflateReset(&z);
            while (z.avail_in > 0 && *z.next_in == 0) ++z.next_in, --z.avail_in;
            continue;
        }
        if (code != Z_OK && code != Z_BUF_ERROR) {
            // What came before is kept; behind a whole member there may be anything.
            ended_ = true;
            truncated_ = true;
            break;
        }
        inflater_->between = false;
    }
    return size_t(reinterpret_cast<char*>(z.next_out) - into);
}

Result<bool> LogReader::seek(std::int64_t offset, size_t tailBytes, std::string& tail) {
    tail.clear();
    if (auto ok = rewind(); !ok) return fail(std::move(ok.error()));
    std::int64_t tailAt = std::max<std::int64_t>(0, offset - std::int64_t(tailBytes));
    std::string scratch;
    if (!compressed_) {
        if (offset > size_) return false;
        if (::lseek(fd_, tailAt, SEEK_SET) != tailAt) return ioError(name_, "read");
        fileRead_ = tailAt;
    } else {
        scratch.resize(blockBytes);
        for (std::int64_t left = tailAt; left > 0;) {
            auto got =
                readContent(scratch.data(), size_t(std::min<std::int64_t>(left, std::int64_t(blockBytes))));
            if (!got) return fail(std::move(got.error()));
            if (*got == 0) return false;
            left -= std::int64_t(*got);
        }
    }
    tail.resize(size_t(offset - tailAt));
    auto got = readContent(tail.data(), tail.size());
    if (!got) return fail(std::move(got.error()));
    position_ = offset;
    return *got == tail.size();
}

Result<bool> LogReader::skipLongLine(LogBlock& out) {
    // carry_ holds the first maxLineBytes and more of one line.
    out.cut = true;
    std::int64_t total = std::int64_t(carry_.size());
    std::string buffer(blockBytes, '\0');
    for (;;) {
        auto got = readContent(buffer.data(), buffer.size());
        if (!got) return fail(std::move(got.error()));
        if (*got == 0) {
            out.skipped = total - std::int64_t(out.bytes.size());
            return false;
        }
        const void* end = std::memchr(buffer.data(), '\n', *got);
        if (!end) {
            total += std::int64_t(*got);
            continue;
        }
        size_t length = size_t(static_cast<const char*>(end) - buffer.data());
        total += std::int64_t(length);
        carry_.assign(buffer, length + 1, *got - length - 1);
        out.skipped = total - std::int64_t(out.bytes.size());
        position_ = out.offset + total + 1;
        return true;
    }
}

Result<bool> LogReader::next(LogBlock& out, bool takeLast) {
    out = {};
    out.offset = position_;
    size_t size = carry_.size() + blockBytes;
    if (buffer_.size() < size) buffer_.resize(size);
    std::memcpy(buffer_.data(), carry_.data(), carry_.size());
    auto got = readContent(buffer_.data() + carry_.size(), blockBytes);
    if (!got) return fail(std::move(got.error()));
    size = carry_.size() + *got;
    std::string_view all(buffer_.data(), size);
    size_t end = all.rfind('\n');
    bool finished = *got < blockBytes;
    if (end == std::string_view::npos && !finished) {
        carry_.assign(all);
        out.bytes = all.substr(0, maxLineBytes);
        // The line has no end yet: when the file ends inside it, it waits (or is the last line).
        auto skipped = skipLongLine(out);
        if (!skipped) return skipped;
        if (!*skipped && !takeLast) return false;
        if (!*skipped) {
            carry_.clear();
            position_ = out.offset + std::int64_t(out.bytes.size()) + out.skipped;
        }
        out.next = position_;
        return true;
    }
    size_t whole = end == std::string_view::npos ? 0 : end + 1;
    if (finished && takeLast) whole = size;
    carry_.assign(all.substr(whole));
    out.bytes = all.substr(0, whole);
    position_ += std::int64_t(whole);
    out.next = position_;
    return whole > 0;
}

} // namespace waypost::ingest
