// Shared by the tests of this folder: a workspace in a temporary folder, files, imports.
#pragma once

#include "ingest/evidence.h"
#include "ingest/importer.h"
#include "store/event_queries.h"
#include "store/rollup_check.h"
#include "store/workspace.h"
#include "support/paths.h"

#include <fstream>

namespace waypost::ingest::test {

inline std::unique_ptr<store::Workspace> openWorkspace(const std::filesystem::path& file) {
    store::WorkspaceOptions options;
    options.create = true;
    options.durability = store::Durability::Normal;
    auto opened = store::Workspace::open(file, options);
    if (!opened) std::fprintf(stderr, "%s\n", opened.error().describe().c_str());
    return opened ? std::move(*opened) : nullptr;
}

inline void put(const std::filesystem::path& file, std::string_view bytes, bool append = false) {
    std::ofstream out(file, std::ios::binary | (append ? std::ios::app : std::ios::trunc));
    out.write(bytes.data(), std::streamsize(bytes.size()));
}

inline ImportOptions options() {
    ImportOptions o;
    o.zone = {false, 0};
    return o;
}

inline std::int64_t number(store::Workspace& ws, const std::string& sql) {
    auto n = ws.read([&](store::Database& db) { return db.integer(sql); });
    return n ? *n : -1;
}

inline std::int64_t storedEvents(store::Workspace& ws) {
    return number(ws, "SELECT sum(events) FROM rollup_hour_class");
}

// "" when roll-ups equal events.
inline std::string differences(store::Workspace& ws) {
    auto found = ws.read([](store::Database& db) { return store::recount(db); });
    if (!found) return found.error().describe();
    std::string out;
    for (const auto& d : *found) out += d + "\n";
    return out;
}

} // namespace waypost::ingest::test
