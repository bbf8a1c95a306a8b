// Message lab: one message judged step by step. Plain values; see values.h.
#pragma once

#include "base/clock.h"
#include "engine/evidence_values.h"

#include <optional>
#include <string>
#include <vector>

namespace waypost::engine {

// How the message came. Empty fields are taken from the trace headers; mailFrom "<>" is the null sender.
struct MessageConnection {
    std::string ip, helo, mailFrom;
    bool operator==(const MessageConnection&) const = default;
};

// Keeps a message, then judges it in a job and keeps the DNS answers and the verdict too. Answered with
// Done{message id}; the job is in its MessageLine. Refused: what is no message (the error says what was
// tried), an empty one, one over 64 MB.
struct CheckMessage {
    std::string bytes;     // the message; or
    std::string file;      // a file to read; or
    std::string run, seed; // the message a seed mailbox holds
    std::string title;     // empty: made from Subject and file name
    MessageConnection connection = {};
};
// Asks DNS anew, with this connection from now on; the answers of before stay. Answered with Done{job id}.
struct JudgeAgain {
    std::string id;
    std::optional<MessageConnection> connection; // nothing: as it is
};
struct ForgetMessage {
    std::string id;
};
struct MessagesQuery {};
struct MessageLine {
    std::string id, title, from;
    std::string source;  // "mail.eml", "pasted", "seed1@bigmail.test, Spring news"
    std::string verdict; // "DMARC pass"; empty: not judged
    State state = State::Unknown;
    UtcTime added;
    std::optional<UtcTime> judged; // DNS as of then; nothing: not judged yet
    std::optional<UtcTime> again;  // DNS asked anew, last
    std::string job;               // that judges it now; empty: none runs
    std::int64_t bytes = 0;
    bool headersOnly = false; // the body was not given
};
struct Messages {
    std::vector<MessageLine> messages; // newest first
};

// As DNS was when the message was judged first, or when it was last asked anew. Both are judged over stored
// answers: nothing is asked. Error NotFound: not judged in this way yet.
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
// What a receiver wrote into Authentication-Results, beside what we found.
struct MessageClaim {
    std::string receiver; // authserv-id, foreign text
    struct Method {
        std::string method, result, detail; // "spf", "pass", "smtp.mailfrom=news@example.org"
        std::string ours;                   // our result for the same; empty: nothing to compare with
        bool differs = false;
        int start = 0, length = 0; // of the statement in the message
    };
    std::vector<Method> methods;
    std::vector<std::string> differences; // one sentence each
    int start = 0, length = 0;            // of the field in the message
};
struct MessageView {
    MessageLine line;
    UtcTime judged; // DNS as of then
    bool now = false;
    MessageConnection connection;   // as it was used
    std::string origin;             // where that is from: one sentence
    std::vector<std::string> notes; // what the verdict does not rest on: "not asked by then: …"
    std::vector<MessageStep> steps;
    std::vector<MessageHop> hops; // oldest first
    Node mime;                    // root part; children are parts, and faults of the structure
    // Of each part, depth first as in `mime`: its header fields and its body, with their bytes.
    std::vector<std::vector<Node>> parts;
    // DKIM failures taken apart: what was changed on the way, when it could be found.
    struct Autopsy {
        std::string signature, headline, mutation; // mutation: id, empty when none was found
        std::string before, after;                 // first changed bytes, as signed and as received
        int start = 0, length = 0;                 // where in the message
        std::vector<Node> tree;                    // what was tried
    };
    std::vector<Autopsy> autopsies;
    std::vector<MessageClaim> claims;
    RawDocument message;
    std::string text; // of the first text/plain part, decoded
    std::string html; // source of the first text/html part: shown as text, never rendered
    std::vector<AnswerView> answers;
    std::string authenticationResults;
    std::string json;    // as `message check --json`
    std::string command; // the same on the command line
};

// Writes a zip: message, answers, verdicts, hashes; replays offline with `message check --bundle`. Answered
// with Done{job id}.
struct ExportBundle {
    std::string message; // id
    std::string file;
    bool now = false; // which judgement, as in MessageQuery
};

} // namespace waypost::engine
