// The matrix and the latency of the Delivery screen, from the cells of the store.
#include "engine/context.h"
#include "engine/delivery_scope.h"
#include "metrics/acceptance.h"
#include "store/event_cells.h"
#include "store/event_names.h"
#include "store/event_queries.h"

#include <algorithm>
#include <map>

namespace waypost::engine {

namespace {

size_t outcomeOf(const store::Cell& cell) {
    return std::min<size_t>(size_t(cell.subject.classNumber % 8), 4);
}

// Equal columns over a range, cut at whole multiples of their width.
struct Columns {
    std::int64_t first = 0, width = 1;
    size_t count = 0;

    Columns(const store::EventRange& range, Millis bucket) : width(bucket.count()) {
        const std::int64_t from = range.since.ms, to = range.until.ms;
        first = from / width * width;
        count = to <= from ? 0 : size_t((to - 1 - first) / width + 1);
    }
    [[nodiscard]] size_t of(UtcTime at) const {
        const std::int64_t i = (at.ms - first) / width;
        return size_t(std::clamp<std::int64_t>(i, 0, std::int64_t(count) - 1));
    }
    [[nodiscard]] UtcTime start(size_t i) const { return {first + std::int64_t(i) * width}; }
};

std::string labelOf(Context& c, const std::string& provider) {
    return provider.empty() ? "unknown" : std::string(c.providers->displayName(provider));
}

Quantiles quantiles(const store::LatencySketch& sketch) {
    Quantiles out;
    out.events = sketch.count();
    const auto at = [&](double q) { return sketch.quantile(q).value_or(-1); };
    out.p5 = at(0.05);
    out.p25 = at(0.25);
    out.p50 = at(0.50);
    out.p75 = at(0.75);
    out.p95 = at(0.95);
    return out;
}

Matrix matrixOf(Context& c, store::Database& db, const MatrixQuery& q) {
    Matrix out;
    out.range = q.range;
    if (auto stored = store::storedRange(db)) out.stored = TimeRange{stored->since, stored->until};
    const store::EventRange range = toRange(q.range);
    out.bucket = std::max(store::bucketFor(range, q.maxColumns), Millis(3'600'000));
    const Columns columns(range, out.bucket);
    for (size_t i = 0; i < columns.count; ++i) out.columns.push_back(columns.start(i));
    std::map<std::int64_t, Matrix::Row> rows;
    store::CellNeeds needs;
    needs.stepMs = out.bucket.count();
    const store::ResolvedFilter filter(db, toStore(q.filter));
    if (columns.count > 0)
        store::eachCell(db, filter, range, needs, [&](const store::Cell& cell) {
            Matrix::Row& row = rows[cell.subject.provider];
            row.cells.resize(columns.count);
            const auto n = std::uint64_t(cell.events);
            row.cells[columns.of(cell.at)][outcomeOf(cell)] += n;
            row.total[outcomeOf(cell)] += n;
            out.events += n;
        });
    for (auto& [id, row] : rows) {
        row.provider = store::nameOf(db, id);
        row.label = labelOf(c, row.provider);
        out.rows.push_back(std::move(row));
    }
    const auto sum = [](const Matrix::Row& r) {
        return r.total[0] + r.total[1] + r.total[2] + r.total[3] + r.total[4];
    };
    std::sort(out.rows.begin(), out.rows.end(), [&](const Matrix::Row& a, const Matrix::Row& b) {
        return std::pair(sum(b), a.provider) < std::pair(sum(a), b.provider);
    });
    out.asOf = c.clock.now();
    return out;
}

void addLatency(store::LatencySketch& to, const store::Cell& cell) {
    if (cell.latency)
        to.merge(*cell.latency);
    else
        to.add(cell.latencyMs);
}

Survival survivalOf(const metrics::AcceptanceTimes& times) {
    Survival out;
    for (const metrics::SurvivalPoint& p : times.curve.points)
        out.points.push_back({p.ms, p.waiting, p.low, p.high, p.atRisk});
    out.accepted = times.curve.accepted;
    out.waiting = times.waiting;
    out.failed = times.failed;
    out.p50Ms = times.curve.quantile(0.5);
    out.p95Ms = times.curve.quantile(0.95);
    return out;
}

Latency latencyOf(Context& c, store::Database& db, const LatencyQuery& q) {
    Latency out;
    out.range = q.range;
    if (auto stored = store::storedRange(db)) out.stored = TimeRange{stored->since, stored->until};
    const store::EventRange range = toRange(q.range);
    out.bucket = store::bucketFor(range, q.maxBuckets);
    const Columns columns(range, out.bucket);
    std::map<std::int64_t, store::LatencySketch> providers;
    std::vector<store::LatencySketch> times(columns.count);
    store::LatencySketch all;
    store::CellNeeds needs;
    needs.stepMs = out.bucket.count();
    needs.latency = true;
    const store::ResolvedFilter filter(db, toStore(q.filter));
    if (columns.count > 0)
        store::eachCell(db, filter, range, needs, [&](const store::Cell& cell) {
            out.events += std::uint64_t(cell.events);
            if (outcomeOf(cell) != size_t(reply::Outcome::Accepted)) return;
            addLatency(providers[cell.subject.provider], cell);
            addLatency(times[columns.of(cell.at)], cell);
            addLatency(all, cell);
        });
    for (const auto& [id, sketch] : providers) {
        const std::string name = store::nameOf(db, id);
        if (sketch.count() > 0) out.boxes.push_back({name, labelOf(c, name), quantiles(sketch)});
    }
    std::sort(out.boxes.begin(), out.boxes.end(), [](const Latency::Box& a, const Latency::Box& b) {
        return std::pair(b.q.events, a.provider) < std::pair(a.q.events, b.provider);
    });
    for (size_t i = 0; i < times.size(); ++i) out.points.push_back({columns.start(i), quantiles(times[i])});
    out.all = quantiles(all);
    metrics::AcceptanceAsk ask;
    ask.range = range;
    ask.filter = toStore(q.filter);
    const metrics::AcceptanceAnswer accepted = metrics::acceptanceTimes(db, ask);
    if (accepted.all.curve.messages > 0) out.survival = survivalOf(accepted.all);
    out.asOf = c.clock.now();
    return out;
}

} // namespace

Snapshot answer(Context& c, const MatrixQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) { return matrixOf(c, db, q); }));
}

Snapshot answer(Context& c, const LatencyQuery& q) {
    return toSnapshot(c.workspace->read([&](store::Database& db) { return latencyOf(c, db, q); }));
}

} // namespace waypost::engine
