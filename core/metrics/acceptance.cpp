#include "metrics/acceptance.h"

#include "base/text.h"
#include "store/database.h"
#include "store/event_batch.h"
#include "store/event_names.h"
#include "store/event_waiting.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace waypost::metrics {

namespace {

struct Times {
    store::LatencySketch accepted, failed;
    std::vector<Waited> waiting;

    void add(const store::Cell& cell, store::LatencySketch& into) {
        if (cell.latency)
            into.merge(*cell.latency);
        else
            into.add(cell.latencyMs);
    }
    void add(const store::Cell& cell) {
        switch (store::outcomeOfClass(cell.subject.classNumber)) {
        case reply::Outcome::Accepted: return add(cell, accepted);
        case reply::Outcome::Bounced:
        case reply::Outcome::Blocked: return add(cell, failed);
        default: return;
        }
    }
    void merge(const Times& other) {
        accepted.merge(other.accepted);
        failed.merge(other.failed);
        waiting.insert(waiting.end(), other.waiting.begin(), other.waiting.end());
    }
    [[nodiscard]] AcceptanceTimes answer(std::string provider, size_t maxPoints) const {
        std::vector<Waited> waits = waiting;
        auto take = [&waits](const store::LatencySketch& from, bool isAccepted) {
            for (const auto& [bucket, n] : from.buckets())
                waits.push_back({store::LatencySketch::middleOf(bucket), n, isAccepted});
        };
        take(accepted, true);
        take(failed, false);
        return {std::move(provider), thinned(survival(std::move(waits)), maxPoints), failed.count(),
                waiting.size()};
    }
};

} // namespace

AcceptanceAnswer acceptanceTimes(store::Database& db, const AcceptanceAsk& ask) {
    AcceptanceAnswer out;
    store::EventFilter filter = ask.filter;
    filter.categories.clear();
    filter.outcomes.clear();
    filter.templates.clear();
    auto stored = store::storedRange(db);
    if (!stored) return out;
    out.asOf = std::min(ask.range.until, stored->until);
    std::unordered_map<std::int64_t, Times> times;
    store::CellNeeds needs;
    needs.latency = true;
    needs.domains = false;
    store::eachCell(db, store::ResolvedFilter(db, filter), ask.range, needs,
                    [&](const store::Cell& cell) { times[cell.subject.provider].add(cell); });
    auto waiting = store::waitingMessages(db, filter, ask.range, out.asOf);
    out.untracked = waiting.untracked;
    out.complete = waiting.complete;
    for (const auto& m : waiting.messages) times[m.provider].waiting.push_back({m.waitedMs, 1, false});
    Times all;
    for (const auto& [provider, t] : times) {
        all.merge(t);
        out.providers.push_back(t.answer(store::nameOf(db, provider), ask.maxPoints));
    }
    out.all = all.answer({}, ask.maxPoints);
    std::sort(out.providers.begin(), out.providers.end(), [](auto& a, auto& b) {
        return a.curve.accepted != b.curve.accepted ? a.curve.accepted > b.curve.accepted
                                                    : a.provider < b.provider;
    });
    if (out.providers.size() > ask.maxProviders) out.providers.resize(ask.maxProviders);
    return out;
}

std::int64_t ValueWindows::of(std::string_view stream) const {
    auto found = ms.find(stream);
    return found == ms.end() ? otherMs : found->second;
}

Result<ValueWindows> parseValueWindows(std::string_view in) {
    ValueWindows out;
    for (std::string_view word : text::words(in)) {
        size_t sign = word.rfind('=');
        std::int64_t n = 0, unit = 0;
        if (sign != std::string_view::npos) {
            std::string_view value = word.substr(sign + 1);
            auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
            std::string_view name(end, size_t(value.data() + value.size() - end));
            unit = name == "s"   ? 1000
                   : name == "m" ? 60'000
                   : name == "h" ? 3'600'000
                   : name == "d" ? 86'400'000
                                 : 0;
            if (error != std::errc() || n <= 0 || n > 1'000'000) unit = 0;
        }
        if (unit == 0)
            return fail(
                ErrorCode::InvalidArgument, "value window",
                fmt::format("\"{}\" is no value window; \"marketing=24h\" is one.", text::printable(word)));
        std::string_view stream = word.substr(0, sign);
        if (stream == "*")
            out.otherMs = n * unit;
        else
            out.ms[std::string(stream)] = n * unit;
    }
    return out;
}

} // namespace waypost::metrics
