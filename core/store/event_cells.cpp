#include "store/event_cells.h"

#include "base/text.h"
#include "store/blob_reader.h"
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

constexpr int kindStep = classNumberOf(reply::Kind(1), reply::Category(0), reply::Outcome(0));

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

std::unordered_map<std::int64_t, ReplyFacts> replyFacts(Database& db) {
    std::unordered_map<std::int64_t, ReplyFacts> out;
    auto rows = db.prepare("SELECT id, provider, template, category * 8 + outcome FROM event_reply");
    while (rows.step()) out[rows.integer(0)] = {rows.integer(1), rows.integer(2), int(rows.integer(3))};
    return out;
}

std::optional<EventRange> storedRange(Database& db) {
    // Two look-ups in an index each; min() and max() in one SELECT would read every row.
    auto rows =
        db.prepare("SELECT (SELECT min(min_at) FROM event_segment), (SELECT max(max_at) FROM event_segment)");
    if (!rows.step() || rows.isNull(0)) return std::nullopt;
    return EventRange{rows.time(0), {rows.integer(1) + 1}};
}

namespace {

class CellReader {
  public:
    CellReader(Database& db, const ResolvedFilter& filter, const CellNeeds& needs,
               const std::function<void(const Cell&)>& each)
        : db_(db), filter_(filter), needs_(needs), each_(each) {}

    // Hour by hour; the sketches stand behind the numbers and are read only when they are needed.
    void fromRollups(Hours hours) {
        auto rows = db_.prepare("SELECT hour FROM rollup_hour WHERE hour >= ? AND hour < ?");
        rows.with(hours.first, hours.end);
        BlobReader blob(db_, "rollup_hour", "data");
        while (rows.step()) {
            blob.open(rows.integer(0));
            ColumnReader reader(blob, hourColumns, 1);
            if (!reader.valid())
                throw StorageError(SQLITE_CORRUPT, "rollup_hour", "the roll-up of an hour is damaged");
            for (size_t i = 0; i < hourColumns; ++i) reader.number(i, hour_[i]);
            if (needs_.latency) reader.text(0, sketches_);
            hour(rows.integer(0), reader.rows());
        }
    }

    // Without domain, stream, IP, template and source.
    void fromCoarse(Hours hours) {
        auto rows =
            db_.prepare(needs_.latency ? "SELECT hour, provider, class, events, messages, firsts, latency "
                                         "FROM rollup_hour_provider WHERE hour >= ? AND hour < ?"
                                       : "SELECT hour, provider, class, events, messages, firsts, '' "
                                         "FROM rollup_hour_provider WHERE hour >= ? AND hour < ?");
        rows.with(hours.first, hours.end);
        Cell cell;
        LatencySketch sketch;
        while (rows.step()) {
            cell.at.ms = rows.integer(0) * hourMs;
            cell.subject.provider = rows.integer(1);
            cell.subject.classNumber = int(rows.integer(2));
            cell.events = rows.integer(3);
            cell.messages = rows.integer(4);
            cell.firsts = rows.integer(5);
            give(cell, rows.text(6), sketch);
        }
    }

    void fromEvents(EventRange range) {
        if (range.since >= range.until) return;
        eachSegment(db_, range.since, range.until, INT64_MAX, false,
                    [&](const Segment&, const ColumnReader& reader) {
                        segment(range, reader);
                        return true;
                    });
    }

  private:
    void give(Cell& cell, std::string_view encoded, LatencySketch& sketch) {
        cell.failures = filter_.failures(cell.subject);
        if (cell.failures != 0 && (!needs_.nearMisses || std::popcount(cell.failures) != 1)) return;
        if (needs_.latency) {
            sketch = {};
            if (!sketch.mergeEncoded(encoded))
                throw StorageError(SQLITE_CORRUPT, "rollup_hour", "a latency sketch is damaged");
            cell.latency = &sketch;
        }
        each_(cell);
    }

    void hour(std::int64_t at, size_t rows) {
        const auto& c = hour_;
        Cell cell;
        cell.at.ms = at * hourMs;
        LatencySketch sketch;
        for (size_t i = 0; i < rows; ++i) {
            cell.subject = {c[HourProvider][i], c[HourDomain][i],     c[HourStream][i], c[HourTemplate][i],
                            c[HourSource][i],   int(c[HourClass][i]), c[HourIp][i]};
            cell.ip = c[HourIp][i];
            cell.events = c[HourEvents][i];
            cell.messages = c[HourMessages][i];
            cell.firsts = c[HourFirsts][i];
            give(cell, needs_.latency ? sketches_.at(i) : std::string_view(), sketch);
        }
    }

    void segment(const EventRange& range, const ColumnReader& reader) {
        columns_.load(reader);
        filter_.failures(columns_, range, needs_.nearMisses, failures_);
        const auto &at = columns_.number(At), &replies = columns_.number(Reply),
                   &domains = columns_.number(Domain), &streams = columns_.number(Stream),
                   &ips = columns_.number(Ip), &sources = columns_.number(Source),
                   &flags = columns_.number(Flags), &latencies = columns_.number(Latency),
                   &kinds = columns_.number(EventKind);
        Cell cell;
        cell.events = 1;
        for (size_t i = 0; i < failures_.size(); ++i) {
            const unsigned failures = failures_[i];
            if (failures != 0 && (!needs_.nearMisses || std::popcount(failures) != 1)) continue;
            const auto& r = filter_.replies().of(replies[i]);
            const bool kindKnown = kinds[i] >= 0 && kinds[i] < reply::kindCount;
            cell.at.ms = at[i];
            cell.subject = {r.provider, domains[i],
                            streams[i], r.templateId,
                            sources[i], r.classNumber + (kindKnown ? int(kinds[i]) * kindStep : 0),
                            ips[i]};
            cell.ip = ips[i];
            cell.messages = flags[i] & FirstOfMessage ? 1 : 0;
            cell.firsts = flags[i] & FirstInClass ? 1 : 0;
            cell.latencyMs = latencies[i];
            cell.failures = failures;
            each_(cell);
        }
    }

    Database& db_;
    const ResolvedFilter& filter_;
    const CellNeeds& needs_;
    const std::function<void(const Cell&)>& each_;
    SegmentColumns columns_;
    std::vector<std::uint16_t> failures_;
    std::array<std::vector<std::int64_t>, hourColumns> hour_;
    TextView sketches_;
};

} // namespace

void eachCell(Database& db, const ResolvedFilter& filter, const EventRange& asked, const CellNeeds& needs,
              const std::function<void(const Cell&)>& each) {
    const EventRange range = filter.narrow(asked);
    CellReader reader(db, filter, needs, each);
    Hours hours = wholeHours(range);
    const bool templates = hoursKnowTemplates(db);
    const bool rollups = !filter.needsEvents(templates) && (templates || !needs.templates) &&
                         needs.stepMs % hourMs == 0 && hours.first < hours.end;
    if (!rollups) {
        reader.fromEvents(range);
        return;
    }
    constexpr unsigned coarse = bitOf(FilterField::Provider) | bitOf(FilterField::Category) |
                                bitOf(FilterField::Outcome) | bitOf(FilterField::Kind);
    reader.fromEvents({range.since, {std::min(hours.first * hourMs, range.until.ms)}});
    if (!needs.domains && !needs.templates && (filter.uses() & ~coarse) == 0)
        reader.fromCoarse(hours);
    else
        reader.fromRollups(hours);
    reader.fromEvents({{std::max(hours.end * hourMs, range.since.ms)}, range.until});
}

} // namespace waypost::store
