#include "imap/parser.h"

#include "base/text.h"
#include "imap/grammar.h"

#include <fmt/format.h>

#include <limits>

namespace waypost::imap {

std::optional<std::uint64_t> announcedLiteral(std::string_view line) {
    if (!line.ends_with('}')) return std::nullopt;
    size_t open = line.rfind('{');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    if (digits.ends_with('+') || digits.ends_with('-')) digits.remove_suffix(1);
    if (digits.empty()) return std::nullopt;
    for (char c : digits) {
        if (!text::isDigit(c)) return std::nullopt;
    }
    auto number = text::parseUnsigned(digits);
    return number ? *number : std::numeric_limits<std::uint64_t>::max();
}

void ResponseParser::feed(std::string_view bytes) {
    if (failed_) return;
    compact();
    buffer_.append(bytes);
}

void ResponseParser::compact() {
    if (pos_ == 0) return;
    if (pos_ == buffer_.size()) {
        buffer_.clear();
    } else {
        buffer_.erase(0, pos_);
    }
    pos_ = 0;
}

size_t ResponseParser::buffered() const {
    return buffer_.size() - pos_ + head_.size();
}

Result<std::optional<Response>> ResponseParser::next() {
    if (failed_) return fail(*failed_);
    auto complete = collect();
    if (!complete) {
        failed_ = complete.error();
        return fail(*failed_);
    }
    if (!*complete) return std::optional<Response>();
    literalTotal_ = 0;
    auto response = parseResponse(std::exchange(head_, {}), std::exchange(literals_, {}), limits_);
    if (!response) {
        failed_ = response.error();
        return fail(*failed_);
    }
    return std::optional<Response>(std::move(*response));
}

// Moves octets into head_ and literals_ until a response is complete.
Result<bool> ResponseParser::collect() {
    for (;;) {
        if (literalLeft_ > 0) {
            takeLiteralBytes();
            if (literalLeft_ > 0) return false;
        }
        auto line = takeLine();
        if (!line) return fail(line.error());
        if (!*line) return false;
        // Some servers send an empty line between responses; it says nothing.
        if (head_.empty()) continue;
        auto size = isFreeText(head_) ? std::nullopt : announcedLiteral(head_);
        if (!size) return true;
        auto accepted = announceLiteral(*size);
        if (!accepted) return fail(accepted.error());
    }
}

// One line (CRLF, or a bare LF) appended to head_; false when its end has not arrived.
Result<bool> ResponseParser::takeLine() {
    size_t end = buffer_.find('\n', pos_ + scanned_);
    size_t length = (end == std::string::npos ? buffer_.size() : end) - pos_;
    if (head_.size() + length > limits_.line) {
        return fail(ErrorCode::TooLarge, "imap response",
                    fmt::format("The server sent a line of more than {} octets; it begins with \"{}\".",
                                limits_.line,
                                text::printable((head_ + buffer_.substr(pos_, 40)).substr(0, 40))));
    }
    if (end == std::string::npos) {
        scanned_ = length;
        return false;
    }
    std::string_view line(buffer_.data() + pos_, length);
    if (line.ends_with('\r')) line.remove_suffix(1);
    head_.append(line);
    pos_ = end + 1;
    scanned_ = 0;
    return true;
}

Result<void> ResponseParser::announceLiteral(std::uint64_t size) {
    if (size > limits_.literal || literalTotal_ + size > limits_.literal) {
        return fail(
            ErrorCode::TooLarge, "imap response",
            fmt::format(
                "The server announced a literal of {} octets; at most {} are accepted in one response.", size,
                limits_.literal));
    }
    if (literals_.size() >= limits_.values) {
        return fail(ErrorCode::TooLarge, "imap response",
                    fmt::format("The server sent more than {} literals in one response.", limits_.values));
    }
    literalTotal_ += size;
    literalLeft_ = size;
    head_ += '\n';
    literals_.emplace_back();
    // One allocation: the pages are touched only as octets arrive.
    literals_.back().reserve(size_t(size));
    return {};
}

void ResponseParser::takeLiteralBytes() {
    auto available = std::uint64_t(buffer_.size() - pos_);
    auto take = size_t(std::min(available, literalLeft_));
    literals_.back().append(buffer_, pos_, take);
    pos_ += take;
    literalLeft_ -= take;
}

} // namespace waypost::imap
