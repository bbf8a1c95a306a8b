// Time ranges: one grammar for window, links and command line.
//   range = point ".." point ;  point = "now" [ "-" N unit ] [ "/" unit ] | "today" | "yesterday" | date [
//   "T" time [ "Z" ] ] unit  = s | m | h | d | w      "/d" cuts to the start of the day in the display zone
// A lone "now-24h" means "now-24h..now"; "today" and "yesterday" alone mean that day.
#pragma once

#include <QString>
#include <QTimeZone>

#include <optional>

namespace waypost::ui {

struct ResolvedRange {
    qint64 from = 0; // UTC ms, inclusive
    qint64 to = 0;   // UTC ms, exclusive
    bool operator==(const ResolvedRange&) const = default;
};

struct RangeVerdict {
    std::optional<ResolvedRange> range;
    QString error; // one sentence, set when range is not
};

RangeVerdict resolveRange(const QString& text, qint64 nowMs, const QTimeZone& zone);

// A range that does not follow the clock, as text: 2026-05-01T10:00:00Z..2026-05-01T12:00:00Z.
QString absoluteText(const ResolvedRange& range);
ResolvedRange stepped(const ResolvedRange& range, int direction); // half a range earlier (-1) or later (+1)
ResolvedRange zoomed(const ResolvedRange& range, double factor);  // about its middle; never under 1 min
inline bool followsClock(const QString& text) {
    return text.contains(QLatin1String("now")) || text == QLatin1String("today");
}

} // namespace waypost::ui
