#include "store/event_queries.h"

#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_lines.h"
#include "store/event_names.h"
#include "store/rollup_writer.h"

#include <algorithm>
#include <map>

namespace waypost::store {

namespace {

constexpr std::array<std::int64_t, 12> bucketSizes{60'000,      300'000,      900'000,      hourMs,
                                                   3 * hourMs,  6 * hourMs,   12 * hourMs,  24 * hourMs,
                                                   48 * hourMs, 168 * hourMs, 720 * hourMs, 8760 * hourMs};

std::int64_t floorTo(std::int64_t ms, std::int64_t step) {
    std::int64_t q = ms / step;
    return (ms % step < 0 ? q - 1 : q) * step;
}

// By id of a name, category or outcome: small numbers.
class Counts {
  public:
    void add(std::int64_t id, std::uint64_t n) {
        if (size_t(id) >= dense_.size()) dense_.resize(size_t(id) + size_t(id) / 2 + 16);
        dense_[size_t(id)] += n;
    }
    [[nodiscard]] std::vector<std::pair<std::int64_t, std::uint64_t>> sorted() const {
        std::vector<std::pair<std::int64_t, std::uint64_t>> out;
        for (size_t i = 0; i < dense_.size(); ++i) {
            if (dense_[i] > 0) out.emplace_back(std::int64_t(i), dense_[i]);
        }
        std::sort(out.begin(), out.end(), [](auto& a, auto& b) {
            return std::pair(b.second, a.first) < std::pair(a.second, b.first);
        });
        return out;
    }

  private:
    std::vector<std::uint64_t> dense_;
};

class OverviewBuilder {
  public:
    OverviewBuilder(Database& db, const OverviewAsk& ask, OverviewAnswer& out)
        : db_(db), ask_(ask), out_(out) {}

    // Cells tell neither stream nor domain.
    void coarseCells() { fine_ = false; }

    void add(const Cell& cell) {
        auto only = [&cell](FilterField f) { return (cell.failures & ~(1u << unsigned(f))) == 0; };
        const auto& s = cell.subject;
        auto n = std::uint64_t(cell.events);
        if (only(FilterField::Provider)) provider_.add(s.provider, n);
        if (only(FilterField::Category)) category_.add(int(categoryOfClass(s.classNumber)), n);
        if (only(FilterField::Outcome)) outcome_.add(int(outcomeOfClass(s.classNumber)), n);
        if (fine_ && only(FilterField::Stream)) stream_.add(s.stream, n);
        if (fine_ && only(FilterField::Domain)) domain_.add(s.domain, n);
        if (cell.failures != 0) return;
        out_.events += n;
        if (categoryOfClass(s.classNumber) == reply::Category::Unclassified) out_.unclassified += n;
        std::int64_t step = out_.bucket.count();
        auto at = size_t((floorTo(cell.at.ms, step) - floorTo(out_.range.since.ms, step)) / step);
        int outcome = int(outcomeOfClass(s.classNumber));
        if (at < out_.buckets.size() && outcome < 5) out_.buckets[at].counts[size_t(outcome)] += n;
    }

    void addGroup(std::int64_t templateId, std::int64_t provider, int classNumber, UtcTime at,
                  std::int64_t events) {
        std::array<std::int64_t, 3> key{templateId, provider, classNumber};
        if (!lastGroup_ || lastKey_ != key) {
            lastGroup_ = &groups_[key]; // of a std::map: it stays where it is
            lastKey_ = key;
        }
        auto& g = *lastGroup_;
        g.events += std::uint64_t(events);
        if (g.trend.empty()) g.trend.resize(size_t(ask_.trendParts));
        double part = double(at.ms - out_.range.since.ms) / double(out_.range.until.ms - out_.range.since.ms);
        auto index = std::clamp<std::int64_t>(std::int64_t(part * ask_.trendParts), 0, ask_.trendParts - 1);
        g.trend[size_t(index)] += std::uint32_t(events);
    }

    // Facets from roll-ups of their own, when the cells were too coarse to tell them.
    void addStream(std::int64_t id, std::uint64_t n) { stream_.add(id, n); }
    void addDomain(std::int64_t id, std::uint64_t n) { domain_.add(id, n); }

    void finish() {
        auto named = [this](std::int64_t id) { return nameOf(db_, id); };
        facet("provider", provider_, named);
        facet("category", category_,
              [](std::int64_t c) { return std::string(reply::categoryName(reply::Category(c))); });
        facet("outcome", outcome_,
              [](std::int64_t o) { return std::string(reply::outcomeName(reply::Outcome(o))); });
        facet("stream", stream_, named);
        facet("domain", domain_, named);
        finishGroups();
    }

  private:
    struct Group {
        std::uint64_t events = 0;
        std::vector<std::uint32_t> trend;
    };

    template <class Name>
    void facet(std::string field, const Counts& counts, Name name) {
        auto order = counts.sorted();
        if (order.size() > size_t(ask_.maxFacetValues)) order.resize(size_t(ask_.maxFacetValues));
        FacetCounts f{std::move(field), {}};
        for (const auto& [id, events] : order) f.values.push_back({name(id), events});
        out_.facets.push_back(std::move(f));
    }

    void finishGroups() {
        std::vector<std::pair<std::array<std::int64_t, 3>, Group>> order(groups_.begin(), groups_.end());
        std::sort(order.begin(), order.end(), [](auto& a, auto& b) {
            return std::pair(b.second.events, a.first) < std::pair(a.second.events, b.first);
        });
        if (order.size() > size_t(ask_.maxGroups)) order.resize(size_t(ask_.maxGroups));
        auto text = db_.prepare("SELECT key, text FROM event_template WHERE id = ?");
        auto seen = db_.prepare("SELECT first_seen, last_seen FROM reply_group WHERE template = ? AND "
                                "provider = ? AND class = ?");
        for (auto& [key, g] : order) {
            ReplyGroupRow row;
            if (text.with(key[0]).step()) {
                row.templateKey = text.string(0);
                row.templateText = text.string(1);
            }
            if (seen.with(key[0], key[1], key[2]).step()) {
                row.firstSeen = seen.time(0);
                row.lastSeen = seen.time(1);
            }
            row.provider = nameOf(db_, key[1]);
            row.category = reply::categoryName(categoryOfClass(int(key[2])));
            row.events = g.events;
            row.trend = std::move(g.trend);
            out_.groups.push_back(std::move(row));
        }
    }

    Database& db_;
    const OverviewAsk& ask_;
    OverviewAnswer& out_;
    Counts provider_, category_, outcome_, stream_, domain_;
    std::map<std::array<std::int64_t, 3>, Group> groups_;
    std::array<std::int64_t, 3> lastKey_{};
    Group* lastGroup_ = nullptr;
    bool fine_ = true;
};

// Groups from the hourly template roll-up, where the range is whole hours and nothing finer is asked.
void groupsFromRollup(Database& db, const ResolvedFilter& filter, const EventRange& range,
                      OverviewBuilder& builder) {
    auto rows = db.prepare("SELECT hour, template, provider, class, events FROM rollup_hour_template WHERE "
                           "hour >= ? AND hour < ?");
    rows.with(hourOf(range.since), hourOf({range.until.ms + hourMs - 1}));
    while (rows.step()) {
        ResolvedFilter::Subject s;
        s.templateId = rows.integer(1);
        s.provider = rows.integer(2);
        s.classNumber = int(rows.integer(3));
        if (filter.failures(s) == 0)
            builder.addGroup(s.templateId, s.provider, s.classNumber, {rows.integer(0) * hourMs},
                             rows.integer(4));
    }
}

// What only the whole range can be asked: the levels without provider, and domains of all times.
void facetsFromRollups(Database& db, const ResolvedFilter& filter, const EventRange& range,
                       OverviewBuilder& builder) {
    auto counts = [&filter](int classNumber) {
        ResolvedFilter::Subject s;
        s.classNumber = classNumber;
        return filter.failures(s) == 0;
    };
    auto streams =
        db.prepare("SELECT stream, class, sum(events) FROM rollup_hour_stream WHERE hour >= ? AND hour < ? "
                   "GROUP BY stream, class");
    streams.with(hourOf(range.since), hourOf({range.until.ms + hourMs - 1}));
    while (streams.step()) {
        if (counts(int(streams.integer(1))))
            builder.addStream(streams.integer(0), std::uint64_t(streams.integer(2)));
    }
    auto domains = db.prepare("SELECT domain, class, events FROM rollup_domain");
    while (domains.step()) {
        if (counts(int(domains.integer(1))))
            builder.addDomain(domains.integer(0), std::uint64_t(domains.integer(2)));
    }
}

bool wholeHoursOnly(const EventRange& r) {
    return r.since.ms % hourMs == 0 && r.until.ms % hourMs == 0;
}

} // namespace

Millis bucketFor(const EventRange& range, int maxBuckets) {
    for (std::int64_t size : bucketSizes) {
        std::int64_t first = floorTo(range.since.ms, size), last = floorTo(range.until.ms - 1, size);
        if ((last - first) / size + 1 <= maxBuckets) return Millis(size);
    }
    return Millis(bucketSizes.back());
}

namespace {

constexpr unsigned classFields =
    bitOf(FilterField::Category) | bitOf(FilterField::Outcome) | bitOf(FilterField::Kind);
constexpr unsigned groupFields = classFields | bitOf(FilterField::Provider) | bitOf(FilterField::Template);

// One pass over the coarsest cells that know what is asked.
void fillOverview(Database& db, const ResolvedFilter& filter, OverviewBuilder& builder,
                  const OverviewAnswer& out, std::int64_t step) {
    const EventRange narrowed = filter.narrow(out.range);
    const bool whole = wholeHoursOnly(narrowed);
    const bool all = whole && narrowed.since <= out.stored->since && narrowed.until >= out.stored->until;
    const bool coarse = all && (filter.uses() & ~classFields) == 0 && step % hourMs == 0;
    const bool groups = whole && (filter.uses() & ~groupFields) == 0;
    CellNeeds needs;
    needs.stepMs = std::min(step, hourMs);
    needs.nearMisses = true;
    needs.domains = !coarse;
    if (coarse) builder.coarseCells();
    needs.templates = !groups;
    eachCell(db, filter, out.range, needs, [&](const Cell& c) {
        builder.add(c);
        if (!groups && c.failures == 0)
            builder.addGroup(c.subject.templateId, c.subject.provider, c.subject.classNumber, c.at, c.events);
    });
    if (coarse) facetsFromRollups(db, filter, narrowed, builder);
    if (groups) groupsFromRollup(db, filter, narrowed, builder);
}

} // namespace

OverviewAnswer overview(Database& db, const OverviewAsk& ask) {
    OverviewAnswer out;
    out.stored = storedRange(db);
    if (!out.stored) return out;
    out.range = ask.range;
    // An open end is the stored one, in whole hours: that is what the roll-ups answer without reading events.
    if (out.range.since.ms == INT64_MIN) out.range.since.ms = floorTo(out.stored->since.ms, hourMs);
    if (out.range.until.ms == INT64_MAX)
        out.range.until.ms = floorTo(out.stored->until.ms + hourMs - 1, hourMs);
    if (out.range.since >= out.range.until) return out;
    out.bucket = bucketFor(out.range, std::max(1, ask.maxBuckets));
    std::int64_t step = out.bucket.count();
    for (std::int64_t at = floorTo(out.range.since.ms, step);
         at < out.range.until.ms && out.buckets.size() < 100'000; at += step)
        out.buckets.push_back({{at}, {}});
    ResolvedFilter filter(db, ask.filter);
    OverviewBuilder builder(db, ask, out);
    fillOverview(db, filter, builder, out, step);
    builder.finish();
    return out;
}

EventLines eventPage(Database& db, const EventRange& range, const EventFilter& filter, std::int64_t before,
                     int limit, std::uint64_t skip) {
    const EventPredicate predicate(db, filter);
    LineMaker lines(db);
    SegmentColumns columns;
    RowMask mask;
    EventLines out;
    const EventRange narrowed = predicate.narrow(range);
    std::int64_t below = before > 0 ? before : INT64_MAX;
    auto segment = [&](const Segment& s, const ColumnReader& reader) {
        columns.load(reader);
        predicate.matches(columns, narrowed, mask);
        const auto seen =
            std::uint64_t(std::clamp<std::int64_t>(below - s.first, 0, std::int64_t(mask.size())));
        if (skip > 0) {
            const auto all = std::uint64_t(std::count(mask.begin(), mask.begin() + std::int64_t(seen), 1));
            if (all <= skip) {
                skip -= all;
                return true;
            }
        }
        SegmentRows rows(reader);
        for (size_t i = reader.rows(); i-- > 0;) {
            std::int64_t key = s.first + std::int64_t(i);
            if (key >= below || !mask[i]) continue;
            if (skip > 0) {
                --skip;
                continue;
            }
            if (int(out.rows.size()) == limit) {
                out.next = out.rows.back().key;
                return false;
            }
            out.rows.push_back(lines.make(rows, i, key));
        }
        return true;
    };
    eachSegment(db, narrowed.since, narrowed.until, below, true, segment);
    return out;
}

std::vector<EventLine> eventHistory(Database& db, std::string_view recipientOrMessage, int limit) {
    EventFilter filter;
    filter.recipientOrMessage = recipientOrMessage;
    filter.allKinds = true;
    auto page = eventPage(db, {}, filter, 0, limit);
    std::reverse(page.rows.begin(), page.rows.end());
    std::sort(page.rows.begin(), page.rows.end(),
              [](auto& a, auto& b) { return std::pair(a.at, a.key) < std::pair(b.at, b.key); });
    return std::move(page.rows);
}

} // namespace waypost::store
