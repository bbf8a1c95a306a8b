#include "store/event_waiting.h"

#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_lines.h"
#include "store/event_text.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace waypost::store {

namespace {

constexpr std::int64_t dayMs = 86'400'000;

std::uint64_t personHash(SegmentRows& rows, size_t i, std::uint64_t seed) {
    return hashOf(rows.text(Recipient, i),
                  seed ^ std::uint64_t(rows.number(Domain, i)) * 0x9e3779b97f4a7c15ULL);
}

struct Open {
    std::int64_t provider = 0, stream = 0, since = 0;
};

EventFilter ofMessages(EventFilter filter) {
    filter.categories.clear();
    filter.outcomes.clear();
    filter.templates.clear();
    return filter;
}

class Waiting {
  public:
    Waiting(Database& db, const EventFilter& filter, const EventRange& range)
        : resolved_(db, filter), range_(range), lines_(db), replies_(replyFacts(db)) {}

    void segment(const ColumnReader& reader, WaitingMessages& out) {
        SegmentRows rows(reader);
        for (size_t i = 0; i < reader.rows(); ++i) {
            auto outcome = outcomeOfClass(replies_[rows.number(Reply, i)].classNumber);
            bool waits = outcome == reply::Outcome::Deferred;
            bool first = rows.number(Flags, i) & FirstOfMessage;
            if ((!waits && first) || rows.number(EventKind, i) != 0) continue;
            if (!lines_.matches(rows, i, resolved_, range_)) continue;
            std::int64_t message = rows.number(Message, i);
            if (message == 0) {
                if (waits) ++out.untracked;
                continue;
            }
            std::uint64_t key = personHash(rows, i, std::uint64_t(message));
            if (!waits)
                ended_.insert(key);
            else
                put(key, rows, i, out);
        }
    }

    void finish(UtcTime asOf, WaitingMessages& out) {
        for (const auto& [key, open] : open_) {
            if (!ended_.contains(key))
                out.messages.push_back(
                    {open.provider, open.stream, std::max<std::int64_t>(0, asOf.ms - open.since)});
        }
        std::sort(out.messages.begin(), out.messages.end(), [](auto& a, auto& b) {
            return std::pair(a.waitedMs, a.provider) < std::pair(b.waitedMs, b.provider);
        });
    }

  private:
    void put(std::uint64_t key, SegmentRows& rows, size_t i, WaitingMessages& out) {
        if (open_.size() >= maxWaiting && !open_.contains(key)) {
            out.complete = false;
            return;
        }
        std::int64_t since = rows.number(At, i) - std::max<std::int64_t>(0, rows.number(Latency, i));
        auto [at, made] = open_.try_emplace(
            key, Open{replies_[rows.number(Reply, i)].provider, rows.number(Stream, i), since});
        if (!made) at->second.since = std::min(at->second.since, since);
    }

    ResolvedFilter resolved_;
    EventRange range_;
    LineMaker lines_;
    std::unordered_map<std::int64_t, ReplyFacts> replies_;
    std::unordered_map<std::uint64_t, Open> open_;
    std::unordered_set<std::uint64_t> ended_;
};

} // namespace

WaitingMessages waitingMessages(Database& db, const EventFilter& filter, const EventRange& range,
                                UtcTime asOf) {
    WaitingMessages out;
    EventRange until{range.since, std::min(range.until, UtcTime{asOf.ms})};
    Waiting waiting(db, ofMessages(filter), until);
    eachSegment(db, until.since, until.until, INT64_MAX, false,
                [&](const Segment&, const ColumnReader& reader) {
                    waiting.segment(reader, out);
                    return true;
                });
    waiting.finish(asOf, out);
    return out;
}

std::vector<SuppressionDay> newSuppressions(Database& db, const EventFilter& filter,
                                            const EventRange& range) {
    // By what the stored verdict of the reply asks for.
    std::unordered_set<std::int64_t> asking;
    {
        auto rows = db.prepare("SELECT id FROM event_reply WHERE action LIKE 'suppress%'");
        while (rows.step()) asking.insert(rows.integer(0));
    }
    EventFilter wide = filter;
    wide.allKinds = wide.kinds.empty(); // a complaint asks for it, too
    ResolvedFilter resolved(db, wide);
    LineMaker lines(db);
    auto facts = replyFacts(db);
    struct First {
        std::int64_t at = 0, reply = 0;
    };
    std::unordered_map<std::uint64_t, First> people;
    eachSegment(db, range.since, range.until, INT64_MAX, false,
                [&](const Segment&, const ColumnReader& reader) {
                    SegmentRows rows(reader);
                    for (size_t i = 0; i < reader.rows(); ++i) {
                        std::int64_t reply = rows.number(Reply, i), at = rows.number(At, i);
                        if (!asking.contains(reply) || !lines.matches(rows, i, resolved, range)) continue;
                        auto [person, made] = people.try_emplace(personHash(rows, i, 0), First{at, reply});
                        if (!made && at < person->second.at) person->second = {at, reply};
                    }
                    return true;
                });
    std::map<std::array<std::int64_t, 3>, std::uint64_t> days;
    for (const auto& [hash, first] : people) {
        std::int64_t day = first.at / dayMs - (first.at % dayMs < 0 ? 1 : 0);
        const auto& f = facts[first.reply];
        ++days[{day, std::int64_t(categoryOfClass(f.classNumber)), f.provider}];
    }
    std::vector<SuppressionDay> out;
    for (const auto& [key, n] : days) out.push_back({{key[0] * dayMs}, reply::Category(key[1]), key[2], n});
    return out;
}

} // namespace waypost::store
