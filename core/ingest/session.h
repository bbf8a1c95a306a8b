// Session: the contents of one import, one after the other, through their decoders into the store. Decoders
// live as long as the session, so that what belongs together in a rotated set is joined; a batch is written
// while the next one is decoded. Internal to ingest/. Thread rule: one thread. Failure: of a content in its
// result; of the store by stopping.
#pragma once

#include "ingest/formats.h"
#include "ingest/importer.h"
#include "ingest/record_reader.h"
#include "store/event_writer.h"
#include "store/import_store.h"

#include <map>

namespace waypost::ingest {

// A content on its way in.
struct Source {
    size_t index = 0;   // of the result in the caller's list
    size_t order = 0;   // as they were found
    std::string name;   // what it is stored under: the path, with the member's behind it
    std::string member; // what to call it inside of what was given; empty: it is that itself
    FilePart part;      // closed (no fd) while it waits, when it can be opened again by its name
    std::unique_ptr<LogReader> reader;
    const Format* format = nullptr;
    std::int64_t size = 0;
    UtcTime first{INT64_MIN}; // of its first record, when that is cheap to see
    bool growing = false;     // it may be written to at any time: a last line always waits
    bool taken = false;       // its last line is whole, however young it is
    std::int64_t file = 0;    // set by reading: its number in the store
};

class Session {
  public:
    Session(const Write& write, const ImportOptions& options);

    // Counts are added to `result`.
    void read(Source& source, ImportResult& result);
    // Keeps a file that cannot be read, with its reason.
    void refuse(const std::string& path, const std::string& reason, std::string_view head);
    Result<void> end();
    [[nodiscard]] bool stopped() const { return stopped_; }
    std::int64_t bytesDone = 0, bytesTotal = 0;

  private:
    struct Counts {
        std::uint64_t records = 0, events = 0, rejected = 0, refusals = 0, skipped = 0;
    };
    struct Start {
        store::ImportFile file;
        bool prefixOfKnown = false;
        std::string note;
    };
    // What belongs to the content being read.
    struct Running {
        Source& source;
        ImportResult& result;
        RecordDecoder& decoder;
        std::shared_ptr<store::ImportFile> file; // what is stored; its id appears with the first commit
        store::ImportFile state;                 // what will be
        std::shared_ptr<store::EventBatch> batch;
        Counts begun;              // stored before, by earlier imports
        std::uint64_t records = 0; // read now
        size_t octets = 0;         // of content in the batch
    };

    Result<RecordDecoder*> decoderFor(const Format& format);
    Result<Start> findStart(const Source& source);
    Result<void> countPrefix(Source& source, ImportResult& result);
    Result<void> readAll(Running& run);
    Result<void> flush(Running& run);
    Result<void> commit(Running& run, const Counts& counts);
    Result<void> waitForWrite();
    std::int64_t takeMessages(std::int64_t count);
    std::shared_ptr<store::EventBatch> freshBatch();
    void report(const Source& source, ImportResult& result);
    [[nodiscard]] FileFacts factsOf(const Source& source, UtcTime lastAt) const;
    [[nodiscard]] UtcTime now() const;

    const Write& write_;
    const ImportOptions& options_;
    std::map<const Format*, std::unique_ptr<RecordDecoder>> decoders_;
    std::shared_ptr<store::EventWriter> writer_;
    std::future<Result<void>> running_;
    std::shared_ptr<store::EventBatch> writing_,
        spare_;                              // a written batch is filled again: its memory is warm
    std::shared_ptr<std::uint64_t> dropped_; // events of this content whose names were known
    Counts sent_, stored_; // of the content being read: with and without the batch that is being written
    std::int64_t nextMessage_ = 0, messagesEnd_ = 0;
    bool stopped_ = false;
    std::uint64_t events_ = 0;
    std::optional<Error> broken_;
};

} // namespace waypost::ingest
