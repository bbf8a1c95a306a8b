#include "store/rollup_check.h"

#include "store/database.h"
#include "store/rollup_writer.h"

#include <fmt/format.h>

namespace waypost::store {

namespace {

std::string keyText(const RollupKey& key) {
    return fmt::format("({}, {}, {}, {}, {}, {})", key[0], key[1], key[2], key[3], key[4], key[5]);
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

Rollups countAgain(Database& db) {
    Rollups all;
    auto rows = db.prepare(
        "SELECT e.at, r.provider, e.domain, e.stream, e.ip, r.template, r.category * 8 + r.outcome, "
        "e.flags, e.latency FROM event e JOIN event_reply r ON r.id = e.reply");
    while (rows.step()) {
        RollupInput in;
        in.at = rows.time(0);
        in.provider = rows.integer(1);
        in.domain = rows.integer(2);
        in.stream = rows.integer(3);
        in.ip = rows.integer(4);
        in.templateId = rows.integer(5);
        in.classNumber = int(rows.integer(6));
        in.flags = std::uint8_t(rows.integer(7));
        in.latencyMs = rows.integer(8);
        all.addFine(in);
    }
    all.deriveCoarse();
    return all;
}

} // namespace

std::vector<std::string> recount(Database& db, size_t limit) {
    Differences differences(limit);
    Rollups counted = countAgain(db);
    differences.compare("rollup_hour", counted.hour,
                        loadCounts(db, "SELECT * FROM rollup_hour", 6, differences));
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
