// import_log WORKSPACE FILE…: what `waypost-cli import` does, with its figures: seconds by part and the peak
// resident memory.
#include "ingest/importer.h"
#include "store/rollup_check.h"
#include "store/workspace.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

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

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    store::WorkspaceOptions options;
    options.create = true;
    auto workspace = store::Workspace::open(argv[1], options);
    if (!workspace) {
        fmt::print(stderr, "{}\n", workspace.error().describe());
        return 6;
    }
    ingest::ImportOptions import;
    import.zone = {false, 0};
    std::shared_ptr<const reply::Classifier> classifier;
    std::shared_ptr<const reply::ProviderMap> providers;
    if (const char* resources = std::getenv("WAYPOST_RESOURCES")) {
        std::filesystem::path rules = std::filesystem::path(resources) / "rules";
        if (auto loaded = reply::Classifier::load(rules / "replies.json")) classifier = *loaded;
        if (auto loaded = reply::ProviderMap::load(rules / "providers.json")) providers = *loaded;
    }
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
    if (std::getenv("WAYPOST_RECOUNT")) {
        auto differences = (*workspace)->read([](store::Database& db) { return store::recount(db); });
        for (const auto& d : *differences) fmt::print("DIFFERENT: {}\n", d);
        failed = failed || !differences->empty();
    }
    return failed ? 1 : 0;
}
