#include "ingest/importer.h"

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/reader.h"
#include "store/database.h"
#include "store/event_writer.h"
#include "store/import_store.h"
#include "store/workspace.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>

namespace waypost::ingest {

namespace {

using Steady = std::chrono::steady_clock;

double secondsSince(Steady::time_point start) {
    return std::chrono::duration<double>(Steady::now() - start).count();
}

struct Counts {
    std::uint64_t records = 0, events = 0, rejected = 0, refusals = 0, skipped = 0;
};

struct Pending {
    size_t index = 0; // in the caller's list
    std::filesystem::path path;
    std::unique_ptr<LogReader> reader;
    UtcTime first{INT64_MAX};
    LogFormat format = LogFormat::Unknown;
};

// Splits blocks into lines and gives them to a decoder.
class LineSplitter {
  public:
    LineSplitter(PostfixDecoder& decoder, HeadReader& heads, ImportResult& result)
        : decoder_(decoder), heads_(heads), result_(result) {}

    void block(const LogBlock& block, store::EventBatch& batch) {
        const char* begin = block.bytes.data();
        const char* end = begin + block.bytes.size();
        for (const char* p = begin; p < end;) {
            const auto* eol = static_cast<const char*>(std::memchr(p, '\n', size_t(end - p)));
            const char* stop = eol ? eol : end;
            one(std::string_view(p, size_t(stop - p)), block.offset + (p - begin), batch);
            p = stop + 1;
        }
        if (block.cut) ++result_.longLines;
    }

  private:
    void one(std::string_view line, std::int64_t offset, store::EventBatch& batch) {
        ++result_.records;
        if (line.size() > maxLineBytes) {
            line = line.substr(0, maxLineBytes);
            ++result_.longLines;
        }
        if (line.ends_with('\r')) line.remove_suffix(1);
        // copytruncate under a writer that keeps its offset leaves a hole in front of the first line.
        if (!line.empty() && line[0] == '\0') {
            size_t text = std::min(line.find_first_not_of('\0'), line.size());
            if (text < line.size()) {
                line.remove_prefix(text);
                offset += std::int64_t(text);
            }
        }
        decoder_.line({line, offset}, heads_, batch);
    }

    PostfixDecoder& decoder_;
    HeadReader& heads_;
    ImportResult& result_;
};

// All of one call: the decoder lives across the files of a set.
class Session {
  public:
    Session(const Write& write, const ImportOptions& options)
        : write_(write), options_(options), decoder_(options.decoder),
          writer_(std::make_shared<store::EventWriter>()) {}

    Result<void> begin();
    void file(Pending& pending, ImportResult& result);
    Result<void> end();
    [[nodiscard]] bool stopped() const { return stopped_; }
    std::int64_t bytesDone = 0, bytesTotal = 0;

  private:
    struct Start {
        store::ImportFile file;
        bool prefixOfKnown = false;
        std::string note;
    };
    Result<Start> findStart(LogReader& reader, const std::string& path);
    Result<void> countPrefix(LogReader& reader, ImportResult& result);
    Result<void> readAll(Pending& pending, const std::shared_ptr<store::ImportFile>& file,
                         ImportResult& result);
    Result<void> commit(std::shared_ptr<store::EventBatch> batch,
                        const std::shared_ptr<store::ImportFile>& file, const store::ImportFile& state,
                        const Counts& counts);
    Result<void> waitForWrite();
    std::shared_ptr<store::EventBatch> freshBatch();
    void report(const Pending& pending, ImportResult& result);
    [[nodiscard]] UtcTime now() const { return options_.clock ? options_.clock->now() : SystemClock().now(); }

    const Write& write_;
    const ImportOptions& options_;
    PostfixDecoder decoder_;
    std::shared_ptr<store::EventWriter> writer_;
    std::future<Result<void>> running_;
    std::shared_ptr<store::EventBatch> writing_,
        spare_;                              // a written batch is filled again: its memory is warm
    std::shared_ptr<std::uint64_t> dropped_; // events of this file whose names were known
    Counts sent_, stored_; // of the file being read: with and without the batch that is being written
    bool stopped_ = false;
    std::uint64_t events_ = 0;
    std::optional<Error> broken_;
};

Result<void> Session::begin() {
    decoder_.reserveMessages = [this](std::int64_t count) -> std::int64_t {
        std::int64_t first = 0;
        auto done = write_([&first, count](store::Database& db) -> Result<void> {
                        first = store::reserveMessages(db, count);
                        return {};
                    }).get();
        if (!done && !broken_) broken_ = done.error();
        return first;
    };
    return write_([this](store::Database& db) -> Result<void> {
               store::loadJoins(db, [this](std::string_view key, std::string_view state) {
                   decoder_.joins().restore(key, state);
               });
               return {};
           })
        .get();
}

Result<void> Session::end() {
    if (auto ok = waitForWrite(); !ok) return ok;
    if (decoder_.messagesEnd() == 0) return {};
    return write_([next = decoder_.nextMessage(),
                   stop = decoder_.messagesEnd()](store::Database& db) -> Result<void> {
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

Result<Session::Start> Session::findStart(LogReader& reader, const std::string& path) {
    std::string head(reader.head().substr(0, store::importHeadBytes));
    std::vector<store::ImportFile> known;
    auto asked = write_([&](store::Database& db) -> Result<void> {
                     known = store::findImportFiles(db, head);
                     return {};
                 }).get();
    if (!asked) return fail(std::move(asked.error()));
    Start start;
    for (auto& candidate : known) {
        std::string tail;
        auto reached = reader.seek(candidate.position, candidate.tail.size(), tail);
        if (!reached) return fail(std::move(reached.error()));
        if (!*reached) {
            start.prefixOfKnown = true;
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
    if (start.file.id != 0) start.note.clear();
    if (start.file.id == 0) {
        std::string tail;
        auto rewound = reader.seek(0, 0, tail);
        if (!rewound) return fail(std::move(rewound.error()));
    }
    start.file.path = path;
    if (head.size() > start.file.head.size()) start.file.head = std::move(head);
    return start;
}

// Everything in it is stored already: only counted, so that the summary is right.
Result<void> Session::countPrefix(LogReader& reader, ImportResult& result) {
    DecoderOptions plain;
    PostfixDecoder decoder(plain);
    HeadReader heads(reader.modified(), options_.zone);
    ImportResult counted;
    LineSplitter split(decoder, heads, counted);
    std::string tail;
    auto rewound = reader.seek(0, 0, tail);
    if (!rewound) return fail(std::move(rewound.error()));
    LogBlock block;
    for (;;) {
        auto more = reader.next(block, true);
        if (!more) return fail(std::move(more.error()));
        if (!*more) break;
        store::EventBatch batch;
        split.block(block, batch);
        result.duplicates += batch.events.size();
    }
    result.note = "All of it was imported before, as part of a longer file.";
    return {};
}

void Session::file(Pending& pending, ImportResult& result) {
    auto began = Steady::now();
    auto start = findStart(*pending.reader, result.file);
    if (!start) {
        result.error = start.error();
        return;
    }
    result.note = start->note;
    if (start->prefixOfKnown) {
        if (auto ok = countPrefix(*pending.reader, result); !ok) result.error = ok.error();
        result.seconds = secondsSince(began);
        return;
    }
    result.duplicates = std::uint64_t(start->file.events + start->file.duplicates);
    start->file.format = result.format;
    auto file = std::make_shared<store::ImportFile>(std::move(start->file));
    sent_ = stored_ = {};
    dropped_ = std::make_shared<std::uint64_t>(0);
    auto done = readAll(pending, file, result);
    result.records = stored_.records;
    result.events = stored_.events - *dropped_;
    result.duplicates += *dropped_;
    result.rejected = stored_.rejected;
    result.refusals = stored_.refusals;
    result.skipped = stored_.skipped;
    if (!done && !result.error) result.error = done.error();
    result.seconds = secondsSince(began);
}

void Session::report(const Pending& pending, ImportResult& result) {
    if (!options_.progress) return;
    ImportProgress p{result.file, bytesDone + pending.reader->fileRead(), bytesTotal, events_};
    if (options_.progress(p)) return;
    stopped_ = true;
    result.cancelled = true;
}

void addTo(store::ImportFile& state, const store::ImportFile& before, const Counts& now) {
    state.records = before.records + std::int64_t(now.records);
    state.events = before.events + std::int64_t(now.events);
    state.rejected = before.rejected + std::int64_t(now.rejected);
    state.refusals = before.refusals + std::int64_t(now.refusals);
    state.skipped = before.skipped + std::int64_t(now.skipped);
}

// The position may stand only behind whole lines, and the octets in front of it must be findable again.
void advance(store::ImportFile& state, const LogBlock& block) {
    state.position = block.next;
    if (block.cut) {
        state.tail.clear();
        return;
    }
    state.tail.append(
        block.bytes.substr(block.bytes.size() - std::min(block.bytes.size(), store::importTailBytes)));
    if (state.tail.size() > store::importTailBytes)
        state.tail.erase(0, state.tail.size() - store::importTailBytes);
}

Result<void> Session::readAll(Pending& pending, const std::shared_ptr<store::ImportFile>& file,
                              ImportResult& result) {
    LogReader& reader = *pending.reader;
    HeadReader heads(reader.modified(), options_.zone);
    if (file->lastAt.ms != INT64_MIN) heads.resumeAfter(file->lastAt);
    LineSplitter split(decoder_, heads, result);
    bool takeLast = reader.compressed() || now() - reader.modified() > options_.lastLineWait;
    store::ImportFile state = *file;
    auto batch = freshBatch();
    size_t text = 0;
    auto flush = [&]() -> Result<void> {
        decoder_.finish(*batch);
        state.lastAt = heads.last();
        Counts now{result.records, sent_.events + batch->events.size(),
                   sent_.rejected + batch->rejected.size(), sent_.refusals + batch->refusals.size(),
                   sent_.skipped + batch->skipped};
        addTo(state, *file, now);
        events_ += batch->events.size();
        auto given = commit(std::move(batch), file, state, now);
        batch = freshBatch();
        text = 0;
        report(pending, result);
        return given;
    };
    LogBlock block;
    while (!stopped_) {
        auto more = reader.next(block, takeLast);
        if (!more) {
            result.error = more.error();
            break;
        }
        if (!*more) break;
        split.block(block, *batch);
        advance(state, block);
        text += block.bytes.size();
        if (text < options_.batchBytes && batch->events.size() < options_.batchEvents) continue;
        if (auto ok = flush(); !ok) return ok;
    }
    result.waiting = reader.waiting();
    if (reader.truncated())
        result.note = "The compressed file breaks off; what it held up to there was read.";
    if (text > 0) {
        if (auto ok = flush(); !ok) return ok;
    }
    return waitForWrite();
}

// `file` is what is stored (its id appears with the first commit), `state` what will be.
Result<void> Session::commit(std::shared_ptr<store::EventBatch> batch,
                             const std::shared_ptr<store::ImportFile>& file, const store::ImportFile& state,
                             const Counts& counts) {
    if (auto ok = waitForWrite(); !ok) return ok;
    if (broken_) {
        stopped_ = true;
        return fail(*broken_);
    }
    writing_ = batch;
    auto job = [batch = std::move(batch), file, writer = writer_, when = now(), dropped = dropped_,
                next = state](store::Database& db) mutable -> Result<void> {
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

// Reads the heads: what each file is, and when it starts.
std::vector<Pending> prepare(const std::vector<std::filesystem::path>& files, const LogZone& zone,
                             std::vector<ImportResult>& results) {
    std::vector<Pending> out;
    for (size_t i = 0; i < files.size(); ++i) {
        results[i].file = files[i].string();
        auto reader = LogReader::open(files[i]);
        if (!reader) {
            results[i].error = reader.error();
            continue;
        }
        auto detected = detectFormat((*reader)->head());
        results[i].format = formatName(detected.format);
        if (detected.format == LogFormat::Unknown) {
            results[i].error = Error(ErrorCode::Unsupported, "import",
                                     fmt::format("{} is of no format we know: {}.",
                                                 text::printable(files[i].string()), detected.tried));
            continue;
        }
        if (detected.format == LogFormat::Empty) continue;
        Pending p;
        p.index = i;
        p.path = files[i];
        p.format = detected.format;
        HeadReader heads((*reader)->modified(), zone);
        SyslogHead head;
        std::string_view rest = (*reader)->head();
        while (!rest.empty() && !heads.read(rest.substr(0, rest.find('\n')), head))
            rest.remove_prefix(std::min(rest.size(), std::min(rest.find('\n'), rest.size() - 1) + 1));
        p.first = heads.last();
        p.reader = std::move(*reader);
        out.push_back(std::move(p));
    }
    std::sort(out.begin(), out.end(), [](const Pending& a, const Pending& b) {
        return std::pair(a.first, a.index) < std::pair(b.first, b.index);
    });
    return out;
}

} // namespace

Write writeTo(store::Workspace& workspace) {
    return [&workspace](WriteJob job) { return workspace.write(std::move(job)); };
}

std::vector<ImportResult> importFiles(const std::vector<std::filesystem::path>& files, const Write& write,
                                      const ImportOptions& options) {
    std::vector<ImportResult> results(files.size());
    auto pending = prepare(files, options.zone, results);
    Session session(write, options);
    auto begun = session.begin();
    for (const auto& p : pending) session.bytesTotal += p.reader->fileSize();
    for (auto& p : pending) {
        ImportResult& result = results[p.index];
        if (!begun) {
            result.error = begun.error();
        } else if (session.stopped()) {
            result.cancelled = true;
        } else {
            session.file(p, result);
        }
        session.bytesDone += p.reader->fileSize();
        p.reader.reset();
    }
    if (begun) {
        auto ended = session.end();
        if (!ended && !results.empty() && !results.back().error) results.back().error = ended.error();
    }
    return results;
}

} // namespace waypost::ingest
