#include "base/json.h"
#include "base/text.h"
#include "cli/import_group.h"
#include "cli/workspace.h"
#include "store/import_store.h"

#include <fmt/format.h>

namespace waypost::cli {

namespace {

struct Rejected {
    std::vector<store::RefusedFile> files;
    std::vector<store::RejectedRow> lines;
};

json::value toJson(const store::RefusedFile& f) {
    return json::object{{"kind", "file"},
                        {"file", json::foreign(f.path)},
                        {"offset", 0},
                        {"reason", json::foreign(f.reason)},
                        {"bytes", text::printable(f.bytes)}};
}

json::value toJson(const store::RejectedRow& l) {
    return json::object{
        {"kind", "line"},     {"file", json::foreign(l.path)},     {"offset", l.pos},
        {"length", l.length}, {"reason", json::foreign(l.reason)}, {"bytes", text::printable(l.bytes)}};
}

void print(const Rejected& all) {
    for (const store::RefusedFile& f : all.files)
        printLine(fmt::format("{}: not read: {}", text::printable(f.path), text::printable(f.reason)));
    for (const store::RejectedRow& l : all.lines) {
        printLine(
            fmt::format("{} at octet {}: {}", text::printable(l.path), l.pos, text::printable(l.reason)));
        printLine("  " + text::printable(l.bytes));
    }
    if (all.files.empty() && all.lines.empty()) printLine("Nothing was rejected.");
}

} // namespace

void listRejected(Globals& globals, int limit) {
    auto workspace = openWorkspace(globals, false);
    if (!workspace) return printError(globals, workspace.error());
    auto all = (*workspace)->read([limit](store::Database& db) {
        return Rejected{store::refusedFiles(db, limit), store::rejectedLines(db, 0, limit)};
    });
    if (!all) return printError(globals, all.error());
    if (!globals.json) return print(*all);
    for (const store::RefusedFile& f : all->files) printLine(json::line(toJson(f)));
    for (const store::RejectedRow& l : all->lines) printLine(json::line(toJson(l)));
}

} // namespace waypost::cli
