// Time axis: ticks at whole units of the display zone (hours, days, months), right on days when the clock
// changes.
#pragma once

#include <QString>
#include <QTimeZone>

#include <vector>

namespace waypost::ui {

struct TimeTick {
    qint64 at = 0; // UTC ms
    QString label; // "14:00"; the first tick and each midnight carry the date: "29 Mar"
    bool major = false;
};

// At most `most` ticks in [from, to].
std::vector<TimeTick> timeTicks(qint64 from, qint64 to, int most, const QTimeZone& zone);

// Ticks of a value axis from 0: 1, 2 or 5 times a power of ten.
std::vector<double> valueTicks(double top, int most);
QString shortNumber(double value); // 12.5k, 3M

// "29 Mar 03:00 CEST (01:00Z)": display zone and UTC, for tool tips and tables.
QString stampText(qint64 utcMs, const QTimeZone& zone);

} // namespace waypost::ui
