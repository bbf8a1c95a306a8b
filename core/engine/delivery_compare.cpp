// Two ranges side by side, from metrics/compare.h.
#include "engine/context.h"
#include "engine/delivery_scope.h"
#include "metrics/compare.h"
#include "metrics/interval.h"
#include "store/event_cells.h"

#include <algorithm>

namespace waypost::engine {

namespace {

ShareView share(std::uint64_t part, std::uint64_t whole) {
    const metrics::Interval i = metrics::wilson(part, whole);
    return {part, whole, i.low, i.high};
}

Comparison::Line lineOf(const metrics::MixRow& row, std::uint64_t before, std::uint64_t now) {
    Comparison::Line out;
    out.key = out.label = row.name;
    out.before = share(row.events.before, before);
    out.now = share(row.events.after, now);
    out.change = row.share.points;
    out.couldBeChance = out.before.high >= out.now.low && out.now.high >= out.before.low;
    return out;
}

std::string noteOf(const metrics::ShiftTest& test) {
    if (test.verdict == metrics::ShiftVerdict::TooFew) return {};
    std::string note = "G-test of the whole outcome mix";
    if (test.permuted) note += ", p counted over random permutations";
    if (test.pooled > 0) note += ", rare outcomes taken together";
    return note + ". V is the size of the difference, 0 to 1; below 0.1 it is slight.";
}

Comparison comparisonOf(Context& c, store::Database& db, const CompareQuery& q) {
    metrics::CompareAsk ask;
    ask.before = toRange(q.before);
    ask.after = toRange(q.now);
    ask.filter = toStore(q.filter);
    const metrics::Comparison got = metrics::compare(db, ask);
    Comparison out;
    out.before = q.before;
    out.now = q.now;
    out.eventsBefore = got.before.events;
    out.eventsNow = got.after.events;
    for (const metrics::MixRow& r : got.outcomeRows)
        out.outcomes.push_back(lineOf(r, out.eventsBefore, out.eventsNow));
    for (const metrics::MixRow& r : got.categoryRows)
        out.categories.push_back(lineOf(r, out.eventsBefore, out.eventsNow));
    for (const metrics::TemplateShift& t : got.templates)
        out.templates.push_back({t.key, t.text, t.provider, std::string(reply::categoryName(t.category)),
                                 t.events.before, t.events.after, t.share.points});
    if (got.outcomes.verdict != metrics::ShiftVerdict::TooFew) out.pValue = got.outcomes.p;
    out.statistic = got.outcomes.g;
    out.freedom = got.outcomes.degrees;
    out.effect = got.outcomes.effect;
    out.verdict = metrics::sentenceOf(got.outcomes);
    out.note = noteOf(got.outcomes);
    if (auto stored = store::storedRange(db)) out.stored = TimeRange{stored->since, stored->until};
    out.asOf = c.clock.now();
    return out;
}

} // namespace

Snapshot answer(Context& c, const CompareQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) { return comparisonOf(c, db, q); }));
}

} // namespace waypost::engine
