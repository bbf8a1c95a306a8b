#include "smtp/parser.h"

#include "base/text.h"

#include <fmt/format.h>

namespace waypost::smtp {

namespace {

// "5.1.1" at the start of a line: class 2, 4 or 5, subject and detail of up to three digits.
std::string enhancedAt(std::string_view in) {
    size_t i = 0;
    auto number = [&](size_t most) {
        size_t n = 0;
        while (i < in.size() && n < most && text::isDigit(in[i])) ++i, ++n;
        return n > 0;
    };
    auto dot = [&] {
        if (i >= in.size() || in[i] != '.') return false;
        ++i;
        return true;
    };
    if (in.empty() || (in[0] != '2' && in[0] != '4' && in[0] != '5')) return {};
    if (!number(1) || !dot() || !number(3) || !dot() || !number(3)) return {};
    if (i < in.size() &&
        (text::isAlnum(in[i]) || (in[i] == '.' && i + 1 < in.size() && text::isDigit(in[i + 1]))))
        return {};
    return std::string(in.substr(0, i));
}

} // namespace

std::string Reply::summary() const {
    std::string joined = text();
    for (char& c : joined)
        if (c == '\n') c = ' ';
    return fmt::format("{} {}", code, text::printable(std::string_view(joined).substr(0, 300)));
}

void ReplyParser::fault(std::string sentence) {
    error_ = std::move(sentence);
}

void ReplyParser::feed(std::string_view bytes) {
    while (!bytes.empty() && error_.empty()) {
        const size_t lf = bytes.find('\n');
        const size_t length = lf == std::string_view::npos ? bytes.size() : lf;
        std::string_view piece = bytes.substr(0, length);
        seen_ += length + (lf == std::string_view::npos ? 0 : 1);
        if (seen_ > maxReply) {
            fault("The server's reply is longer than 65536 bytes.");
            return;
        }
        // One byte more than the cap is kept, so that a CR before the LF can be told from text.
        const size_t room = maxLine + 1 - std::min(maxLine + 1, line_.size());
        line_ += piece.substr(0, room);
        if (piece.size() > room) current_.discarded += piece.size() - room;
        if (lf == std::string_view::npos) return;
        const bool cr = piece.empty() ? line_.ends_with('\r') : piece.ends_with('\r');
        if (cr && line_.ends_with('\r')) line_.pop_back();
        endLine(!cr);
        bytes.remove_prefix(lf + 1);
    }
}

void ReplyParser::endLine(bool bareLf) {
    if (line_.size() > maxLine) {
        current_.discarded += line_.size() - maxLine;
        line_.resize(maxLine);
    }
    std::string line = std::move(line_);
    line_.clear();
    current_.raw += line + (bareLf ? "\n" : "\r\n");
    const bool digits =
        line.size() >= 3 && text::isDigit(line[0]) && text::isDigit(line[1]) && text::isDigit(line[2]);
    const bool fourDigits = line.size() > 3 && text::isDigit(line[3]);
    if (!digits || fourDigits || line[0] < '2' || line[0] > '5')
        return fault(fmt::format("The server sent a line that is no SMTP reply: \"{}\".",
                                 text::printable(std::string_view(line).substr(0, 100))));
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (!current_.lines.empty() && code != current_.code)
        return fault(fmt::format("The server mixed the codes {} and {} in one reply.", current_.code, code));
    if (current_.lines.size() == maxLines) return fault("The server's reply has more than 128 lines.");
    const bool more = line.size() > 3 && line[3] == '-';
    const bool separated = line.size() == 3 || more || line[3] == ' ';
    current_.code = code;
    current_.bareLf |= bareLf;
    current_.missingSpace |= !separated;
    std::string body = line.substr(std::min<size_t>(line.size(), separated ? 4 : 3));
    if (current_.enhanced.empty()) current_.enhanced = enhancedAt(body);
    current_.lines.push_back(std::move(body));
    if (more) return;
    if (ready_.size() == maxReady) return fault("The server sent more than 1024 replies ahead of commands.");
    ready_.push_back(std::move(current_));
    current_ = Reply();
    seen_ = 0;
}

std::optional<Reply> ReplyParser::next() {
    if (ready_.empty()) return std::nullopt;
    Reply out = std::move(ready_.front());
    ready_.pop_front();
    return out;
}

size_t ReplyParser::reset() {
    size_t bytes = seen_;
    for (const Reply& r : ready_) bytes += r.raw.size();
    *this = ReplyParser();
    return bytes;
}

} // namespace waypost::smtp
