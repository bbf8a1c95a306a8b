// RecordReader: the records of a content, in blocks, over a LogReader that stands between two records. Memory
// stays at a few blocks, or at the format's cap for one record. Thread rule: one thread. Failure: Error of
// the reader (Io, Corrupt).
#pragma once

#include "ingest/reader.h"
#include "ingest/scanners.h"

#include <memory>
#include <string>
#include <vector>

namespace waypost::ingest {

// Left out: it is longer than the format's cap.
struct LongRecord {
    std::string start; // its first octets
    std::int64_t offset = 0, length = 0;
};

struct RecordBlock {
    std::vector<LineAt> records;
    std::vector<LongRecord> tooLong;
    std::uint64_t cutLines = 0;
    size_t size = 0;                   // octets of content
    std::int64_t next = 0;             // all in front of it was given: reading can go on here
    std::string_view before;           // the octets in front of `next`; empty when they were skipped
    std::shared_ptr<const void> owner; // keeps the records; null: they live until the next block
};

class RecordReader {
  public:
    // `keep`: records live as long as RecordBlock::owner.
    RecordReader(LogReader& reader, const Format& format, bool keep);
    // False: the end. With `takeLast` what only the end of the content ends is a record.
    Result<bool> next(RecordBlock& out, bool takeLast);
    // Octets of a record that is not whole yet, after next() said the end.
    [[nodiscard]] std::int64_t waiting() const { return waiting_; }

  private:
    Result<bool> nextLines(RecordBlock& out, bool takeLast);
    bool lastLine(RecordBlock& out);
    Result<bool> nextScanned(RecordBlock& out, bool takeLast);
    Result<bool> fill(std::string& text);
    void scanAll(std::string& text, bool atEnd, RecordBlock& out);
    bool dropLong(std::string& text, const RecordBlock& out);
    void complete(std::string_view text, RecordBlock& out);

    LogReader& reader_;
    const Format& format_;
    bool keep_;
    std::unique_ptr<RecordScanner> scanner_;
    std::string carry_;           // of the record under way
    std::int64_t position_ = 0;   // of the text's first octet
    size_t start_ = 0, seen_ = 0; // the record under way, and how far the scanner is, in the text
    LongRecord long_;             // length > 0: octets of it were dropped
    std::int64_t waiting_ = 0;
    bool ended_ = false;
};

} // namespace waypost::ingest
