#include "store/event_cells.h"

#include "base/text.h"
#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_names.h"
#include "store/rollup_writer.h"
#include "store/storage_error.h"

#include <algorithm>
#include <array>
#include <bit>
#include <sqlite3.h>

namespace waypost::store {

namespace {

constexpr unsigned bitOf(FilterField f) {
    return 1u << unsigned(f);
}

// Nothing of this range of hours is left out by reading whole hours.
struct Hours {
    std::int64_t first = 0, end = 0; // [first, end)
};
Hours wholeHours(const EventRange& range) {
    constexpr std::int64_t far = 4'000'000'000'000'000; // beyond any date; keeps the arithmetic safe
    std::int64_t since = std::clamp(range.since.ms, -far, far), until = std::clamp(range.until.ms, -far, far);
    std::int64_t first = hourOf({since + hourMs - 1}), end = hourOf({until});
    return {first, std::max(first, end)};
}

} // namespace

bool EventFilter::empty() const {
    return providers.empty() && categories.empty() && outcomes.empty() && streams.empty() &&
           domains.empty() && templates.empty() && sources.empty() && recipientOrMessage.empty() &&
           kinds.empty() && !allKinds;
}

bool ResolvedFilter::Ids::has(std::int64_t id) const {
    return any || std::binary_search(wanted.begin(), wanted.end(), id);
}

ResolvedFilter::ResolvedFilter(Database& db, const EventFilter& f) : person_(f.recipientOrMessage) {
    auto names = [&db](const std::vector<std::string>& values, NameKind kind, Ids& out) {
        out.any = values.empty();
        for (const auto& v : values) {
            std::int64_t id = findName(db, kind, v);
            if (id != 0 || v.empty()) out.wanted.push_back(id); // the empty name: events without one
        }
        std::sort(out.wanted.begin(), out.wanted.end());
    };
    names(f.providers, NameKind::Provider, providers_);
    names(f.domains, NameKind::Domain, domains_);
    names(f.streams, NameKind::Stream, streams_);
    names(f.sources, NameKind::Source, sources_);
    templates_.any = f.templates.empty();
    for (const auto& key : f.templates) {
        auto find = db.prepare("SELECT id FROM event_template WHERE key = ?");
        if (find.with(key).step()) templates_.wanted.push_back(find.integer(0));
    }
    std::sort(templates_.wanted.begin(), templates_.wanted.end());
    anyCategory_ = f.categories.empty();
    for (const auto& name : f.categories) {
        if (auto c = reply::categoryFromName(name)) categories_ |= 1ULL << unsigned(*c);
    }
    anyOutcome_ = f.outcomes.empty();
    for (const auto& name : f.outcomes) {
        for (int o = 0; o < 5; ++o) {
            if (reply::outcomeName(reply::Outcome(o)) == name) classes_ |= 1ULL << unsigned(o);
        }
    }
    if (f.allKinds) kinds_ = ~0ULL;
    if (f.kinds.empty()) kinds_ |= 1ULL << unsigned(reply::Kind::Attempt);
    for (const auto& name : f.kinds) {
        if (auto k = reply::kindFromName(name)) kinds_ |= 1ULL << unsigned(*k);
    }
    needsEvents_ = !templates_.any || !sources_.any || !person_.empty();
    size_t at = person_.rfind('@');
    if (at != std::string::npos) {
        personLocal_ = person_.substr(0, at);
        std::int64_t id =
            findName(db, NameKind::Domain, text::lowered(std::string_view(person_).substr(at + 1)));
        personDomain_ = id == 0 ? -1 : id;
    }
}

unsigned ResolvedFilter::failures(const Subject& s) const {
    unsigned out = 0;
    if (!providers_.has(s.provider)) out |= bitOf(FilterField::Provider);
    if (!domains_.has(s.domain)) out |= bitOf(FilterField::Domain);
    if (!streams_.has(s.stream)) out |= bitOf(FilterField::Stream);
    if (!templates_.has(s.templateId)) out |= bitOf(FilterField::Template);
    if (!sources_.has(s.source)) out |= bitOf(FilterField::Source);
    int c = s.classNumber;
    if (!anyCategory_ && !(categories_ >> unsigned(categoryOfClass(c)) & 1))
        out |= bitOf(FilterField::Category);
    if (!anyOutcome_ && !(classes_ >> unsigned(outcomeOfClass(c)) & 1)) out |= bitOf(FilterField::Outcome);
    if (!(kinds_ >> unsigned(kindOfClass(c)) & 1)) out |= bitOf(FilterField::Kind);
    return out;
}

bool ResolvedFilter::isPerson(std::string_view local, std::int64_t domain, std::string_view queueId,
                              std::string_view messageId) const {
    if (queueId == person_ || messageId == person_) return true;
    if (personDomain_ >= 0) return domain == personDomain_ && local == personLocal_;
    // A message id may be written with its angle brackets.
    return person_.size() == messageId.size() + 2 && person_.front() == '<' && person_.back() == '>' &&
           std::string_view(person_).substr(1, messageId.size()) == messageId;
}

std::unordered_map<std::int64_t, ReplyFacts> replyFacts(Database& db) {
    std::unordered_map<std::int64_t, ReplyFacts> out;
    auto rows = db.prepare("SELECT id, provider, template, category * 8 + outcome FROM event_reply");
    while (rows.step()) out[rows.integer(0)] = {rows.integer(1), rows.integer(2), int(rows.integer(3))};
    return out;
}

std::optional<EventRange> storedRange(Database& db) {
    auto rows = db.prepare("SELECT min(min_at), max(max_at) FROM event_segment");
    if (!rows.step() || rows.isNull(0)) return std::nullopt;
    return EventRange{rows.time(0), {rows.integer(1) + 1}};
}

namespace {

class CellReader {
  public:
    CellReader(Database& db, const ResolvedFilter& filter, const CellNeeds& needs,
               const std::function<void(const Cell&)>& each)
        : db_(db), filter_(filter), needs_(needs), each_(each) {}

    void fromRollups(Hours hours) {
        auto rows = db_.prepare("SELECT hour, data FROM rollup_hour WHERE hour >= ? AND hour < ?");
        rows.with(hours.first, hours.end);
        std::array<std::vector<std::int64_t>, 8> c;
        TextView sketches;
        while (rows.step()) {
            ColumnReader reader(rows.text(1), 8, 1);
            if (!reader.valid())
                throw StorageError(SQLITE_CORRUPT, "rollup_hour", "the roll-up of an hour is damaged");
            for (size_t i = 0; i < c.size(); ++i) reader.number(i, c[i]);
            reader.text(0, sketches);
            hour(rows.integer(0), c, sketches, reader.rows());
        }
    }

    void fromEvents(EventRange range) {
        if (range.since >= range.until) return;
        if (replies_.empty()) replies_ = replyFacts(db_);
        eachSegment(db_, range.since, range.until, INT64_MAX, false,
                    [&](const Segment&, const ColumnReader& reader) {
                        segment(range, reader);
                        return true;
                    });
    }

  private:
    void give(Cell& cell) {
        cell.failures = filter_.failures(cell.subject);
        if (cell.failures == 0 || (needs_.nearMisses && std::popcount(cell.failures) == 1)) each_(cell);
    }

    void hour(std::int64_t at, const std::array<std::vector<std::int64_t>, 8>& c, const TextView& sketches,
              size_t rows) {
        Cell cell;
        cell.at.ms = at * hourMs;
        LatencySketch sketch;
        for (size_t i = 0; i < rows; ++i) {
            cell.subject = {c[0][i], c[1][i], c[2][i], 0, 0, int(c[4][i])};
            cell.ip = c[3][i];
            cell.events = c[5][i];
            cell.messages = c[6][i];
            cell.firsts = c[7][i];
            encoded_ = sketches.at(i);
            sketch = {};
            if (needs_.latency && !sketch.mergeEncoded(encoded_))
                throw StorageError(SQLITE_CORRUPT, "rollup_hour", "a latency sketch is damaged");
            cell.latency = needs_.latency ? &sketch : nullptr;
            give(cell);
        }
    }

    void segment(const EventRange& range, const ColumnReader& reader) {
        std::array<std::vector<std::int64_t>, eventNumbers> c;
        for (size_t i : {size_t(At), size_t(Reply), size_t(Domain), size_t(Stream), size_t(Ip),
                         size_t(Source), size_t(Flags), size_t(Latency), size_t(EventKind)})
            reader.number(i, c[i]);
        TextView recipient, queueId, messageId;
        if (filter_.needsPerson()) {
            reader.text(Recipient, recipient);
            reader.text(QueueId, queueId);
            reader.text(MessageId, messageId);
        }
        Cell cell;
        cell.events = 1;
        for (size_t i = 0; i < reader.rows(); ++i) {
            cell.at.ms = c[At][i];
            if (cell.at < range.since || cell.at >= range.until) continue;
            if (filter_.needsPerson() &&
                !filter_.isPerson(recipient.at(i), c[Domain][i], queueId.at(i), messageId.at(i)))
                continue;
            const auto& r = replies_[c[Reply][i]];
            cell.subject = {r.provider,   c[Domain][i], c[Stream][i],
                            r.templateId, c[Source][i], r.classFor(c[EventKind][i])};
            cell.ip = c[Ip][i];
            cell.messages = c[Flags][i] & FirstOfMessage ? 1 : 0;
            cell.firsts = c[Flags][i] & FirstInClass ? 1 : 0;
            cell.latencyMs = c[Latency][i];
            give(cell);
        }
    }

    Database& db_;
    const ResolvedFilter& filter_;
    const CellNeeds& needs_;
    const std::function<void(const Cell&)>& each_;
    std::unordered_map<std::int64_t, ReplyFacts> replies_;
    std::string_view encoded_;
};

} // namespace

void eachCell(Database& db, const ResolvedFilter& filter, const EventRange& range, const CellNeeds& needs,
              const std::function<void(const Cell&)>& each) {
    CellReader reader(db, filter, needs, each);
    Hours hours = wholeHours(range);
    bool rollups =
        !filter.needsEvents() && !needs.templates && needs.stepMs % hourMs == 0 && hours.first < hours.end;
    if (!rollups) {
        reader.fromEvents(range);
        return;
    }
    reader.fromEvents({range.since, {std::min(hours.first * hourMs, range.until.ms)}});
    reader.fromRollups(hours);
    reader.fromEvents({{std::max(hours.end * hourMs, range.since.ms)}, range.until});
}

} // namespace waypost::store
