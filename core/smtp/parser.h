// ReplyParser: bytes in, replies out, whatever the pieces. A reply that breaks a rule or a cap ends the
// parser with one sentence; nothing a server sends makes it keep more than maxReply bytes.
#pragma once

#include "smtp/reply.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace waypost::smtp {

class ReplyParser {
  public:
    static constexpr size_t maxLine = 2048;       // kept of one line; the rest is counted
    static constexpr size_t maxReply = 64 * 1024; // of one reply, everything counted
    static constexpr size_t maxLines = 128;
    static constexpr size_t maxReady = 1024; // whole replies nobody has asked for yet

    void feed(std::string_view bytes);
    // The next whole reply. Those before a fault are still given out.
    std::optional<Reply> next();
    // Code of the reply next() would give; 0: none is ready.
    [[nodiscard]] int nextCode() const { return ready_.empty() ? 0 : ready_.front().code; }
    // The fault that ended parsing, or empty.
    [[nodiscard]] const std::string& error() const { return error_; }
    // Nothing is waiting: no whole reply, no part of one.
    [[nodiscard]] bool idle() const {
        return ready_.empty() && line_.empty() && current_.lines.empty() && seen_ == 0;
    }
    // Bytes of the reply that is being read, capped: what to show when it never ends.
    [[nodiscard]] std::string unfinished() const { return current_.raw + line_; }
    // Forgets everything (after STARTTLS) and says how many bytes that was.
    size_t reset();

  private:
    void endLine(bool bareLf);
    void fault(std::string sentence);
    std::deque<Reply> ready_;
    Reply current_;
    std::string line_;
    size_t seen_ = 0; // bytes of the current reply
    std::string error_;
};

} // namespace waypost::smtp
