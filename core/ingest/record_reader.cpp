#include "ingest/record_reader.h"

#include "store/import_store.h"

#include <cstring>

namespace waypost::ingest {

namespace {

constexpr size_t chunkBytes = 256 * 1024;
constexpr size_t largestChunk = 4 * 1024 * 1024;

// A line as it is decoded: cut, without its CR, and without the NULs that copytruncate under a writer that
// keeps its offset leaves in front of the first line.
LineAt lineAt(std::string_view line, std::int64_t offset, RecordBlock& out) {
    if (line.size() > maxLineBytes) {
        line = line.substr(0, maxLineBytes);
        ++out.cutLines;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && line[0] == '\0') {
        size_t text = std::min(line.find_first_not_of('\0'), line.size());
        if (text < line.size()) {
            line.remove_prefix(text);
            offset += std::int64_t(text);
        }
    }
    return {line, offset};
}

} // namespace

RecordReader::RecordReader(LogReader& reader, const Format& format, bool keep)
    : reader_(reader), format_(format), keep_(keep), scanner_(makeScanner(format.records)),
      position_(reader.position()) {}

Result<bool> RecordReader::next(RecordBlock& out, bool takeLast) {
    out.records.clear();
    out.tooLong.clear();
    out.cutLines = 0;
    out.owner.reset();
    if (ended_) return false;
    return scanner_ ? nextScanned(out, takeLast) : nextLines(out, takeLast);
}

Result<bool> RecordReader::nextLines(RecordBlock& out, bool takeLast) {
    LogBlock block;
    auto more = reader_.next(block, takeLast);
    if (!more) return more;
    if (!*more) {
        waiting_ = std::int64_t(reader_.pending().size());
        return lastLine(out);
    }
    std::string_view bytes = block.bytes;
    if (keep_) {
        auto owner = std::make_shared<const std::string>(bytes);
        bytes = *owner;
        out.owner = owner;
    }
    const char* begin = bytes.data();
    const char* end = begin + bytes.size();
    for (const char* p = begin; p < end;) {
        const auto* eol = static_cast<const char*>(std::memchr(p, '\n', size_t(end - p)));
        const char* stop = eol ? eol : end;
        out.records.push_back(lineAt(std::string_view(p, size_t(stop - p)), block.offset + (p - begin), out));
        p = stop + 1;
    }
    if (block.cut) ++out.cutLines;
    out.size = bytes.size();
    out.next = block.next;
    out.before = block.cut ? std::string_view{} : bytes;
    return true;
}

// A last line that shows by itself that it is whole need not wait.
bool RecordReader::lastLine(RecordBlock& out) {
    ended_ = true;
    if (!format_.whole || waiting_ == 0 || !format_.whole(reader_.pending())) return false;
    auto owner = std::make_shared<const std::string>(reader_.pending());
    out.records.push_back(lineAt(*owner, reader_.position(), out));
    out.size = owner->size();
    out.next = reader_.position() + waiting_;
    out.before = *owner;
    out.owner = owner;
    waiting_ = 0;
    return true;
}

Result<bool> RecordReader::fill(std::string& text) {
    const size_t old = text.size();
    const size_t want = std::clamp(old, chunkBytes, largestChunk);
    text.resize(old + want);
    auto got = reader_.read(text.data() + old, want);
    text.resize(old + (got ? *got : 0));
    if (!got) return fail(std::move(got.error()));
    return *got < want;
}

void RecordReader::complete(std::string_view text, RecordBlock& out) {
    std::string_view record = text.substr(start_, seen_ - start_);
    const std::int64_t offset = position_ + std::int64_t(start_);
    if (long_.length > 0) {
        long_.length += std::int64_t(record.size());
        out.tooLong.push_back(std::exchange(long_, {}));
    } else if (record.size() > format_.maxRecord) {
        out.tooLong.push_back(
            {std::string(record.substr(0, store::rejectedBytesKept)), offset, std::int64_t(record.size())});
    } else {
        while (format_.records == Records::Csv && (record.ends_with('\n') || record.ends_with('\r')))
            record.remove_suffix(1);
        out.records.push_back({record, offset});
    }
    start_ = seen_;
}

void RecordReader::scanAll(std::string& text, bool atEnd, RecordBlock& out) {
    while (seen_ < text.size()) {
        const std::string_view rest = std::string_view(text).substr(seen_);
        const Scan s = scanner_->scan(rest, atEnd);
        if (start_ == seen_ && long_.length == 0) start_ += s.skip;
        seen_ += s.skip + s.take;
        if (s.ended)
            complete(text, out);
        else
            break;
    }
}

// Throws away what was seen of a record that is too long already. True: it did.
bool RecordReader::dropLong(std::string& text, const RecordBlock& out) {
    const bool free = out.records.empty() && out.tooLong.empty();
    if (!free || (seen_ - start_ <= format_.maxRecord && long_.length == 0)) return false;
    if (long_.length == 0) {
        long_.offset = position_ + std::int64_t(start_);
        long_.start = text.substr(start_, store::rejectedBytesKept);
        scanner_->giveUp();
    }
    long_.length += std::int64_t(seen_ - start_);
    position_ += std::int64_t(seen_);
    text.erase(0, seen_);
    start_ = seen_ = 0;
    return true;
}

Result<bool> RecordReader::nextScanned(RecordBlock& out, bool takeLast) {
    auto owner = std::make_shared<std::string>(std::move(carry_));
    std::string& text = *owner;
    carry_.clear();
    bool atEnd = false;
    while (out.records.empty() && out.tooLong.empty() && !atEnd) {
        auto filled = fill(text);
        if (!filled) return filled;
        atEnd = *filled;
        scanAll(text, atEnd, out);
        dropLong(text, out);
    }
    const bool underWay = seen_ > start_ || long_.length > 0;
    if (atEnd && underWay && (takeLast || format_.records == Records::Whole)) {
        seen_ = text.size();
        complete(text, out);
    }
    out.size = start_;
    out.next = position_ + std::int64_t(start_);
    out.before = out.tooLong.empty() ? std::string_view(text).substr(0, start_) : std::string_view{};
    out.owner = owner;
    carry_ = text.substr(start_);
    position_ = out.next;
    seen_ -= start_;
    start_ = 0;
    if (atEnd) waiting_ = std::int64_t(carry_.size()) + long_.length;
    const bool any = out.size > 0 || !out.tooLong.empty();
    ended_ = atEnd;
    return any;
}

} // namespace waypost::ingest
