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
            cell.subject = {c[0][i], c[1][i], c[2][i], 0, 0, int(c[4][i]), c[3][i]};
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
    std::string_view encoded_;
};

} // namespace

void eachCell(Database& db, const ResolvedFilter& filter, const EventRange& asked, const CellNeeds& needs,
              const std::function<void(const Cell&)>& each) {
    const EventRange range = filter.narrow(asked);
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
