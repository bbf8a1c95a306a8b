#include "store/rollup_check.h"

#include "store/database.h"
#include "store/event_cells.h"
#include "store/event_segment.h"
#include "store/rollup_writer.h"

#include <fmt/format.h>

namespace waypost::store {

namespace {

std::string keyText(const RollupKey& key) {
    return fmt::format("({})", fmt::join(key, ", "));
}

class Differences {
  public:
    explicit Differences(size_t limit) : limit_(limit) {}

    template <class T>
    void compare(std::string_view level, const RollupMap<T>& counted, const RollupMap<T>& stored) {
        for (const auto& [key, value] : counted) {
            auto found = stored.find(key);
            if (found == stored.end())
                add(fmt::format("{} {} is missing", level, keyText(key)));
            else if (!(found->second == value))
                add(fmt::format("{} {} has other counts than its events", level, keyText(key)));
        }
        for (const auto& [key, value] : stored) {
            if (!counted.contains(key)) add(fmt::format("{} {} has no events", level, keyText(key)));
        }
    }
    void add(std::string sentence) {
        if (out.size() < limit_) out.push_back(std::move(sentence));
    }
    std::vector<std::string> out;

  private:
    size_t limit_;
};

RollupCount countAt(Statement& s, int column, Differences& differences) {
    RollupCount c;
    c.events = s.integer(column);
    c.messages = s.integer(column + 1);
    c.firsts = s.integer(column + 2);
    if (!c.latency.mergeEncoded(s.text(column + 3))) differences.add("a latency sketch cannot be read");
    return c;
}

RollupKey keyAt(Statement& s, int parts) {
    RollupKey key{};
    for (int i = 0; i < parts; ++i) key[size_t(i)] = s.integer(i);
    return key;
}

RollupMap<RollupCount> loadCounts(Database& db, std::string_view sql, int parts, Differences& differences) {
    RollupMap<RollupCount> out;
    auto rows = db.prepare(sql);
    while (rows.step()) out.emplace(keyAt(rows, parts), countAt(rows, parts, differences));
    return out;
}

RollupMap<std::int64_t> loadNumbers(Database& db, std::string_view sql, int parts) {
    RollupMap<std::int64_t> out;
    auto rows = db.prepare(sql);
    while (rows.step()) out.emplace(keyAt(rows, parts), rows.integer(parts));
    return out;
}

Rollups countAgain(Database& db, Differences& differences) {
    Rollups all;
    auto replies = replyFacts(db);
    std::array<std::vector<std::int64_t>, eventNumbers> c;
    eachSegment(db, {INT64_MIN}, {INT64_MAX}, INT64_MAX, false,
                [&](const Segment&, const ColumnReader& reader) {
                    for (size_t i : {size_t(At), size_t(Reply), size_t(Domain), size_t(Stream), size_t(Ip),
                                     size_t(Flags), size_t(Latency), size_t(EventKind), size_t(Source)})
                        reader.number(i, c[i]);
                    for (size_t i = 0; i < reader.rows(); ++i) {
                        auto reply = replies.find(c[Reply][i]);
                        if (reply == replies.end()) {
                            differences.add(
                                fmt::format("an event names the reply {}, which is not stored", c[Reply][i]));
                            continue;
                        }
                        const auto& r = reply->second;
                        all.addFine({UtcTime{c[At][i]}, r.provider, c[Domain][i], c[Stream][i], c[Ip][i],
                                     r.templateId, r.classFor(c[EventKind][i]), std::uint8_t(c[Flags][i]),
                                     c[Latency][i], c[Source][i]});
                    }
                    return true;
                });
    all.deriveCoarse();
    return all;
}

RollupMap<RollupCount> loadHours(Database& db, Differences& differences) {
    RollupMap<RollupCount> out;
    auto rows = db.prepare("SELECT hour, data FROM rollup_hour");
    while (rows.step()) {
        if (!readHour(rows.integer(0), rows.text(1), out))
            differences.add("the roll-up of an hour cannot be read");
    }
    return out;
}

} // namespace

std::vector<std::string> recount(Database& db, size_t limit) {
    Differences differences(limit);
    Rollups counted = countAgain(db, differences);
    differences.compare("rollup_hour", counted.hour, loadHours(db, differences));
    differences.compare("rollup_hour_class", counted.hourClass,
                        loadCounts(db, "SELECT * FROM rollup_hour_class", 2, differences));
    differences.compare("rollup_hour_provider", counted.hourProvider,
                        loadCounts(db, "SELECT * FROM rollup_hour_provider", 3, differences));
    differences.compare("rollup_hour_stream", counted.hourStream,
                        loadNumbers(db, "SELECT * FROM rollup_hour_stream", 3));
    differences.compare("rollup_hour_template", counted.hourTemplate,
                        loadNumbers(db, "SELECT * FROM rollup_hour_template", 4));
    differences.compare("rollup_domain", counted.domain, loadNumbers(db, "SELECT * FROM rollup_domain", 2));
    RollupMap<GroupCount> groups;
    {
        auto rows = db.prepare("SELECT * FROM reply_group");
        while (rows.step())
            groups.emplace(keyAt(rows, 3), GroupCount{rows.integer(3), rows.integer(4), rows.integer(5)});
    }
    differences.compare("reply_group", counted.groups, groups);
    return std::move(differences.out);
}

} // namespace waypost::store
