#include "ingest/reader.h"

#include "base/text.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

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

// What libarchive undoes: bzip2, xz, zstd.
struct LogReader::Filter {
    explicit Filter(LogReader& owner) : reader(owner), handle(archive_read_new()) {}
    ~Filter() { archive_read_free(handle); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;
    bool open() {
        archive_read_support_filter_bzip2(handle);
        archive_read_support_filter_xz(handle);
        archive_read_support_filter_zstd(handle);
        archive_read_support_format_raw(handle);
        archive_entry* entry = nullptr;
        return archive_read_open(handle, this, nullptr, more, nullptr) == ARCHIVE_OK &&
               archive_read_next_header(handle, &entry) == ARCHIVE_OK;
    }
    static la_ssize_t more(archive* a, void* self, const void** bytes) {
        auto& f = *static_cast<Filter*>(self);
        auto got = f.reader.readFile(f.input, inputBytes);
        if (!got) {
            f.error = got.error();
            archive_set_error(a, EIO, "read");
            return -1;
        }
        *bytes = f.input;
        return la_ssize_t(*got);
    }
    LogReader& reader;
    archive* handle;
    char input[inputBytes];
    std::optional<Error> error; // of the file itself
};

namespace {

std::shared_ptr<const int> handleOf(int fd) {
    return {new int(fd), [](const int* p) {
                ::close(*p);
                delete p;
            }};
}

} // namespace

Result<FilePart> openFile(const std::filesystem::path& file) {
    const std::string name = file.string();
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return ioError(name, "opened");
    FilePart part;
    part.fd = handleOf(fd);
    part.name = name;
    struct stat st{};
    if (::fstat(fd, &st) != 0) return ioError(name, "read");
    if (!S_ISREG(st.st_mode))
        return fail(ErrorCode::Unsupported, "import",
                    fmt::format("{} is not a regular file.", text::printable(name)));
    part.modified = {std::int64_t(st.st_mtim.tv_sec) * 1000 + st.st_mtim.tv_nsec / 1'000'000};
    return part;
}

Result<FilePart> openSpool() {
    std::error_code ignored;
    const auto folder = std::filesystem::temp_directory_path(ignored);
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return ioError(folder.string(), "used for unpacking");
    FilePart part;
    part.fd = handleOf(fd);
    part.name = folder.string();
    return part;
}

LogReader::~LogReader() = default;

Result<std::unique_ptr<LogReader>> LogReader::open(const std::filesystem::path& file) {
    auto part = openFile(file);
    if (!part) return fail(std::move(part.error()));
    return open(std::move(*part));
}

Result<std::unique_ptr<LogReader>> LogReader::open(FilePart part) {
    std::unique_ptr<LogReader> r(new LogReader);
    r->part_ = std::move(part);
    r->size_ = r->part_.size;
    struct stat st{};
    if (r->size_ < 0) {
        if (::fstat(*r->part_.fd, &st) != 0) return ioError(r->part_.name, "read");
        r->size_ = st.st_size;
    }
    char magic[6] = {};
    auto got = r->readFile(magic, sizeof magic);
    if (!got) return fail(std::move(got.error()));
    const std::string_view first(magic, *got);
    if (first.starts_with("\x1f\x8b\x08"))
        r->kind_ = Kind::Gzip;
    else if (first.starts_with("BZh") ||
             first == std::string_view("\xfd"
                                       "7zXZ\0",
                                       6) ||
             first.starts_with("\x28\xb5\x2f\xfd"))
        r->kind_ = Kind::Other;
    if (auto ok = r->rewind(); !ok) return fail(std::move(ok.error()));
    r->head_.resize(headBytes);
    auto head = r->readContent(r->head_.data(), headBytes);
    if (!head) return fail(std::move(head.error()));
    r->head_.resize(*head);
    r->head_.shrink_to_fit();
    if (auto ok = r->rewind(); !ok) return fail(std::move(ok.error()));
    return r;
}

Result<void> LogReader::rewind() {
    inflater_ = kind_ == Kind::Gzip ? std::make_unique<Inflater>() : nullptr;
    filter_.reset();
    carry_.clear();
    position_ = fileRead_ = produced_ = 0;
    ended_ = truncated_ = bomb_ = false;
    return {};
}

std::int64_t FilePart::read(char* into, size_t count, std::int64_t at) const {
    if (size >= 0) count = size_t(std::clamp<std::int64_t>(size - at, 0, std::int64_t(count)));
    if (count == 0) return 0;
    for (;;) {
        const std::int64_t n =
            readAt ? readAt(*fd, into, count, base + at) : ::pread(*fd, into, count, base + at);
        if (n >= 0 || errno != EINTR) return n;
    }
}

Result<size_t> LogReader::readFile(char* into, size_t size) {
    const std::int64_t n = part_.read(into, size, fileRead_);
    if (n < 0) return ioError(part_.name, "read");
    fileRead_ += n;
    return size_t(n);
}

// Fills as much of `into` as there is content.
Result<size_t> LogReader::readContent(char* into, size_t size) {
    size_t have = 0;
    while (have < size) {
        char* to = into + have;
        const size_t room = size - have;
        auto got = kind_ == Kind::Plain  ? readFile(to, room)
                   : kind_ == Kind::Gzip ? inflateInto(to, room)
                                         : filterInto(to, room);
        if (!got) return got;
        if (*got == 0) break;
        have += *got;
    }
    produced_ += std::int64_t(have);
    if (kind_ != Kind::Plain && produced_ > ratioFromBytes && produced_ / maxStreamRatio > fileRead_)
        ended_ = truncated_ = bomb_ = true;
    return have;
}

Result<size_t> LogReader::filterInto(char* into, size_t size) {
    if (ended_) return 0;
    if (!filter_) {
        filter_ = std::make_unique<Filter>(*this);
        if (!filter_->open()) {
            ended_ = truncated_ = true;
            if (filter_->error) return fail(*filter_->error);
            return 0;
        }
    }
    const la_ssize_t got = archive_read_data(filter_->handle, into, size);
    if (got > 0) return size_t(got);
    ended_ = true;
    if (filter_->error) return fail(*filter_->error);
    truncated_ = got < 0; // what came before is kept
    return 0;
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
    if (kind_ == Kind::Plain) {
        if (offset > size_) return false;
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
