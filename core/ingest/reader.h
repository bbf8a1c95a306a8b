// LogReader: the whole lines of a log, plain or gzip, in blocks of a quarter megabyte (they stay in the
// processor's cache). Offsets count octets of the uncompressed content. Memory stays at a few blocks whatever
// the file holds: a line longer than maxLineBytes is cut there and the rest skipped (and counted); a last
// line without its end is left for the next time.
//
// Reading is by read(2), never by a memory map: a log may be truncated under us. Several gzip members in one
// file are one content. A compressed stream that breaks off gives what it held, and then says so with
// truncated(). Thread rule: one thread at a time. Failure: Error from open() and next() (Io, Corrupt).
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <filesystem>
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

class LogReader {
  public:
    static Result<std::unique_ptr<LogReader>> open(const std::filesystem::path& file);
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

    [[nodiscard]] bool compressed() const { return compressed_; }
    [[nodiscard]] bool truncated() const { return truncated_; }
    [[nodiscard]] UtcTime modified() const { return modified_; }
    [[nodiscard]] std::int64_t fileSize() const { return size_; }
    // Octets of the file read so far: for a progress bar.
    [[nodiscard]] std::int64_t fileRead() const { return fileRead_; }
    // The octets behind the last whole line, after next() said the end; and where they begin.
    [[nodiscard]] std::string_view pending() const { return carry_; }
    [[nodiscard]] std::int64_t position() const { return position_; }
    // For content that is not lines: as many octets as there are, up to `size`; 0: the end. Not to be mixed
    // with next().
    Result<size_t> read(char* into, size_t size) { return readContent(into, size); }

  private:
    LogReader() = default;
    Result<size_t> readContent(char* into, size_t size);
    Result<size_t> readFile(char* into, size_t size);
    Result<size_t> inflateInto(char* into, size_t size);
    Result<void> rewind();
    Result<bool> skipLongLine(LogBlock& out);

    struct Inflater;
    std::string name_;
    int fd_ = -1;
    bool compressed_ = false, truncated_ = false, ended_ = false;
    UtcTime modified_;
    std::int64_t size_ = 0, fileRead_ = 0;
    std::int64_t position_ = 0; // of carry_[0]
    std::string head_, carry_, buffer_;
    std::unique_ptr<Inflater> inflater_;
};

} // namespace waypost::ingest
