#include "store/event_waiting.h"

#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_lines.h"
#include "store/event_predicate.h"
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
        : predicate_(db, filter), range_(range) {}

    void segment(const ColumnReader& reader, WaitingMessages& out) {
        columns_.load(reader);
        predicate_.matches(columns_, range_, mask_);
        SegmentRows rows(reader);
        const auto &replies = columns_.number(Reply), &flags = columns_.number(Flags),
                   &kinds = columns_.number(EventKind), &messages = columns_.number(Message);
        for (size_t i = 0; i < mask_.size(); ++i) {
            if (!mask_[i] || kinds[i] != 0) continue;
            const auto& reply = predicate_.replies().of(replies[i]);
            bool waits = outcomeOfClass(reply.classNumber) == reply::Outcome::Deferred;
            if (!waits && (flags[i] & FirstOfMessage)) continue;
            if (messages[i] == 0) {
                if (waits) ++out.untracked;
                continue;
            }
            std::uint64_t key = personHash(rows, i, std::uint64_t(messages[i]));
            if (!waits)
                ended_.insert(key);
            else
                put(key, reply.provider, rows, i, out);
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
    void put(std::uint64_t key, std::int64_t provider, SegmentRows& rows, size_t i, WaitingMessages& out) {
        if (open_.size() >= maxWaiting && !open_.contains(key)) {
            out.complete = false;
            return;
        }
        std::int64_t since = rows.number(At, i) - std::max<std::int64_t>(0, rows.number(Latency, i));
        auto [at, made] = open_.try_emplace(key, Open{provider, rows.number(Stream, i), since});
        if (!made) at->second.since = std::min(at->second.since, since);
    }

    EventPredicate predicate_;
    EventRange range_;
    SegmentColumns columns_;
    RowMask mask_;
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
    EventPredicate predicate(db, wide);
    SegmentColumns columns;
    RowMask mask;
    struct First {
        std::int64_t at = 0, reply = 0;
    };
    std::unordered_map<std::uint64_t, First> people;
    eachSegment(
        db, range.since, range.until, INT64_MAX, false, [&](const Segment&, const ColumnReader& reader) {
            columns.load(reader);
            predicate.matches(columns, range, mask);
            SegmentRows rows(reader);
            const auto &replies = columns.number(Reply), &times = columns.number(At);
            for (size_t i = 0; i < mask.size(); ++i) {
                if (!mask[i] || !asking.contains(replies[i])) continue;
                auto [person, made] = people.try_emplace(personHash(rows, i, 0), First{times[i], replies[i]});
                if (!made && times[i] < person->second.at) person->second = {times[i], replies[i]};
            }
            return true;
        });
    std::map<std::array<std::int64_t, 3>, std::uint64_t> days;
    for (const auto& [hash, first] : people) {
        std::int64_t day = first.at / dayMs - (first.at % dayMs < 0 ? 1 : 0);
        const auto& f = predicate.replies().of(first.reply);
        ++days[{day, std::int64_t(categoryOfClass(f.classNumber)), f.provider}];
    }
    std::vector<SuppressionDay> out;
    out.reserve(days.size());
    for (const auto& [key, n] : days) out.push_back({{key[0] * dayMs}, reply::Category(key[1]), key[2], n});
    return out;
}

} // namespace waypost::store
