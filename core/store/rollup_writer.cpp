#include "store/rollup_writer.h"

#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_columns.h"
#include "store/storage_error.h"

#include <algorithm>
#include <map>
#include <sqlite3.h>

namespace waypost::store {

namespace {

// sketch_merge(stored, added): in the upsert itself, so that a roll-up row costs one statement.
void sketchMerge(sqlite3_context* context, int, sqlite3_value** values) {
    LatencySketch sum;
    for (int i = 0; i < 2; ++i) {
        std::string_view bytes(static_cast<const char*>(sqlite3_value_blob(values[i])),
                               size_t(sqlite3_value_bytes(values[i])));
        if (!bytes.empty() && !sum.mergeEncoded(bytes)) {
            sqlite3_result_error(context, "a latency sketch is damaged", -1);
            return;
        }
    }
    std::string bytes = sum.encode();
    sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void defineMerge(Database& db) {
    int code = sqlite3_create_function_v2(db.handle(), "sketch_merge", 2,
                                          SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                                          sketchMerge, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw StorageError::of(db.handle(), "sketch_merge");
}

// B-trees like their keys in order.
template <class T>
std::vector<const std::pair<const RollupKey, T>*> ordered(const RollupMap<T>& map) {
    std::vector<const std::pair<const RollupKey, T>*> rows;
    rows.reserve(map.size());
    for (const auto& row : map) rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](auto a, auto b) { return a->first < b->first; });
    return rows;
}

constexpr std::string_view addCounts =
    "UPDATE SET events = events + excluded.events, messages = messages + excluded.messages, "
    "firsts = firsts + excluded.firsts, latency = sketch_merge(latency, excluded.latency)";

// Rows of one hour, in key order.
std::string encodeHour(const std::vector<const std::pair<const RollupKey, RollupCount>*>& rows) {
    ColumnBlock block(hourColumns, 1);
    for (const auto* row : rows) {
        const auto& [k, c] = *row;
        for (size_t i = 0; i < 5; ++i) block.number(i).push_back(k[i + 1]);
        block.number(HourEvents).push_back(c.events);
        block.number(HourMessages).push_back(c.messages);
        block.number(HourFirsts).push_back(c.firsts);
        block.number(HourTemplate).push_back(k[6]);
        block.number(HourSource).push_back(k[7]);
        c.latency.encodeTo(block.text(0).bytes, block.text(0).lengths);
    }
    return block.encode();
}

// An hour is read, added to and written whole: a few thousand rows at most places, against as many B-tree
// updates.
void writeFine(Database& db, RollupMap<RollupCount>& map) {
    std::map<std::int64_t, RollupMap<RollupCount>> hours;
    for (auto& [key, count] : map) hours[key[0]].emplace(key, std::move(count));
    for (auto& [hour, rows] : hours) {
        {
            auto old = db.prepare("SELECT data FROM rollup_hour WHERE hour = ?");
            if (old.with(hour).step() && !readHour(hour, old.text(0), rows))
                throw StorageError(SQLITE_CORRUPT, "rollup_hour", "the roll-up of an hour cannot be read");
        }
        db.run(
            "INSERT INTO rollup_hour(hour, data) VALUES(?, ?) ON CONFLICT DO UPDATE SET data = excluded.data",
            hour, Blob{encodeHour(ordered(rows))});
    }
}

void writeHourClass(Database& db, const RollupMap<RollupCount>& map) {
    auto put = db.prepare("INSERT INTO rollup_hour_class VALUES(?,?,?,?,?,?) ON CONFLICT DO " +
                          std::string(addCounts));
    for (const auto* row : ordered(map)) {
        const auto& [k, c] = *row;
        std::string sketch = c.latency.encode();
        put.run(k[0], k[1], c.events, c.messages, c.firsts, Blob{sketch});
    }
}

void writeHourProvider(Database& db, const RollupMap<RollupCount>& map) {
    auto put = db.prepare("INSERT INTO rollup_hour_provider VALUES(?,?,?,?,?,?,?) ON CONFLICT DO " +
                          std::string(addCounts));
    for (const auto* row : ordered(map)) {
        const auto& [k, c] = *row;
        std::string sketch = c.latency.encode();
        put.run(k[0], k[1], k[2], c.events, c.messages, c.firsts, Blob{sketch});
    }
}

void writeGroups(Database& db, const RollupMap<GroupCount>& map) {
    auto put =
        db.prepare("INSERT INTO reply_group VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                   "events = events + excluded.events, first_seen = min(first_seen, excluded.first_seen), "
                   "last_seen = max(last_seen, excluded.last_seen)");
    for (const auto* row : ordered(map)) {
        const auto& [k, c] = *row;
        put.run(k[0], k[1], k[2], c.events, c.firstSeen, c.lastSeen);
    }
}

void writeCounts(Database& db, const Rollups& r) {
    auto stream = db.prepare("INSERT INTO rollup_hour_stream VALUES(?,?,?,?) "
                             "ON CONFLICT DO UPDATE SET events = events + excluded.events");
    for (const auto* row : ordered(r.hourStream))
        stream.run(row->first[0], row->first[1], row->first[2], row->second);
    auto templates = db.prepare("INSERT INTO rollup_hour_template VALUES(?,?,?,?,?) "
                                "ON CONFLICT DO UPDATE SET events = events + excluded.events");
    for (const auto* row : ordered(r.hourTemplate))
        templates.run(row->first[0], row->first[1], row->first[2], row->first[3], row->second);
    auto domain = db.prepare("INSERT INTO rollup_domain VALUES(?,?,?) "
                             "ON CONFLICT DO UPDATE SET events = events + excluded.events");
    for (const auto* row : ordered(r.domain)) domain.run(row->first[0], row->first[1], row->second);
}

void sum(RollupCount& into, const RollupCount& from) {
    into.events += from.events;
    into.messages += from.messages;
    into.firsts += from.firsts;
    into.latency.merge(from.latency);
}

} // namespace

bool hoursKnowTemplates(Database& db) {
    return db.integer("SELECT count(*) FROM event_counter WHERE name = 'hours_know_templates'") != 0;
}

bool readHour(std::int64_t hour, std::string_view data, RollupMap<RollupCount>& into) {
    ColumnReader reader(data, hourColumns, 1);
    if (!reader.valid()) return false;
    std::array<std::vector<std::int64_t>, hourColumns> c;
    for (size_t i = 0; i < c.size(); ++i) reader.number(i, c[i]);
    TextView sketches;
    reader.text(0, sketches);
    for (size_t i = 0; i < reader.rows(); ++i) {
        auto& count =
            into[{hour, c[0][i], c[1][i], c[2][i], c[3][i], c[4][i], c[HourTemplate][i], c[HourSource][i]}];
        count.events += c[HourEvents][i];
        count.messages += c[HourMessages][i];
        count.firsts += c[HourFirsts][i];
        if (!count.latency.mergeEncoded(sketches.at(i))) return false;
    }
    return true;
}

void Rollups::addFine(const RollupInput& in) {
    std::int64_t h = hourOf(in.at), c = in.classNumber;
    auto& fine = hour[{h, in.provider, in.domain, in.stream, in.ip, c, in.templateId, in.source}];
    ++fine.events;
    fine.messages += (in.flags & FirstOfMessage) ? 1 : 0;
    fine.firsts += (in.flags & FirstInClass) ? 1 : 0;
    fine.latency.add(in.latencyMs);
    ++hourTemplate[{h, in.templateId, in.provider, c}];
    auto& group = groups[{in.templateId, in.provider, c}];
    ++group.events;
    group.firstSeen = std::min(group.firstSeen, in.at.ms);
    group.lastSeen = std::max(group.lastSeen, in.at.ms);
}

void Rollups::deriveCoarse() {
    for (const auto& [k, count] : hour) {
        sum(hourClass[{k[0], k[5]}], count);
        sum(hourProvider[{k[0], k[1], k[5]}], count);
        hourStream[{k[0], k[3], k[5]}] += count.events;
        domain[{k[2], k[5]}] += count.events;
    }
}

void writeRollups(Database& db, Rollups& rollups) {
    rollups.deriveCoarse();
    defineMerge(db);
    writeFine(db, rollups.hour);
    writeHourClass(db, rollups.hourClass);
    writeHourProvider(db, rollups.hourProvider);
    writeCounts(db, rollups);
    writeGroups(db, rollups.groups);
    rollups = {};
}

} // namespace waypost::store
