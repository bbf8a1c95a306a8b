// Message lab: one message judged step by step. Plain values; see values.h.
#pragma once

#include "base/clock.h"
#include "engine/evidence_values.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::engine {

// Judges a message and keeps it, its answers and its verdicts. Answered with Done{message id}.
struct CheckMessage {
    std::string bytes;              // the message; or
    std::string file;               // a file to read; or
    std::string run, seed;          // the message a seed mailbox holds
    std::string title;              // empty: made from Subject and file name
    std::string ip, helo, mailFrom; // of the connection; empty: taken from the trace headers
};
struct ForgetMessage {
    std::string id;
};
struct MessagesQuery {};
struct MessageLine {
    std::string id, title, from, verdict; // "DMARC pass"
    UtcTime added;
};
struct Messages {
    std::vector<MessageLine> messages; // newest first
};

// As DNS was when the message was added, or as it is now (asked anew).
struct MessageQuery {
    std::string id;
    bool now = false;
};
struct MessageStep {
    std::string id, title, headline, rule;
    State state = State::Unknown;
    std::vector<Node> tree; // Node::raw 0: `message`; 1 + n: answers[n]
};
struct MessageHop {
    std::string by, from, with, text;
    std::optional<UtcTime> at;
    std::optional<std::int64_t> delayMs;
    bool skewed = false;
    int start = 0, length = 0; // of the header in the message
};
struct MessageView {
    MessageLine line;
    UtcTime judged; // DNS as of then
    bool now = false;
    std::vector<MessageStep> steps;
    std::vector<MessageHop> hops; // oldest first
    Node mime;                    // root part
    // DKIM failures taken apart: what was changed on the way, when it could be found.
    struct Autopsy {
        std::string signature, headline, mutation; // mutation: id, empty when none was found
        std::string before, after;                 // first changed bytes, as signed and as received
        int start = 0, length = 0;                 // where in the message
        std::vector<Node> tree;                    // what was tried
    };
    std::vector<Autopsy> autopsies;
    RawDocument message;
    std::string text; // readable text of the message, plain; HTML is shown as its source text only
    std::vector<AnswerView> answers;
    std::string authenticationResults;
    std::string json;    // as `message check --json`
    std::string command; // the same on the command line
};

// Writes a zip: message, answers, verdicts, hashes; replays offline with `message check --bundle`.
struct ExportBundle {
    std::string message; // id
    std::string file;
};

} // namespace waypost::engine
