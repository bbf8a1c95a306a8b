// What every decoder shares: how it is set up, what it is given, what it must do. A decoder turns the records
// of one format (a line of a log, one object of a JSON array, one mail) into events: it fills a
// store::EventBatch, and knows nothing of files and of SQL. It lives across the files of an import, so that
// what belongs together in a rotated set is joined. Thread rule: one thread. Failure: a record that cannot be
// read goes to batch.rejected with its reason; nothing is thrown for it.
#pragma once

#include "ingest/syslog_head.h"
#include "reply/classifier.h"
#include "reply/providers.h"
#include "store/event_batch.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::bounce {
class Parser;
}

namespace waypost::ingest {

// First match decides. `*` in the pattern stands for any text; compared without regard to case.
struct StreamRule {
    enum class Field : std::uint8_t {
        Sender,
        Instance, // of the mail server: the syslog name, a pool
        MessageId,
        Relay, // host the message was handed to
        SendingIp,
        Campaign,
        ListId,
        Header,
    } field = Field::Sender;
    std::string header; // its name, for Header
    std::string pattern;
    std::string stream;
    std::string sendingIp; // may be empty
};

class SourceBook;

struct DecoderOptions {
    const reply::Classifier* classifier = nullptr;
    const reply::ProviderMap* providers = nullptr;
    std::vector<StreamRule> streams;
    const SourceBook* sources = nullptr;     // mappings and opinions; may be null
    const bounce::Parser* bounces = nullptr; // null: mails are not read
    size_t openMessages = 1'000'000;         // messages whose end has not been seen yet
};

struct LineAt {
    std::string_view bytes;  // without its end
    std::int64_t offset = 0; // in the uncompressed content
};

// The file whose records follow.
struct FileFacts {
    std::string path;
    std::string_view head;     // its first octets (a header row); valid during begin() only
    UtcTime modified;          // an instant its records cannot be newer than
    UtcTime lastAt{INT64_MIN}; // of the last record read before, when reading goes on in the middle
    LogZone zone;              // of stamps that name none
};

// A decoder whose records stand for themselves. The views of the batch may point into the record: the caller
// keeps its bytes with the batch.
class RecordDecoder {
  public:
    RecordDecoder() = default;
    virtual ~RecordDecoder() = default;
    RecordDecoder(const RecordDecoder&) = delete;
    RecordDecoder& operator=(const RecordDecoder&) = delete;
    // Before the first record of each file.
    virtual void begin(const FileFacts&) {}
    virtual void record(const LineAt& record, store::EventBatch& batch) = 0;
    // What must be stored with the batch: called before each commit.
    virtual void finish(store::EventBatch&) {}
    // Time of the last record, for formats whose stamps need the one before.
    [[nodiscard]] virtual UtcTime lastAt() const { return {INT64_MIN}; }
    // A JoinChange that an earlier import stored; other decoders' come along and are to be passed over.
    virtual void restore(std::string_view /*key*/, std::string_view /*state*/) {}
    // Keys for message rows: the first of `count`. Set by who reads the file.
    std::function<std::int64_t(std::int64_t count)> reserveMessages;
};

// A record that cannot be read: kept with its reason.
void reject(const LineAt& at, std::string reason, store::EventBatch& batch);

} // namespace waypost::ingest
