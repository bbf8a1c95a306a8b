// ResponseParser: octets of an IMAP server in, responses out. Incremental: feed what arrived, then call
// next() until it gives nothing. Sans-IO; no thread rule (one user at a time).
//
// Caps: every one is named here; going over one is an Error that names it, and the stream is unusable from
// there. A literal above the cap is refused when it is announced, before anything is allocated. Memory held
// is at most the literal cap plus a few line caps.
#pragma once

#include "base/result.h"
#include "imap/response.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::imap {

struct ParserLimits {
    size_t line = 64 * 1024;                     // one response without its literals
    std::uint64_t literal = 32ULL * 1024 * 1024; // all literals of one response together
    size_t depth = 64;                           // nested lists
    size_t values = 40'000;                      // atoms, strings and lists in one response
};

class ResponseParser {
  public:
    explicit ResponseParser(ParserLimits limits = {}) : limits_(limits) {}

    void feed(std::string_view bytes);
    // The next complete response, nothing when more octets are needed, or why the stream cannot be read on
    // (TooLarge for a cap, Corrupt for syntax). After an Error every further call gives the same Error.
    Result<std::optional<Response>> next();

    // Octets that are fed and not yet part of a response: must be 0 where the protocol allows nothing to
    // follow.
    [[nodiscard]] size_t buffered() const;
    // True inside a response that has begun.
    [[nodiscard]] bool inResponse() const { return !head_.empty() || literalLeft_ > 0; }

  private:
    Result<bool> collect();
    Result<bool> takeLine();
    Result<void> announceLiteral(std::uint64_t size);
    void takeLiteralBytes();
    void compact();

    ParserLimits limits_;
    std::string buffer_; // fed, not yet consumed from pos_ on
    size_t pos_ = 0;
    size_t scanned_ = 0; // behind pos_: searched for a line end already
    std::string head_;   // the response so far; a literal is "{n}\n" here
    std::vector<std::string> literals_;
    std::uint64_t literalLeft_ = 0;
    std::uint64_t literalTotal_ = 0;
    std::optional<Error> failed_;
};

// The number of a literal announced at the end of a line: "… {12}", "{12+}", "~{12}". Nothing when there is
// none; a number that does not fit is UINT64_MAX.
std::optional<std::uint64_t> announcedLiteral(std::string_view line);

} // namespace waypost::imap
