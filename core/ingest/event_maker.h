// EventMaker: what decoders of structured sources have in common. A decoder says what a record told (Told);
// the maker asks the ReplyBook what the reply means, counts attempts, assigns the stream, names the message
// and fills the batch. Thread rule: one thread. Failure: none; a record that lacks what an event needs is
// rejected with its reason.
#pragma once

#include "ingest/attempt_book.h"
#include "ingest/decoder.h"
#include "ingest/reply_book.h"

#include <string>
#include <string_view>

namespace waypost::ingest {

// One attempt, or one report about an earlier one. Views need to live until add() returns.
struct Told {
    enum class End : std::uint8_t {
        Accepted,
        Deferred,
        Failed,
        Withheld, // the source refused it by itself (its suppression list): no receiver has seen it
        Complained,
        Answered,     // an automatic answer came back: neither accepted nor refused
        Undetermined, // the source does not know what became of it
    } end = End::Accepted;
    UtcTime at{INT64_MIN};
    reply::Kind kind = reply::Kind::Attempt;
    bool gaveUp = false;   // with Deferred: it will not be tried again, though nothing permanent was said
    bool attempted = true; // false: put off or given up without asking the receiver
    std::string_view recipient, sender, campaign, pool, sendingIp, mxHost, mxIp, tls;
    std::string_view queueId, messageId;
    std::string_view message; // what all attempts of one message share; empty: unknown
    std::string_view text;    // the whole reply with its code
    std::int32_t code = 0;    // 0: the text's own
    std::string_view enhanced;
    reply::Stage stage = reply::Stage::Unknown;
    std::string_view opinion; // without the source's name: "bad-mailbox"
    std::string_view event;   // the source's own name of this event; empty: its place in the file names it
    std::int64_t size = -1, latencyMs = -1;
    std::int32_t recipients = -1, attempt = 0;
};

class EventMaker {
  public:
    // `source` is the events' source ("kumomta") and the prefix of opinions and event names.
    EventMaker(const DecoderOptions& options, std::string_view source);

    void add(const Told& told, const LineAt& record, store::EventBatch& batch);
    static void reject(const LineAt& record, std::string reason, store::EventBatch& batch);
    void finish(store::EventBatch& batch);
    void restore(std::string_view key, std::string_view state) { attempts_.restore(key, state); }
    [[nodiscard]] std::uint64_t classified() const { return replies_.classified(); }

  private:
    const store::StoredReply& replyTo(const Told& told);
    void assignStream(const Told& told, store::NewEvent& event) const;

    const DecoderOptions& options_;
    std::string source_, opinion_, domain_, parts_, name_;
    std::uint64_t sourceHash_;
    ReplyBook replies_;
    AttemptBook attempts_;
};

} // namespace waypost::ingest
