// import_log WORKSPACE FILE…: what `waypost-cli import` does, with its figures: seconds by part and the peak
// resident memory.
#include "ingest/importer.h"
#include "ingest/source_book.h"
#include "store/event_queries.h"
#include "store/rollup_check.h"
#include "store/workspace.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>

using namespace waypost;

namespace {

double cpuSeconds() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
    return seconds(u.ru_utime) + seconds(u.ru_stime);
}

long peakKilobytes() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

// What the first paint of the dashboard asks, and two changes of the filter.
void timeOverview(store::Workspace& workspace) {
    auto time = [&workspace](const char* name, const store::OverviewAsk& ask) {
        for (int i = 0; i < 3; ++i) {
            auto start = std::chrono::steady_clock::now();
            auto answer = workspace.read([&ask](store::Database& db) { return store::overview(db, ask); });
            std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
            if (i == 2 && answer)
                fmt::print("overview {}: {:.1f} ms, {} events\n", name, took.count(), answer->events);
        }
    };
    store::OverviewAsk ask;
    time("of everything", ask);
    ask.filter.outcomes = {"deferred"};
    time("of one outcome", ask);
    ask.filter.domains = {"dom1.example.net"};
    time("of one outcome and domain (groups from the events)", ask);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    std::filesystem::path rules;
    if (const char* resources = std::getenv("WAYPOST_RESOURCES"))
        rules = std::filesystem::path(resources) / "rules";
    // As in waypost-cli: the rules are read while the workspace is opened.
    auto reading = std::async(std::launch::async, [&rules] { return reply::Classifier::load(rules); });
    store::WorkspaceOptions options;
    options.create = true;
    auto workspace = store::Workspace::open(argv[1], options);
    auto loaded = reading.get();
    if (!workspace) {
        fmt::print(stderr, "{}\n", workspace.error().describe());
        return 6;
    }
    ingest::ImportOptions import;
    import.zone = {false, 0};
    std::shared_ptr<const reply::Classifier> classifier;
    std::shared_ptr<const reply::ProviderMap> providers;
    if (loaded)
        classifier = *loaded;
    else if (!rules.empty())
        fmt::print(stderr, "{}\n", loaded.error().describe());
    if (auto map = reply::ProviderMap::load(rules / "providers.json")) providers = *map;
    std::shared_ptr<const ingest::SourceBook> sources;
    if (auto book = ingest::SourceBook::load(rules.parent_path() / "ingest")) sources = *book;
    import.decoder.sources = sources.get();
    import.decoder.classifier = classifier.get();
    import.decoder.providers = providers.get();
    std::vector<std::filesystem::path> files(argv + 2, argv + argc);
    bool failed = false;
    for (const auto& r : ingest::importFiles(files, ingest::writeTo(**workspace), import)) {
        fmt::print("{} {} records={} events={} duplicates={} rejected={} seconds={:.3f} {}\n", r.file,
                   r.format, r.records, r.events, r.duplicates, r.rejected, r.seconds,
                   r.error ? r.error->describe() : r.note);
        failed = failed || r.error;
    }
    fmt::print("cpu={:.3f}s peak={}KB rules={}\n", cpuSeconds(), peakKilobytes(),
               classifier ? classifier->ruleCount() : 0);
    if (std::getenv("WAYPOST_OVERVIEW")) timeOverview(**workspace);
    if (std::getenv("WAYPOST_RECOUNT")) {
        auto differences = (*workspace)->read([](store::Database& db) { return store::recount(db); });
        for (const auto& d : *differences) fmt::print("DIFFERENT: {}\n", d);
        failed = failed || !differences->empty();
    }
    return failed ? 1 : 0;
}
