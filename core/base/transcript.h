// Transcript: the record of one conversation (SMTP dialogue, IMAP dialogue, DNS question, HTTP exchange). It
// is the product's main evidence: every verdict points to one. Secrets are masked by whoever writes the
// entry: what was never recorded cannot leak. Thread rule: one writer; hand it over by value or
// shared_ptr<const>.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waypost {

enum class Direction : std::uint8_t { Sent, Received, Note };

struct TranscriptEntry {
    UtcTime at;
    Direction direction = Direction::Note;
    std::string bytes; // as on the wire; masked parts read "<masked>"
    bool operator==(const TranscriptEntry&) const = default;
};

class Transcript {
  public:
    // What one entry and one transcript may hold; the rest is counted, not kept.
    static constexpr size_t maxEntryBytes = 64 * 1024;
    static constexpr size_t maxTotalBytes = 1024 * 1024;

    void add(UtcTime at, Direction direction, std::string_view bytes);
    void note(UtcTime at, std::string_view text) { add(at, Direction::Note, text); }

    [[nodiscard]] const std::vector<TranscriptEntry>& entries() const { return entries_; }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    // Bytes that were seen and not kept because a cap was reached.
    [[nodiscard]] std::uint64_t droppedBytes() const { return dropped_; }

    // "12:00:01.123 C: EHLO …" lines; foreign bytes made printable.
    [[nodiscard]] std::string toText() const;
    // The form kept in the workspace, and back. Reading refuses nothing: an unknown line becomes a note.
    [[nodiscard]] std::string serialize() const;
    static Transcript deserialize(std::string_view stored);

  private:
    std::vector<TranscriptEntry> entries_;
    size_t kept_ = 0;
    std::uint64_t dropped_ = 0;
};

} // namespace waypost
