// Roll-ups: counts of events by hour and dimension, added up in memory for one transaction and then written
// with it, so that they equal the events at every instant (rollup_check.h proves it). Levels: hour x provider
// x domain x stream x sending IP x class x template x source (with a latency sketch), hour x class, hour x
// provider x class, hour x stream x class, hour x template x provider x class, domain x class, and the reply
// groups with first and last seen. Thread rule: that of its Database. Failure: StorageError.
#pragma once

#include "base/clock.h"
#include "store/event_sketch.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace waypost::store {

class Database;

inline constexpr std::int64_t hourMs = 3'600'000;
constexpr std::int64_t hourOf(UtcTime t) {
    return t.ms >= 0 ? t.ms / hourMs : -((-t.ms + hourMs - 1) / hourMs);
}

struct RollupInput {
    UtcTime at;
    std::int64_t provider = 0, domain = 0, stream = 0, ip = 0, templateId = 0;
    int classNumber = 0;
    std::uint8_t flags = 0; // EventFlag
    std::int64_t latencyMs = -1;
    std::int64_t source = 0;
};

struct RollupCount {
    std::int64_t events = 0, messages = 0, firsts = 0;
    LatencySketch latency;
    bool operator==(const RollupCount&) const = default;
};
struct GroupCount {
    std::int64_t events = 0, firstSeen = INT64_MAX, lastSeen = INT64_MIN;
    bool operator==(const GroupCount&) const = default;
};

// Unused parts are 0.
using RollupKey = std::array<std::int64_t, 8>;
struct RollupHash {
    size_t operator()(const RollupKey& key) const {
        std::uint64_t h = 0x9e3779b97f4a7c15ULL;
        for (auto part : key) {
            h = (h ^ std::uint64_t(part)) * 0xff51afd7ed558ccdULL;
            h ^= h >> 32;
        }
        return size_t(h);
    }
};
template <class T>
using RollupMap = std::unordered_map<RollupKey, T, RollupHash>;

struct Rollups {
    RollupMap<RollupCount> hour;          // hour, provider, domain, stream, ip, class, template, source
    RollupMap<RollupCount> hourClass;     // hour, class
    RollupMap<RollupCount> hourProvider;  // hour, provider, class
    RollupMap<std::int64_t> hourStream;   // hour, stream, class
    RollupMap<std::int64_t> hourTemplate; // hour, template, provider, class
    RollupMap<std::int64_t> domain;       // domain, class
    RollupMap<GroupCount> groups;         // template, provider, class

    // For one transaction only the finest level is counted per event; the others follow from it.
    void addFine(const RollupInput& in);
    void deriveCoarse();
};

// Columns of the numbers of a stored hour; the sketch is its one text. The last two were added later: whether
// every hour has them says hoursKnowTemplates().
enum HourColumn : std::uint8_t {
    HourProvider,
    HourDomain,
    HourStream,
    HourIp,
    HourClass,
    HourEvents,
    HourMessages,
    HourFirsts,
    HourTemplate,
    HourSource,
    hourColumns
};
bool hoursKnowTemplates(Database& db);

// The rows of one hour as they are stored, added to `into` (which may hold other hours). False: damaged.
bool readHour(std::int64_t hour, std::string_view data, RollupMap<RollupCount>& into);

// Adds to what is stored, and leaves `rollups` empty.
void writeRollups(Database& db, Rollups& rollups);

} // namespace waypost::store
