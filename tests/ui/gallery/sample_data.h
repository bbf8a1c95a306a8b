// Made-up values for the gallery and tests: a day of delivery with a deferral wave, a gap and two changes.
#pragma once

#include "ui/charts/time_series.h"
#include "ui/models/row_model.h"

namespace waypost::ui::sample {

inline constexpr qint64 dayStart = 1'777'593'600'000; // 2026-05-01T00:00:00Z
inline constexpr qint64 hourMs = 3'600'000;

TimeSeries delivery();
std::vector<Column> clusterColumns();
std::vector<Row> clusters();

} // namespace waypost::ui::sample
