#include "ingest/session.h"

#include "base/text.h"
#include "store/database.h"

#include <fmt/format.h>

#include <chrono>

namespace waypost::ingest {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::int64_t messageBlock = 1 << 20;

double secondsSince(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

// The octets in front of the position must be findable again.
void advance(store::ImportFile& state, const RecordBlock& block) {
    state.position = block.next;
    if (block.before.empty()) {
        state.tail.clear();
        return;
    }
    state.tail.append(
        block.before.substr(block.before.size() - std::min(block.before.size(), store::importTailBytes)));
    if (state.tail.size() > store::importTailBytes)
        state.tail.erase(0, state.tail.size() - store::importTailBytes);
}

void addTooLong(const RecordBlock& block, size_t cap, store::EventBatch& batch) {
    for (const LongRecord& r : block.tooLong)
        batch.rejected.push_back(
            {r.offset, std::int32_t(std::min<std::int64_t>(r.length, INT32_MAX)),
             fmt::format("a record of {} octets: more than the {} that are read", r.length, cap),
             batch.keep(r.start)});
}

} // namespace

Session::Session(const Write& write, const ImportOptions& options)
    : write_(write), options_(options), writer_(std::make_shared<store::EventWriter>()) {}

UtcTime Session::now() const {
    return options_.clock ? options_.clock->now() : SystemClock().now();
}

std::int64_t Session::takeMessages(std::int64_t count) {
    if (messagesEnd_ - nextMessage_ < count) {
        const std::int64_t block = std::max(count, messageBlock);
        auto done = write_([this, block](store::Database& db) -> Result<void> {
                        nextMessage_ = store::reserveMessages(db, block);
                        return {};
                    }).get();
        if (!done && !broken_) broken_ = done.error();
        messagesEnd_ = nextMessage_ + block;
    }
    return std::exchange(nextMessage_, nextMessage_ + count);
}

Result<RecordDecoder*> Session::decoderFor(const Format& format) {
    auto& decoder = decoders_[&format];
    if (decoder) return decoder.get();
    decoder = format.decoder(options_.decoder);
    decoder->reserveMessages = [this](std::int64_t count) { return takeMessages(count); };
    auto loaded = write_([&decoder](store::Database& db) -> Result<void> {
                      store::loadJoins(db, [&decoder](std::string_view key, std::string_view state) {
                          decoder->restore(key, state);
                      });
                      return {};
                  }).get();
    if (!loaded) return fail(std::move(loaded.error()));
    return decoder.get();
}

Result<void> Session::end() {
    if (auto ok = waitForWrite(); !ok) return ok;
    if (messagesEnd_ == 0) return {};
    return write_([next = nextMessage_, stop = messagesEnd_](store::Database& db) -> Result<void> {
               store::releaseMessages(db, next, stop);
               return {};
           })
        .get();
}

Result<void> Session::waitForWrite() {
    if (!running_.valid()) return {};
    auto done = running_.get();
    if (!done) {
        broken_ = done.error();
        stopped_ = true;
        return done;
    }
    stored_ = sent_;
    if (writing_ && writing_.use_count() == 1) spare_ = std::move(writing_);
    writing_.reset();
    return done;
}

std::shared_ptr<store::EventBatch> Session::freshBatch() {
    if (!spare_) return std::make_shared<store::EventBatch>();
    spare_->clear();
    return std::move(spare_);
}

FileFacts Session::factsOf(const Source& source, UtcTime lastAt) const {
    return {source.name, source.reader->head(), source.reader->modified(), lastAt, options_.zone};
}

Result<Session::Start> Session::findStart(const Source& source) {
    LogReader& reader = *source.reader;
    const bool whole = source.format->records == Records::Whole;
    std::string head(reader.head().substr(0, store::importHeadBytes));
    std::vector<store::ImportFile> known;
    auto asked = write_([&](store::Database& db) -> Result<void> {
                     known = store::findImportFiles(db, head, whole);
                     return {};
                 }).get();
    if (!asked) return fail(std::move(asked.error()));
    Start start;
    for (auto& candidate : known) {
        std::string tail;
        auto reached = reader.seek(candidate.position, candidate.tail.size(), tail);
        if (!reached) return fail(std::move(reached.error()));
        if (!*reached) {
            start.prefixOfKnown = start.prefixOfKnown || !whole;
            continue;
        }
        if (tail == candidate.tail) {
            start.file = std::move(candidate);
            start.prefixOfKnown = false;
            break;
        }
        start.note = fmt::format(
            "The log begins like one imported before ({}), but differs at octet {}: read as a new one.",
            text::printable(candidate.path), candidate.position);
    }
    if (start.prefixOfKnown) return start;
    if (start.file.id != 0) {
        start.note.clear();
    } else {
        std::string tail;
        auto rewound = reader.seek(0, 0, tail);
        if (!rewound) return fail(std::move(rewound.error()));
    }
    start.file.path = source.name;
    start.file.whole = whole;
    if (head.size() > start.file.head.size()) start.file.head = std::move(head);
    return start;
}

void Session::refuse(const std::string& path, const std::string& reason, std::string_view head) {
    const store::RefusedFile file{now(), path, reason, std::string(head.substr(0, store::rejectedBytesKept))};
    auto done = write_([&file](store::Database& db) -> Result<void> {
                    store::saveRefusedFile(db, file);
                    return {};
                }).get();
    if (!done && !broken_) broken_ = done.error();
}

// Everything in it is stored already: only counted, so that the summary is right.
Result<void> Session::countPrefix(Source& source, ImportResult& result) {
    DecoderOptions plain;
    plain.sources = options_.decoder.sources;
    auto decoder = source.format->decoder(plain);
    std::int64_t serial = 1;
    decoder->reserveMessages = [&serial](std::int64_t count) {
        return std::exchange(serial, serial + count);
    };
    decoder->begin(factsOf(source, {INT64_MIN}));
    std::string tail;
    auto rewound = source.reader->seek(0, 0, tail);
    if (!rewound) return fail(std::move(rewound.error()));
    RecordReader records(*source.reader, *source.format, false);
    RecordBlock block;
    for (;;) {
        auto more = records.next(block, true);
        if (!more) return fail(std::move(more.error()));
        if (!*more) break;
        store::EventBatch batch;
        for (const LineAt& r : block.records) decoder->record(r, batch);
        result.duplicates += batch.events.size();
    }
    result.note = "All of it was imported before, as part of a longer file.";
    return {};
}

void Session::read(Source& source, ImportResult& result) {
    const auto began = Steady::now();
    auto start = findStart(source);
    if (!start) {
        result.error = start.error();
        return;
    }
    if (!start->note.empty()) result.note = start->note;
    if (start->prefixOfKnown) {
        if (auto ok = countPrefix(source, result); !ok) result.error = ok.error();
        result.seconds += secondsSince(began);
        return;
    }
    auto decoder = decoderFor(*source.format);
    if (!decoder) {
        result.error = decoder.error();
        return;
    }
    result.duplicates += std::uint64_t(start->file.events + start->file.duplicates);
    start->file.format = source.format->name;
    Running run{source,
                result,
                **decoder,
                std::make_shared<store::ImportFile>(start->file),
                start->file,
                freshBatch(),
                {std::uint64_t(start->file.records), std::uint64_t(start->file.events),
                 std::uint64_t(start->file.rejected), std::uint64_t(start->file.refusals),
                 std::uint64_t(start->file.skipped)}};
    sent_ = stored_ = {};
    dropped_ = std::make_shared<std::uint64_t>(0);
    auto done = readAll(run);
    source.file = run.file->id;
    result.records += stored_.records;
    result.events += stored_.events - *dropped_;
    result.duplicates += *dropped_;
    result.rejected += stored_.rejected;
    result.refusals += stored_.refusals;
    result.skipped += stored_.skipped;
    if (!done && !result.error) result.error = done.error();
    result.seconds += secondsSince(began);
}

void Session::report(const Source& source, ImportResult& result) {
    if (!options_.progress) return;
    ImportProgress p{result.file, bytesDone + source.reader->fileRead(), bytesTotal, events_};
    if (options_.progress(p)) return;
    stopped_ = true;
    result.cancelled = true;
}

Result<void> Session::readAll(Running& run) {
    LogReader& reader = *run.source.reader;
    run.decoder.begin(factsOf(run.source, run.state.lastAt));
    RecordReader records(reader, *run.source.format, !run.source.format->copies);
    const bool takeLast =
        !run.source.growing && (reader.compressed() || now() - reader.modified() > options_.lastLineWait);
    RecordBlock block;
    while (!stopped_) {
        auto more = records.next(block, takeLast);
        if (!more) {
            run.result.error = more.error();
            break;
        }
        if (!*more) break;
        for (const LineAt& r : block.records) run.decoder.record(r, *run.batch);
        addTooLong(block, run.source.format->maxRecord, *run.batch);
        if (block.owner) run.batch->buffers.push_back(block.owner);
        run.records += block.records.size() + block.tooLong.size();
        run.result.longLines += block.cutLines;
        advance(run.state, block);
        run.octets += block.size;
        if (run.octets < options_.batchBytes && run.batch->events.size() < options_.batchEvents) continue;
        if (auto ok = flush(run); !ok) return ok;
    }
    run.result.waiting += records.waiting();
    if (reader.truncated()) {
        const std::string why = reader.bomb()
                                    ? fmt::format("it expands to more than {} times its size", maxStreamRatio)
                                    : std::string("its compression breaks off");
        run.result.note =
            fmt::format("{}: {}; what it held up to there was read.", text::printable(run.source.name), why);
        refuse(run.source.name, why, {});
    }
    if (run.octets > 0) {
        if (auto ok = flush(run); !ok) return ok;
    }
    return waitForWrite();
}

Result<void> Session::flush(Running& run) {
    run.decoder.finish(*run.batch);
    run.state.lastAt = run.decoder.lastAt();
    const store::EventBatch& b = *run.batch;
    const Counts counts{run.records, sent_.events + b.events.size(), sent_.rejected + b.rejected.size(),
                        sent_.refusals + b.refusals.size(), sent_.skipped + b.skipped};
    run.state.records = std::int64_t(run.begun.records + counts.records);
    run.state.events = std::int64_t(run.begun.events + counts.events);
    run.state.rejected = std::int64_t(run.begun.rejected + counts.rejected);
    run.state.refusals = std::int64_t(run.begun.refusals + counts.refusals);
    run.state.skipped = std::int64_t(run.begun.skipped + counts.skipped);
    events_ += b.events.size();
    auto given = commit(run, counts);
    run.batch = freshBatch();
    run.octets = 0;
    report(run.source, run.result);
    return given;
}

Result<void> Session::commit(Running& run, const Counts& counts) {
    if (auto ok = waitForWrite(); !ok) return ok;
    if (broken_) {
        stopped_ = true;
        return fail(*broken_);
    }
    writing_ = run.batch;
    auto job = [batch = std::move(run.batch), file = run.file, writer = writer_, when = now(),
                dropped = dropped_, next = run.state](store::Database& db) mutable -> Result<void> {
        store::Transaction all(db);
        next.id = file->id;
        if (next.id == 0) store::saveImportFile(db, next, when);
        for (auto& e : batch->events) e.file = next.id;
        const std::uint64_t known = *dropped + writer->append(db, *batch);
        next.events -= std::int64_t(known);
        next.duplicates = file->duplicates + std::int64_t(known);
        store::saveImportFile(db, next, when);
        store::saveJoins(db, batch->joins);
        store::saveRejected(db, next.id, batch->rejected);
        store::saveRefusals(db, next.id, batch->refusals);
        all.commit();
        file->id = next.id;
        *dropped = known;
        return {};
    };
    running_ = write_(std::move(job));
    sent_ = counts;
    return {};
}

} // namespace waypost::ingest
