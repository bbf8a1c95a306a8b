#include "net/stream.h"

#include <fmt/format.h>

#include <chrono>

namespace waypost::net {

namespace {

using Monotonic = std::chrono::steady_clock;

constexpr size_t chunkBytes = 16 * 1024;

Millis left(Monotonic::time_point until) {
    return std::max(Millis(0), std::chrono::ceil<Millis>(until - Monotonic::now()));
}

} // namespace

void LineReader::consume(size_t bytes) {
    head_ += bytes;
    if (head_ == buffer_.size()) {
        buffer_.clear();
        head_ = 0;
    } else if (head_ >= chunkBytes) {
        buffer_.erase(0, head_);
        head_ = 0;
    }
}

// Takes a whole line out of the buffer; false when its end is not there yet.
bool LineReader::take(Line& line, size_t& searched) {
    std::string_view waiting = std::string_view(buffer_).substr(head_);
    size_t end = waiting.find('\n', searched);
    if (end == waiting.npos) {
        searched = waiting.size();
        return false;
    }
    bool crlf = end > 0 && waiting[end - 1] == '\r';
    std::string_view text = waiting.substr(0, crlf ? end - 1 : end);
    line.bareLf = !crlf;
    if (text.size() > maxLine_) {
        line.status = IoStatus::TooLong;
        line.discarded = text.size() - maxLine_;
        line.failure = fmt::format("the line is {} bytes long, {} are allowed", text.size(), maxLine_);
    }
    line.text = text.substr(0, maxLine_);
    consume(end + 1);
    return true;
}

Task<IoResult> LineReader::fill(Millis deadline) {
    size_t before = buffer_.size();
    buffer_.resize(before + chunkBytes);
    std::span<char> room(buffer_.data() + before, chunkBytes);
    auto reading = stream_.readSome(room, deadline);
    IoResult result = co_await reading;
    buffer_.resize(before + result.bytes);
    co_return result;
}

Task<Line> LineReader::read(Millis deadline) {
    auto until = Monotonic::now() + deadline;
    Line line;
    size_t searched = 0;
    while (!take(line, searched)) {
        if (buffered() > maxLine_ + 1) {
            auto skipping = skipLongLine(until);
            line = co_await skipping;
            co_return line;
        }
        auto filling = fill(left(until));
        IoResult result = co_await filling;
        if (result.ok()) continue;
        line.status = result.status;
        line.failure = result.text;
        if (result.status == IoStatus::Timeout)
            line.failure = fmt::format("no whole line within {} ms ({} bytes of one came)", deadline.count(),
                                       buffered());
        // At the end nothing more can come; after a deadline the bytes stay for the next call.
        if (result.status != IoStatus::Timeout) {
            line.text = buffer_.substr(head_);
            consume(buffered());
        }
        co_return line;
    }
    co_return line;
}

Task<Line> LineReader::skipLongLine(std::chrono::steady_clock::time_point until) {
    Line line;
    line.status = IoStatus::TooLong;
    line.text = buffer_.substr(head_, maxLine_);
    consume(maxLine_);
    bool carriageReturn = false; // the last byte skipped, in case the LF follows in the next chunk
    for (;;) {
        std::string_view waiting = std::string_view(buffer_).substr(head_);
        size_t end = waiting.find('\n');
        size_t skipped = end == waiting.npos ? waiting.size() : end;
        if (skipped > 0) carriageReturn = waiting[skipped - 1] == '\r';
        line.discarded += skipped;
        consume(end == waiting.npos ? skipped : end + 1);
        if (end != waiting.npos) {
            line.discarded -= carriageReturn ? 1 : 0;
            line.bareLf = !carriageReturn;
            line.failure = fmt::format("the line is {} bytes long, {} are allowed",
                                       line.text.size() + line.discarded, maxLine_);
            co_return line;
        }
        if (line.discarded > maxSkipped) {
            line.failure = fmt::format("the line did not end within {} bytes", maxLine_ + maxSkipped);
            co_return line;
        }
        auto filling = fill(left(until));
        IoResult result = co_await filling;
        if (result.ok()) continue;
        line.failure =
            fmt::format("the line is longer than {} bytes and did not end: {}", maxLine_, result.text);
        co_return line;
    }
}

Task<IoResult> LineReader::readExactly(size_t size, std::string& into, Millis deadline) {
    auto until = Monotonic::now() + deadline;
    into.assign(buffer_, head_, std::min(size, buffered()));
    consume(into.size());
    while (into.size() < size) {
        auto filling = fill(left(until));
        IoResult result = co_await filling;
        if (!result.ok()) {
            result.bytes = into.size();
            result.text = fmt::format("{} of {} bytes came: {}", into.size(), size, result.text);
            co_return result;
        }
        size_t wanted = std::min(size - into.size(), buffered());
        into.append(buffer_, head_, wanted);
        consume(wanted);
    }
    IoResult whole;
    whole.bytes = size;
    co_return whole;
}

size_t LineReader::discardBuffered() {
    size_t bytes = buffered();
    consume(bytes);
    return bytes;
}

} // namespace waypost::net
