// Lines of a file or of standard input for a batch: the next line is asked for only when it is there, so that
// a program at the other end of a pipe gets its answer before it writes the next line. Internal to cli/.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace waypost::cli {

class LineFeed {
  public:
    // "-" is standard input. `maxLine`: longer lines are cut there and marked.
    static Result<LineFeed> open(const std::string& file, size_t maxLine);
    LineFeed(LineFeed&& other) noexcept;
    LineFeed(const LineFeed&) = delete;
    LineFeed& operator=(const LineFeed&) = delete;
    LineFeed& operator=(LineFeed&&) = delete;
    ~LineFeed();

    // A line, or the end, can be had without waiting.
    bool ready();
    // Waits. Nothing at the end. Without LF and CR; a last line needs no LF.
    std::optional<std::string> next();
    [[nodiscard]] bool cut() const { return cut_; } // the line that next() gave was longer

  private:
    LineFeed(int fd, size_t maxLine) : fd_(fd), maxLine_(maxLine) {}
    bool fill();

    int fd_ = -1;
    size_t maxLine_ = 0;
    std::string buffer_;
    size_t at_ = 0;
    bool ended_ = false, cut_ = false;
};

} // namespace waypost::cli
