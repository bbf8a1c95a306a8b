// What every screen shows as evidence: states, explanation trees that point to bytes, raw documents, DNS
// answers. Plain values; see values.h.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace waypost::engine {

// The state of a check or a thing shown with a glyph. Unknown is "could not look" or "not looked yet", never
// good or bad.
enum class State : std::uint8_t { Ok, Info, Warning, Error, Unknown, Absent };

// A node of an explanation: what was seen, and which bytes of which raw document say so.
struct Node {
    std::string label;
    std::string value;
    State state = State::Info;
    int raw = -1; // index into the documents beside the tree; -1: none
    int start = 0, length = 0;
    std::vector<Node> children;
};

// Bytes as they came: a log line, a DNS answer, headers, a transcript.
struct RawDocument {
    std::string title; // "mail.log at byte 1204", "answer of 127.0.0.1:53"
    std::string bytes;
    std::string note;    // "the file has changed since the import", empty when all is well
    bool binary = false; // show as hex
};

struct AnswerView {
    std::string question, status, server, transport;
    int rcode = -1;
    std::int64_t ttl = -1; // -1: none
    bool authenticated = false;
    UtcTime at;
    int tookMs = 0;
    std::string records; // zone file form, a line each
    std::string raw;     // message as received
};

} // namespace waypost::engine
