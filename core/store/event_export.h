// Stored events as CSV (RFC 4180, UTF-8, CR LF, a header line) or JSON Lines, oldest first, in one snapshot,
// with bounded memory whatever their number. The columns are those of the reply event; names never change
// with a language, times are UTC. Unknown is an empty cell, or null. Thread rule: that of the Database.
// Failure: StorageError.
//
// CSV is for spreadsheets: a text that begins with = + - @ TAB or CR gets an apostrophe in front, control
// characters become \xNN (LF stays, inside quotes). JSON Lines keeps every character; octets that are no
// UTF-8 become U+FFFD.
#pragma once

#include "store/event_cells.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace waypost::store {

enum class ExportFormat : std::uint8_t { Csv, JsonLines };

struct ExportAsk {
    EventRange range;
    EventFilter filter;
    ExportFormat format = ExportFormat::Csv;
    bool newestFirst = false;
    std::uint64_t limit = UINT64_MAX;
};
// Column names, in order.
std::span<const std::string_view> exportColumns();

// Gets whole lines; false: stop.
using ExportSink = std::function<bool(std::string_view lines)>;
struct ExportDone {
    std::uint64_t rows = 0;
    bool stopped = false;
};
ExportDone exportEvents(Database& db, const ExportAsk& ask, const ExportSink& sink);

// One CSV cell as described above, quoted when it must be.
void appendCsv(std::string& out, std::string_view text);
// A number, a name of ours: never a formula.
void appendJson(std::string& out, std::string_view text); // with quotes

} // namespace waypost::store
