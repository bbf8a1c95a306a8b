// CountTrend: a number with its past, for a table cell: count, share of the whole, and up to 24 points.
#pragma once

#include "ui/theme/tokens.h"

#include <QList>
#include <QMetaType>

namespace waypost::ui {

struct CountTrend {
    qulonglong count = 0;
    qulonglong total = 0; // 0: share unknown, no bar
    Outcome state = Outcome::Neutral;
    QList<double> points; // oldest first; NaN: not known
    bool operator==(const CountTrend&) const = default;
};

} // namespace waypost::ui

Q_DECLARE_METATYPE(waypost::ui::CountTrend)
