// Figures that providers gave a sender about himself. One of the same subject, source, metric and time is
// there once: a file read again changes nothing, a corrected one replaces. Thread rule and failure: those of
// the Database.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waypost::store {

class Database;

struct FigureRow {
    std::string subject, source, metric;
    UtcTime from, to; // [from, to)
    std::optional<double> low, high;
    std::string text;
    std::string file;
    UtcTime imported;
};

namespace figures {

struct Kept {
    std::uint64_t added = 0, replaced = 0, same = 0;
};
Kept keep(Database& db, const std::vector<FigureRow>& rows);

struct Ask {
    std::string subject; // empty: all
    std::string source;
    UtcTime since{INT64_MIN};
    int limit = 10'000;
};
// Newest first, then by subject, source, metric.
std::vector<FigureRow> list(Database& db, const Ask& ask);

} // namespace figures

} // namespace waypost::store
