#include "store/event_segment.h"

#include "store/blob_reader.h"
#include "store/database.h"
#include "store/storage_error.h"

#include <algorithm>
#include <span>
#include <sqlite3.h>

namespace waypost::store {

namespace {

void putSegment(Database& db, std::int64_t first, const ColumnBlock& block,
                std::span<const std::int64_t> times) {
    auto [least, most] = std::minmax_element(times.begin(), times.end());
    std::string data = block.encode();
    db.run("INSERT INTO event_segment(first, last, min_at, max_at, data) VALUES(?, ?, ?, ?, ?) ON CONFLICT "
           "DO UPDATE SET "
           "last = excluded.last, min_at = excluded.min_at, max_at = excluded.max_at, data = excluded.data",
           first, first + std::int64_t(times.size()) - 1, *least, *most, Blob{data});
}

} // namespace

std::int64_t appendRows(Database& db, ColumnBlock& block) {
    std::int64_t next = 1, first = 0, added = std::int64_t(block.rows());
    {
        auto newest = db.prepare("SELECT first, last FROM event_segment ORDER BY first DESC LIMIT 1");
        if (newest.step()) {
            next = newest.integer(1) + 1;
            first = newest.integer(0);
        }
    }
    std::int64_t have = first == 0 ? 0 : next - first;
    if (added == 0) return next;
    bool extend =
        have > 0 && have < std::int64_t(smallSegment) && have + added <= std::int64_t(segmentEvents);
    if (!extend) {
        putSegment(db, next, block, block.number(At));
        block.clear();
        return next;
    }
    ColumnBlock whole(eventNumbers, eventTexts, eventOrder);
    {
        auto old = db.prepare("SELECT data FROM event_segment WHERE first = ?");
        if (!old.with(first).step() || !whole.append(old.text(0)))
            throw StorageError(SQLITE_CORRUPT, "event_segment", "a segment of events cannot be read");
    }
    if (!whole.append(block.encode()))
        throw StorageError(SQLITE_INTERNAL, "event_segment", "rows do not fit");
    putSegment(db, first, whole, whole.number(At));
    block.clear();
    return next;
}

void eachSegment(Database& db, UtcTime since, UtcTime until, std::int64_t before, bool newestFirst,
                 const std::function<bool(const Segment&, const ColumnReader&)>& each) {
    auto rows =
        db.prepare(newestFirst ? "SELECT first, last, min_at, max_at FROM event_segment WHERE first < ? AND "
                                 "max_at >= ? AND min_at < ? ORDER BY first DESC"
                               : "SELECT first, last, min_at, max_at FROM event_segment WHERE first < ? AND "
                                 "max_at >= ? AND min_at < ? ORDER BY first");
    BlobReader blob(db, "event_segment", "data");
    rows.with(before, since, until);
    while (rows.step()) {
        Segment s{rows.integer(0), rows.integer(1), rows.time(2), rows.time(3)};
        blob.open(s.first);
        ColumnReader reader(blob, eventNumbers, eventTexts);
        if (!reader.valid() || std::int64_t(reader.rows()) != s.last - s.first + 1)
            throw StorageError(SQLITE_CORRUPT, "event_segment", "a segment of events cannot be read");
        if (!each(s, reader)) return;
    }
}

} // namespace waypost::store
