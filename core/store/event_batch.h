// EventBatch: what is stored in one transaction by who brings events: an import, our own sends, a placement
// run. Views must live until the batch is written. Plain values; no SQL here.
#pragma once

#include "reply/event.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

// What the chart stacks for one event: the category says what the reply means, the permanence what became of
// the attempt. A deferral the queue gave up on is a bounce; a 5xx the queue tries again is a deferral.
reply::Outcome outcomeOf(reply::Category category, reply::Permanence permanence);

// What roll-ups count by, as one number: kind * 256 + category * 8 + outcome. Attempts have kind 0.
constexpr int classNumberOf(reply::Kind kind, reply::Category category, reply::Outcome outcome) {
    return int(kind) * 256 + int(category) * 8 + int(outcome);
}
constexpr reply::Kind kindOfClass(int classNumber) {
    return reply::Kind(classNumber / 256);
}
constexpr reply::Category categoryOfClass(int classNumber) {
    return reply::Category(classNumber % 256 / 8);
}
constexpr reply::Outcome outcomeOfClass(int classNumber) {
    return reply::Outcome(classNumber % 8);
}

// One distinct reply with its verdict. Kept by its maker for as long as batches point to it.
struct StoredReply {
    std::uint64_t serial = 0; // unique among the replies one EventWriter is given
    std::string text;         // constant part, see event_text.h
    std::string sample;       // the whole text when it was first seen
    std::int32_t code = 0;
    std::string enhanced;
    reply::Stage stage = reply::Stage::Unknown;
    std::string provider;
    reply::Category category = reply::Category::Unclassified;
    reply::Outcome outcome = reply::Outcome::Unknown;
    reply::Cause cause = reply::Cause::Unknown;
    reply::Permanence permanence = reply::Permanence::None;
    std::string action, rule;
    std::string opinion; // what the source itself calls it ("pmta:bad-mailbox"); empty: nothing
    std::int32_t ruleVersion = 0, spanStart = 0, spanLength = 0;
    std::string templateKey, templateText;
    std::string list; // block list the reply names, empty: none
    // Set by the EventWriter that stored it.
    mutable std::int64_t id = 0, providerId = 0, templateId = 0;

    [[nodiscard]] int classNumber(reply::Kind kind = reply::Kind::Attempt) const {
        return classNumberOf(kind, category, outcome);
    }
};

enum EventFlag : std::uint8_t {
    FirstOfMessage = 1, // first event seen of this message and recipient
    FirstInClass = 2,   // first one of this message and recipient with this category
    NoAttempt = 4,      // the queue put it off without trying
};

struct NewEvent {
    UtcTime at;
    const StoredReply* reply = nullptr;
    std::string_view parts; // variable parts of the reply's text
    std::string_view source, stream, sendingIp, recipient, mxHost, mxIp, tls, campaign, transcript;
    std::string_view queueId, messageId, sender;
    std::int64_t message = 0; // attempts of one message share it; 0: unknown
    std::int64_t size = -1;
    std::int32_t recipients = -1;
    std::int32_t attempt = 0;
    std::uint8_t flags = FirstOfMessage | FirstInClass;
    std::int64_t latencyMs = -1;
    std::int64_t file = 0, pos = -1; // import_file.id; 0: no file
    std::int32_t length = 0;
    std::uint32_t lineHash = 0;
    reply::Kind kind = reply::Kind::Attempt;
    // What names this event at its source ("sendgrid:SG_EVENT_ID"): a second one with the same name is a
    // duplicate and is dropped. Empty: its place in the file names it.
    std::string_view dedupe;
};

struct RejectedLine {
    std::int64_t pos = 0;
    std::int32_t length = 0;
    std::string reason;
    std::string_view bytes;
};
struct RefusedLine {
    UtcTime at;
    std::int64_t pos = 0;
    std::int32_t length = 0;
    std::string_view client, sender, recipient, text;
};
struct JoinChange {
    std::string key;
    std::string state; // empty: forget it
};

struct EventBatch {
    std::vector<NewEvent> events;
    std::vector<RejectedLine> rejected;
    std::vector<RefusedLine> refusals;
    std::vector<JoinChange> joins;
    std::uint64_t skipped = 0; // records that are no events and no errors: opens, clicks, arrivals

    // Text that is not part of a kept buffer: stays where it is put.
    std::string_view keep(std::string_view bytes);
    // Empty again, its memory kept for the next.
    void clear();
    std::vector<std::shared_ptr<const void>> buffers;

  private:
    static constexpr size_t blockSize = 256 * 1024;
    std::deque<std::string> blocks_;
    size_t block_ = 0;
};

} // namespace waypost::store
