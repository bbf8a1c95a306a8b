// query_events WORKSPACE: how long the questions of the dashboard take, in milliseconds as JSON: the best and
// the median of nine, in one process that opened the workspace once; and its resident memory.
#include "metrics/acceptance.h"
#include "metrics/compare.h"
#include "metrics/stats.h"
#include "store/event_batch.h"
#include "store/event_predicate.h"
#include "store/event_queries.h"
#include "store/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

using namespace waypost;

namespace {

constexpr int rounds = 9;

long residentKilobytes(const char* field) {
    std::ifstream in("/proc/self/status");
    std::string line;
    while (std::getline(in, line)) {
        if (line.starts_with(field)) return std::atol(line.c_str() + std::string_view(field).size());
    }
    return 0;
}

void time(const char* name, store::Workspace& workspace,
          const std::function<std::uint64_t(store::Database&)>& ask) {
    std::vector<double> took;
    std::uint64_t answer = 0;
    for (int i = 0; i < rounds; ++i) {
        auto start = std::chrono::steady_clock::now();
        auto got = workspace.read([&](store::Database& db) { return ask(db); });
        took.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        if (!got) {
            std::fprintf(stderr, "%s: %s\n", name, got.error().describe().c_str());
            std::exit(1);
        }
        answer = *got;
    }
    double first = took.front();
    std::sort(took.begin(), took.end());
    fmt::print(
        "{{\"query\":\"{}\",\"first_ms\":{:.2f},\"median_ms\":{:.2f},\"best_ms\":{:.2f},\"answer\":{}}}\n",
        name, first, took[rounds / 2], took[0], answer);
    std::fflush(stdout);
}

void timeOverview(const char* name, store::Workspace& workspace, const store::EventFilter& filter) {
    time(name, workspace, [&](store::Database& db) {
        store::OverviewAsk ask;
        ask.filter = filter;
        return store::overview(db, ask).events;
    });
}

store::EventFilter with(std::vector<std::string> store::EventFilter::* field, const char* value) {
    store::EventFilter f;
    (f.*field) = {value};
    return f;
}

// Group by domain and hour over the events themselves, with the sum of the accepted.
std::uint64_t rawScan(store::Database& db) {
    struct Sums {
        std::uint64_t events = 0, accepted = 0;
    };
    const store::EventPredicate everything(db, {});
    store::SegmentColumns columns;
    std::unordered_map<std::uint64_t, Sums> groups;
    Sums* last = nullptr;
    std::uint64_t lastKey = UINT64_MAX;
    store::eachSegment(db, {INT64_MIN}, {INT64_MAX}, INT64_MAX, false,
                       [&](const store::Segment&, const store::ColumnReader& reader) {
                           columns.load(reader);
                           const auto &at = columns.number(store::At),
                                      &domain = columns.number(store::Domain),
                                      &replies = columns.number(store::Reply);
                           for (size_t i = 0; i < at.size(); ++i) {
                               const auto key =
                                   std::uint64_t(at[i] / 3'600'000) << 32 | std::uint64_t(domain[i]);
                               if (key != lastKey) {
                                   last = &groups[key];
                                   lastKey = key;
                               }
                               ++last->events;
                               const int c = everything.replies().of(replies[i]).classNumber;
                               last->accepted += store::outcomeOfClass(c) == reply::Outcome::Accepted;
                           }
                           return true;
                       });
    return groups.size();
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    store::WorkspaceOptions options;
    options.readOnly = true;
    auto opened = store::Workspace::open(argv[1], options);
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().describe().c_str());
        return 1;
    }
    auto& workspace = **opened;
    using store::EventFilter;
    timeOverview("overview of everything", workspace, {});
    timeOverview("overview, outcome", workspace, with(&EventFilter::outcomes, "deferred"));
    timeOverview("overview, provider", workspace, with(&EventFilter::providers, "gmail"));
    timeOverview("overview, large domain", workspace, with(&EventFilter::domains, "gmail.com"));
    timeOverview("overview, small domain", workspace, with(&EventFilter::domains, "domain123.example"));
    timeOverview("overview, stream", workspace, with(&EventFilter::streams, ""));
    timeOverview("overview, source", workspace, with(&EventFilter::sources, "table"));
    time("first page of rows", workspace,
         [](store::Database& db) { return store::eventPage(db, {}, {}, 0, 100).rows.size(); });
    time("latency and rates by provider", workspace, [](store::Database& db) {
        return metrics::statsBy(db, {{metrics::Key::Provider}, {}, {}, {}}).size();
    });
    time("raw scan, domain by hour", workspace, [](store::Database& db) { return rawScan(db); });
    time("survival of every provider", workspace,
         [](store::Database& db) { return metrics::acceptanceTimes(db, {}).all.curve.accepted; });
    time("comparison of two halves", workspace, [](store::Database& db) {
        UtcTime middle{1'767'225'600'000 + 84 * 3'600'000LL};
        return metrics::compare(db, {{{INT64_MIN}, middle}, {middle, {INT64_MAX}}, {}}).templates.size();
    });
    fmt::print("{{\"resident_kb\":{},\"peak_kb\":{}}}\n", residentKilobytes("VmRSS:"),
               residentKilobytes("VmHWM:"));
    return 0;
}
