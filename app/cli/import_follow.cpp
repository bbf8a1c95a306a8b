#include "base/text.h"
#include "cli/import_group.h"
#include "ingest/follow.h"

#include <fmt/format.h>

#include <algorithm>

namespace waypost::cli {

namespace {

namespace fs = std::filesystem;

// Lines of one moment are stored together; a signal that another thread took is seen after the longest wait.
constexpr Millis batchWait{40}, longestWait{500};

// What is there; of the rest it is said that it is waited for.
std::vector<fs::path> present(const std::vector<std::string>& paths) {
    std::vector<fs::path> out;
    for (const std::string& p : paths) {
        std::error_code error;
        if (fs::exists(p, error))
            out.emplace_back(p);
        else
            fmt::print(stderr, "{} is not there yet\n", text::printable(p));
    }
    return out;
}

bool storageFailed(const std::vector<ingest::ImportResult>& results) {
    return std::any_of(results.begin(), results.end(), [](const ingest::ImportResult& r) {
        return r.error && r.error->code == ErrorCode::Storage;
    });
}

void printBatch(const Globals& globals, const std::vector<ingest::ImportResult>& results) {
    if (globals.json) return printImports(globals, results);
    for (const ingest::ImportResult& r : results) {
        if (r.error)
            fmt::print(stderr, "error: {}\n", text::printable(r.error->text));
        else
            printLine(fmt::format("{}: {}, {} rejected{}{}", text::printable(r.file),
                                  text::counted(r.events, "event"), r.rejected, r.note.empty() ? "" : "; ",
                                  text::printable(r.note)));
    }
}

} // namespace

void followLogs(Globals& globals, const std::vector<std::string>& paths, const ingest::Write& write,
                const ingest::ImportOptions& options, const std::atomic<bool>& ends) {
    const UtcTime began = options.clock->now(); // what is rotated away while we import is followed too
    const auto first = ingest::importFiles(present(paths), write, options);
    printImports(globals, first);
    if (ends) return;
    raiseImportStatus(globals, first);
    if (storageFailed(first)) return;
    ingest::Follower follower({paths.begin(), paths.end()}, write, options, began);
    while (!ends) {
        auto batch = follower.step();
        if (!batch) return printError(globals, batch.error());
        printBatch(globals, *batch);
        if (!ends) follower.wait(batchWait, longestWait);
    }
    if (auto ended = follower.end(); !ended) printError(globals, ended.error());
}

} // namespace waypost::cli
