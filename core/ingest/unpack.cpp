#include "ingest/unpack.h"

#include "base/text.h"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace waypost::ingest {

namespace {

constexpr size_t inputBytes = 64 * 1024;

// libarchive over a part of a file.
class Input {
  public:
    explicit Input(const FilePart& part) : part_(part), handle_(archive_read_new()) {
        archive_read_support_filter_gzip(handle_);
        archive_read_support_filter_bzip2(handle_);
        archive_read_support_filter_xz(handle_);
        archive_read_support_filter_zstd(handle_);
        archive_read_support_format_zip(handle_);
        archive_read_support_format_tar(handle_);
        archive_read_set_callback_data(handle_, this);
        archive_read_set_read_callback(handle_, read);
        archive_read_set_seek_callback(handle_, seek);
    }
    ~Input() { archive_read_free(handle_); }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    [[nodiscard]] archive* handle() const { return handle_; }
    [[nodiscard]] std::string reason() const {
        const char* why = archive_error_string(handle_);
        return why ? text::printable(why) : "no reason given";
    }
    // Octets of the archive that were looked at.
    [[nodiscard]] std::int64_t reached() const { return reached_; }

  private:
    static la_ssize_t read(archive* a, void* self, const void** bytes) {
        auto& in = *static_cast<Input*>(self);
        const std::int64_t n = in.part_.read(in.buffer_, inputBytes, in.at_);
        if (n < 0) {
            archive_set_error(a, errno, "%s", std::strerror(errno));
            return -1;
        }
        in.at_ += n;
        in.reached_ = std::max(in.reached_, in.at_);
        *bytes = in.buffer_;
        return la_ssize_t(n);
    }
    static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
        auto& in = *static_cast<Input*>(self);
        std::int64_t end = in.part_.size;
        if (end < 0) end = ::lseek(*in.part_.fd, 0, SEEK_END);
        const std::int64_t to = (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? in.at_ : end) + offset;
        if (to < 0) return ARCHIVE_FATAL;
        return in.at_ = to;
    }

    const FilePart& part_;
    archive* handle_;
    std::int64_t at_ = 0, reached_ = 0;
    char buffer_[inputBytes];
};

class Unpacker {
  public:
    Unpacker(const UnpackLimits& limits, FilePart spool) : limits_(limits), spool_(std::move(spool)) {}

    void run(const FilePart& part, const std::string& inside, int depth) {
        Input input(part);
        if (archive_read_open1(input.handle()) != ARCHIVE_OK) {
            problem(inside, input.reason());
            return;
        }
        archive_entry* entry = nullptr;
        while (!full_) {
            const int got = archive_read_next_header(input.handle(), &entry);
            if (got == ARCHIVE_EOF) return;
            if (got < ARCHIVE_WARN) {
                problem(inside, fmt::format("it breaks off: {}", input.reason()));
                return;
            }
            const char* path = archive_entry_pathname(entry);
            const std::string name = inside + (inside.empty() ? "" : "!") + (path ? path : "?");
            // Folders count too: compressed, millions of them are a small archive.
            if (++seen_ > limits_.members) {
                full_ = true;
                problem({},
                        fmt::format("it has more than {} members; the rest was not read", limits_.members));
                return;
            }
            if (archive_entry_filetype(entry) != AE_IFREG) continue;
            if (archive_entry_is_encrypted(entry)) {
                problem(name, "it is encrypted");
                continue;
            }
            take(input, entry, name, depth);
        }
    }
    Unpacked out;

  private:
    void problem(const std::string& name, std::string reason) {
        out.problems.push_back({name, std::move(reason)});
    }

    void take(const Input& input, archive_entry* entry, const std::string& name, int depth) {
        const std::int64_t base = end_;
        if (!copy(input, name)) return;
        if (end_ == base) return;
        FilePart member = spool_;
        member.base = base;
        member.size = end_ - base;
        member.modified = {std::int64_t(archive_entry_mtime(entry)) * 1000};
        member.name = name;
        if (!isArchive(member)) {
            out.members.push_back({name, std::move(member)});
        } else if (depth >= limits_.nesting) {
            problem(name, fmt::format("archives stand in archives more than {} deep", limits_.nesting));
        } else {
            run(member, name, depth + 1);
        }
    }

    // False: it cannot be used.
    bool copy(const Input& input, const std::string& name) {
        const std::int64_t base = end_;
        for (;;) {
            const la_ssize_t got = archive_read_data(input.handle(), buffer_.data(), buffer_.size());
            if (got == 0) return true;
            if (got < 0) { // what came before is a beginning of a log, and is read as one
                problem(name, fmt::format("it breaks off: {}", input.reason()));
                return end_ > base;
            }
            produced_ += got;
            const bool over = produced_ > limits_.bytes;
            const bool bomb = produced_ > ratioFromBytes && produced_ / limits_.ratio > input.reached();
            if (over || bomb) {
                full_ = true;
                end_ = base;
                problem(name, over ? fmt::format("the members have more than {} octets", limits_.bytes)
                                   : fmt::format("it expands to more than {} times its size", limits_.ratio));
                return false;
            }
            if (!write({buffer_.data(), size_t(got)})) {
                full_ = true;
                end_ = base;
                problem(name, fmt::format("it cannot be unpacked: {}", std::strerror(errno)));
                return false;
            }
        }
    }

    bool write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::pwrite(*spool_.fd, bytes.data(), bytes.size(), end_);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return false;
            end_ += n;
            bytes.remove_prefix(size_t(n));
        }
        return true;
    }

    const UnpackLimits& limits_;
    FilePart spool_;
    std::string buffer_ = std::string(256 * 1024, '\0');
    std::int64_t end_ = 0, produced_ = 0;
    size_t seen_ = 0;
    bool full_ = false;
};

bool looksLikeArchive(std::string_view head) {
    if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return true;
    return head.size() >= 512 && head.substr(257, 5) == "ustar";
}

} // namespace

bool isArchive(const FilePart& part) {
    char head[512];
    const std::int64_t got = part.read(head, sizeof head, 0);
    if (got <= 0) return false;
    if (looksLikeArchive({head, size_t(got)})) return true;
    auto stream = LogReader::open(part);
    return stream && (*stream)->compressed() && looksLikeArchive((*stream)->head());
}

Result<Unpacked> unpack(const FilePart& part, const UnpackLimits& limits) {
    auto spool = openSpool();
    if (!spool) return fail(std::move(spool.error()));
    Unpacker unpacker(limits, std::move(*spool));
    unpacker.run(part, {}, 1);
    return std::move(unpacker.out);
}

} // namespace waypost::ingest
