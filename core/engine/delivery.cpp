// The Delivery screen and imports: store and ingest on one side, snapshots on the other.
#include "base/text.h"
#include "bounce/parser.h"
#include "engine/context.h"
#include "engine/delivery_scope.h"
#include "filter/parser.h"
#include "ingest/evidence.h"
#include "ingest/importer.h"
#include "ingest/source_book.h"
#include "ingest/streams.h"
#include "store/atomic_file.h"
#include "store/event_export.h"
#include "store/event_queries.h"
#include "store/settings_store.h"
#include "store/transcript_store.h"

#include <fmt/format.h>

#include <stdexcept>

namespace waypost::engine {

namespace {

const char* facetTitle(const std::string& field) {
    if (field == "provider") return "Provider";
    if (field == "category") return "Category";
    if (field == "outcome") return "Outcome";
    if (field == "stream") return "Stream";
    return "Domain";
}

std::string facetLabel(Context& c, const std::string& field, const std::string& value) {
    if (value.empty()) return field == "stream" ? "unassigned" : "unknown";
    if (field == "provider") return std::string(c.providers->displayName(value));
    return value;
}

EventRow toRow(const store::EventLine& l) {
    EventRow r;
    r.key = l.key;
    r.at = l.at;
    r.provider = l.provider;
    r.recipient = l.recipient;
    r.domain = l.domain;
    r.stream = l.stream;
    r.category = l.category;
    r.enhanced = l.enhanced;
    r.text = l.text;
    r.mxHost = l.mxHost;
    r.queueId = l.queueId;
    r.outcome = l.outcome;
    r.code = l.code;
    r.latencyMs = int(std::min<std::int64_t>(l.latencyMs, INT32_MAX));
    return r;
}

} // namespace

store::EventFilter toStore(const DeliveryFilter& f) {
    store::EventFilter out;
    out.providers = f.providers;
    out.categories = f.categories;
    out.outcomes = f.outcomes;
    out.streams = f.streams;
    out.domains = f.domains;
    out.templates = f.templates;
    out.sources = f.sources;
    out.recipientOrMessage = f.recipientOrMessage;
    auto query = filter::parseOrFail(f.query);
    // The window refuses such a text while it is typed.
    if (!query) throw std::invalid_argument(query.error().text);
    out.query = std::move(*query);
    return out;
}

Snapshot answer(Context& c, const OverviewQuery& q) {
    store::OverviewAsk ask;
    ask.range = toRange(q.range);
    ask.filter = toStore(q.filter);
    ask.maxBuckets = q.maxBuckets;
    auto got = c.workspace->read([&](store::Database& db) { return store::overview(db, ask); });
    if (!got) return got.error();
    Overview out;
    out.range = {got->range.since, got->range.until};
    out.bucket = got->bucket;
    for (const store::OverviewBucket& b : got->buckets) out.buckets.push_back({b.start, b.counts});
    for (const store::FacetCounts& f : got->facets) {
        Facet facet{f.field, facetTitle(f.field), {}};
        for (const store::FacetCount& v : f.values)
            facet.values.push_back({v.value, facetLabel(c, f.field, v.value), v.events});
        out.facets.push_back(std::move(facet));
    }
    for (store::ReplyGroupRow& g : got->groups)
        out.groups.push_back({g.templateKey, g.templateText, g.provider, g.category, g.events, g.firstSeen,
                              g.lastSeen, std::move(g.trend)});
    out.events = got->events;
    out.unclassified = got->unclassified;
    if (got->stored) out.stored = TimeRange{got->stored->since, got->stored->until};
    out.asOf = c.clock.now();
    return out;
}

Snapshot answer(Context& c, const EventsQuery& q) {
    auto got = c.workspace->read([&](store::Database& db) {
        return store::eventPage(db, toRange(q.range), toStore(q.filter), q.before, q.limit, q.skip);
    });
    if (!got) return got.error();
    EventPage out;
    for (const store::EventLine& l : got->rows) out.rows.push_back(toRow(l));
    out.next = got->next;
    return out;
}

namespace {

Node node(std::string label, std::string value) {
    Node n;
    n.label = std::move(label);
    n.value = std::move(value);
    return n;
}

// Points the node at its value's bytes in the raw document, when they are there word for word.
Node located(std::string label, std::string value, const std::string& raw) {
    Node n = node(std::move(label), std::move(value));
    const size_t at = n.value.size() < 2 ? std::string::npos : raw.find(n.value);
    if (at != std::string::npos) {
        n.raw = 0;
        n.start = int(at);
        n.length = int(n.value.size());
    }
    return n;
}

std::string orUnknown(const std::string& value) {
    return value.empty() ? "unknown" : value;
}

std::vector<Node> eventTree(const store::EventWhole& w, const std::string& raw) {
    const reply::ReplyEvent& e = w.event;
    Node verdict = node("Verdict", std::string(reply::categoryName(e.category)));
    verdict.children = {node("cause", std::string(reply::causeName(e.cause))),
                        node("permanence", orUnknown(std::string(reply::permanenceName(e.permanence)))),
                        node("action", orUnknown(e.action)),
                        node("rule", e.rule.empty() ? "none: no rule speaks of this reply"
                                                    : fmt::format("{} version {}", e.rule, e.ruleVersion)),
                        node("template", w.templateText)};
    if (e.spanStart >= 0 && e.spanLength > 0 && size_t(e.spanStart) + size_t(e.spanLength) <= e.text.size())
        verdict.children.push_back(
            located("matched", e.text.substr(size_t(e.spanStart), size_t(e.spanLength)), raw));
    Node reply = located("Reply", e.text, raw);
    reply.children = {located("code", e.code == 0 ? "none" : std::to_string(e.code), raw),
                      located("enhanced", orUnknown(e.enhanced), raw),
                      node("stage", std::string(reply::stageName(e.stage)))};
    Node message = node("Message", orUnknown(e.messageKey));
    message.children = {located("recipient", e.recipient, raw),
                        located("sender", orUnknown(e.sender), raw),
                        located("queue id", orUnknown(e.queueId), raw),
                        node("attempt", e.attempt == 0 ? "unknown" : std::to_string(e.attempt)),
                        node("stream", e.stream.empty() ? "unassigned" : e.stream),
                        node("size", e.size < 0 ? "unknown" : fmt::format("{} bytes", e.size))};
    Node path = node("Path", orUnknown(e.mxHost));
    path.children = {located("MX host", orUnknown(e.mxHost), raw),
                     located("MX address", orUnknown(e.mxIp), raw), node("provider", orUnknown(e.provider)),
                     node("TLS", orUnknown(e.tls)),
                     node("latency", e.latencyMs < 0 ? "unknown" : fmt::format("{} ms", e.latencyMs))};
    return {std::move(verdict), std::move(reply), std::move(message), std::move(path)};
}

RawDocument rawOf(store::Database& db, const store::EventWhole& w) {
    RawDocument out;
    if (w.evidence) {
        const auto line = ingest::rawLine(*w.evidence);
        out.title =
            fmt::format("{} at byte {}", line ? line->file.string() : w.evidence->path, w.evidence->pos);
        if (line)
            out.bytes = line->bytes;
        else
            out.note = line.error().text;
        return out;
    }
    out.title = "SMTP dialogue";
    if (w.event.evidence.transcript.empty()) {
        out.note = "No raw bytes were kept for this event.";
        return out;
    }
    auto row = store::transcripts::find(db, w.event.evidence.transcript);
    if (row)
        out.bytes = row->transcript.toText();
    else
        out.note = row.error().describe();
    return out;
}

} // namespace

Snapshot answer(Context& c, const EventQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) -> Result<EventDetail> {
        auto whole = store::eventWhole(db, q.key);
        if (!whole) return fail(ErrorCode::NotFound, "event", "There is no event with this key.");
        EventDetail out;
        out.event = whole->event;
        out.raw.push_back(rawOf(db, *whole));
        out.tree = eventTree(*whole, out.raw.front().bytes);
        for (const store::EventLine& l : whole->history) out.history.push_back(toRow(l));
        out.row.key = q.key;
        out.row.at = whole->event.at;
        out.row.outcome = whole->outcome;
        out.row.recipient = whole->event.recipient;
        out.row.provider = whole->event.provider;
        out.row.category = reply::categoryName(whole->event.category);
        out.row.code = whole->event.code;
        out.row.enhanced = whole->event.enhanced;
        out.row.text = whole->event.text;
        out.row.domain = whole->event.recipientDomain;
        return out;
    }));
}

namespace {

std::vector<ingest::StreamRule> streamRules(Context& c) {
    auto rows = c.workspace->read([](store::Database& db) { return store::settings::streamRules(db); });
    return rows ? ingest::importStreamRules(*rows) : std::vector<ingest::StreamRule>();
}

std::string summaryText(const std::vector<ingest::ImportResult>& results, JobState& state) {
    std::uint64_t events = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t rejected = 0;
    std::string problems;
    for (const ingest::ImportResult& r : results) {
        events += r.events;
        duplicates += r.duplicates;
        rejected += r.rejected;
        if (r.error) problems += (problems.empty() ? " " : "; ") + r.error->describe();
        if (r.cancelled) state = JobState::Cancelled;
    }
    if (!problems.empty() && state == JobState::Done) state = JobState::Failed;
    return fmt::format("{} events, {} already known, {} lines rejected.{}", events, duplicates, rejected,
                       problems);
}

void importJob(Context& c, const std::string& job, const std::vector<std::filesystem::path>& files,
               const std::stop_token& closing) {
    const auto classifier = c.classifier();
    auto sources = ingest::SourceBook::load(c.options.resources / "ingest", c.options.ownMappings);
    if (!sources) return c.jobs->end(job, JobState::Failed, sources.error().describe());
    auto bounces = bounce::Parser::load(c.options.resources, {classifier.get(), c.providers.get()});
    if (!bounces) return c.jobs->end(job, JobState::Failed, bounces.error().describe());
    ingest::ImportOptions options;
    options.decoder.bounces = bounces->get();
    options.decoder.sources = sources->get();
    options.decoder.classifier = classifier.get();
    options.decoder.providers = c.providers.get();
    options.decoder.streams = streamRules(c);
    options.clock = &c.clock;
    const std::stop_token cancelled = c.jobs->stopToken(job);
    options.progress = [&](const ingest::ImportProgress& p) {
        c.jobs->progress(job, p.done, p.total, fmt::format("{}: {} events", p.file, p.events));
        c.changed("events");
        return !cancelled.stop_requested() && !closing.stop_requested();
    };
    auto results = ingest::importFiles(files, ingest::writeTo(*c.workspace), options);
    JobState state = JobState::Done;
    const std::string text = summaryText(results, state);
    c.activity("import", files.front().string(), text);
    c.changed("events");
    c.jobs->end(job, state, text);
}

} // namespace

Snapshot perform(Context& c, const ImportFiles& command) {
    if (command.files.empty()) return Error(ErrorCode::InvalidArgument, "import", "No file was given.");
    std::vector<std::filesystem::path> files(command.files.begin(), command.files.end());
    std::string line = "waypost-cli import";
    for (const auto& f : command.files) line += " " + f;
    const std::string job = c.jobs->begin("import",
                                          files.size() == 1 ? "Import " + files.front().filename().string()
                                                            : fmt::format("Import {} files", files.size()),
                                          line);
    c.work->post([&c, job, files](const std::stop_token& closing) {
        try {
            importJob(c, job, files, closing);
        } catch (const std::exception& e) {
            c.jobs->end(job, JobState::Failed, e.what());
        }
    });
    return Done{job};
}

namespace {

Result<store::ExportDone> writeExport(Context& c, const ExportEvents& command, const std::stop_token& stop) {
    auto file = store::PendingFile::open(command.file);
    if (!file) return fail(file.error());
    store::ExportAsk ask;
    ask.range = toRange(command.range);
    ask.filter = toStore(command.filter);
    ask.format = command.file.ends_with(".jsonl") ? store::ExportFormat::JsonLines : store::ExportFormat::Csv;
    Result<void> written;
    auto done = c.workspace->read([&](store::Database& db) {
        return store::exportEvents(db, ask, [&](std::string_view lines) {
            written = file->write(lines);
            return written.has_value() && !stop.stop_requested();
        });
    });
    if (!written) return fail(written.error());
    if (!done || done->stopped) return done;
    if (auto ok = file->commit(); !ok) return fail(ok.error());
    return done;
}

} // namespace

// Written beside the target and renamed: a half export never carries the name that was asked for.
Snapshot perform(Context& c, const ExportEvents& command) {
    const std::string job = c.jobs->begin("export", "Export rows to " + command.file, "");
    c.work->post([&c, job, command](const std::stop_token&) {
        auto done = writeExport(c, command, c.jobs->stopToken(job));
        if (!done) return c.jobs->end(job, JobState::Failed, done.error().describe());
        if (done->stopped)
            return c.jobs->end(job, JobState::Cancelled,
                               "The export did not come to its end; no file was left.");
        c.activity("export", command.file, fmt::format("{} rows were exported.", done->rows));
        c.jobs->end(job, JobState::Done, fmt::format("{} rows.", done->rows));
    });
    return Done{job};
}

} // namespace waypost::engine
