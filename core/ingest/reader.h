// LogReader: the whole lines of a log, plain or compressed (gzip, bzip2, xz, zstd, found by content), in
// blocks of a quarter megabyte (they stay in the processor's cache). Offsets count octets of the uncompressed
// content. Memory stays at a few blocks whatever the file holds: a line longer than maxLineBytes is cut there
// and the rest skipped (and counted); a last line without its end is left for the next time.
//
// Reading is by read(2), never by a memory map: a log may be truncated under us. Several gzip members in one
// file are one content. A compressed stream that breaks off gives what it held, and then says so with
// truncated(); one that grows beyond maxStreamRatio is taken for a bomb and ends there. Thread rule: one
// thread at a time. Failure: Error from open() and next() (Io, Corrupt).
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::ingest {

inline constexpr size_t maxLineBytes = 64 * 1024;

// Whole lines; the last one ends with LF, or at the end of a file taken to its last octet. Valid until the
// next block.
struct LogBlock {
    std::string_view bytes;
    std::int64_t offset = 0; // of bytes[0]
    // The line continued behind bytes and was cut: the next block starts behind its end.
    bool cut = false;
    std::int64_t skipped = 0; // octets of it that were skipped
    std::int64_t next = 0;    // where reading goes on behind this block
};

// Content to file, past the first ratioFromBytes: logs that repeat themselves reach some tens.
inline constexpr std::int64_t maxStreamRatio = 400;
inline constexpr std::int64_t ratioFromBytes = 64 * 1024 * 1024;

// An open file, or a part of one (a member of an archive that was unpacked into a spool).
struct FilePart {
    std::shared_ptr<const int> fd; // closed with its last owner
    std::int64_t base = 0;
    std::int64_t size = -1; // -1: to the end of the file, which may grow
    UtcTime modified;
    std::string name; // for messages
    // Instead of pread(2): for tests that let a read fail. Null: pread.
    std::function<std::int64_t(int fd, char* into, size_t size, std::int64_t at)> readAt;
    // As pread(2) within the part, tried again when interrupted; -1 with errno.
    [[nodiscard]] std::int64_t read(char* into, size_t size, std::int64_t at) const;
};
Result<FilePart> openFile(const std::filesystem::path& file);
// A file of no name that takes what is unpacked.
Result<FilePart> openSpool();

class LogReader {
  public:
    static Result<std::unique_ptr<LogReader>> open(const std::filesystem::path& file);
    static Result<std::unique_ptr<LogReader>> open(FilePart part);
    ~LogReader();
    LogReader(const LogReader&) = delete;
    LogReader& operator=(const LogReader&) = delete;

    // The first octets of the content (without consuming them): as many as there are, up to `limit`.
    [[nodiscard]] std::string_view head() const { return head_; }
    // Goes on at `offset`. False: the content ends before it. `tail` gets up to `tailBytes` octets in front
    // of it.
    Result<bool> seek(std::int64_t offset, size_t tailBytes, std::string& tail);
    // False: the end. With `takeLast` a last line without LF is a line.
    Result<bool> next(LogBlock& out, bool takeLast);

    [[nodiscard]] bool compressed() const { return kind_ != Kind::Plain; }
    [[nodiscard]] bool truncated() const { return truncated_; }
    // It was ended because it expands too much.
    [[nodiscard]] bool bomb() const { return bomb_; }
    [[nodiscard]] UtcTime modified() const { return part_.modified; }
    [[nodiscard]] std::int64_t fileSize() const { return size_; }
    [[nodiscard]] const FilePart& part() const { return part_; }
    // Octets of the file read so far: for a progress bar.
    [[nodiscard]] std::int64_t fileRead() const { return fileRead_; }
    // The octets behind the last whole line, after next() said the end; and where they begin.
    [[nodiscard]] std::string_view pending() const { return carry_; }
    [[nodiscard]] std::int64_t position() const { return position_; }
    // For content that is not lines: as many octets as there are, up to `size`; 0: the end. Not to be mixed
    // with next().
    Result<size_t> read(char* into, size_t size) { return readContent(into, size); }

  private:
    enum class Kind : std::uint8_t { Plain, Gzip, Other };
    LogReader() = default;
    Result<size_t> readContent(char* into, size_t size);
    Result<size_t> readFile(char* into, size_t size);
    Result<size_t> inflateInto(char* into, size_t size);
    Result<size_t> filterInto(char* into, size_t size);
    Result<void> rewind();
    Result<bool> skipLongLine(LogBlock& out);

    struct Inflater;
    struct Filter;
    FilePart part_;
    Kind kind_ = Kind::Plain;
    bool truncated_ = false, ended_ = false, bomb_ = false;
    std::int64_t size_ = 0, fileRead_ = 0, produced_ = 0;
    std::int64_t position_ = 0; // of carry_[0]
    std::string head_, carry_, buffer_;
    std::unique_ptr<Inflater> inflater_;
    std::unique_ptr<Filter> filter_;
};

} // namespace waypost::ingest
