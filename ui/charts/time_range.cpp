#include "ui/charts/time_range.h"

#include <QCoreApplication>
#include <QDateTime>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr qint64 minuteMs = 60'000;
constexpr qint64 longestMs = 20LL * 366 * 24 * 60 * minuteMs;

QString tr(const char* text) {
    return QCoreApplication::translate("TimeRange", text);
}

qint64 unitMs(QChar unit) {
    switch (unit.unicode()) {
    case u's': return 1000;
    case u'm': return minuteMs;
    case u'h': return 60 * minuteMs;
    case u'd': return 24 * 60 * minuteMs;
    case u'w': return 7 * 24 * 60 * minuteMs;
    default: return 0;
    }
}

qint64 startOfDay(qint64 ms, const QTimeZone& zone) {
    return QDateTime::fromMSecsSinceEpoch(ms, zone).date().startOfDay(zone).toMSecsSinceEpoch();
}

std::optional<qint64> cut(qint64 ms, QChar unit, const QTimeZone& zone) {
    const QDateTime local = QDateTime::fromMSecsSinceEpoch(ms, zone);
    if (unit == u'd') return startOfDay(ms, zone);
    if (unit == u'w')
        return local.date().addDays(1 - local.date().dayOfWeek()).startOfDay(zone).toMSecsSinceEpoch();
    if (unit != u'h' && unit != u'm') return std::nullopt;
    const qint64 offset = local.offsetFromUtc() * 1000LL, size = unitMs(unit);
    return (ms + offset) / size * size - offset;
}

// now [-N unit] [/unit]; days and weeks move by the calendar, so that a day with a clock change is still one
// day.
std::optional<qint64> nowPoint(QStringView text, qint64 now, const QTimeZone& zone) {
    text = text.mid(3);
    qint64 at = now;
    if (text.startsWith(u'-')) {
        qsizetype end = 1;
        while (end < text.size() && text[end].isDigit()) ++end;
        bool good = false;
        const qint64 count = text.mid(1, end - 1).toLongLong(&good);
        if (!good || end >= text.size() || unitMs(text[end]) == 0 || count > longestMs / unitMs(text[end]))
            return std::nullopt;
        const QChar unit = text[end];
        if (unit == u'd' || unit == u'w')
            at = QDateTime::fromMSecsSinceEpoch(now, zone)
                     .addDays(unit == u'd' ? -count : -7 * count)
                     .toMSecsSinceEpoch();
        else
            at = now - count * unitMs(unit);
        text = text.mid(end + 1);
    }
    if (text.isEmpty()) return at;
    if (text.size() == 2 && text[0] == u'/') return cut(at, text[1], zone);
    return std::nullopt;
}

std::optional<qint64> datePoint(const QString& text, const QTimeZone& zone) {
    const bool utc = text.endsWith(u'Z');
    const QString body = utc ? text.chopped(1) : text;
    if (body.size() == 10) {
        const QDate day = QDate::fromString(body, Qt::ISODate);
        if (day.isValid()) return day.startOfDay(utc ? QTimeZone::utc() : zone).toMSecsSinceEpoch();
        return std::nullopt;
    }
    for (const QString& format : {u"yyyy-MM-ddTHH:mm:ss"_s, u"yyyy-MM-ddTHH:mm"_s, u"yyyy-MM-dd HH:mm"_s}) {
        const QDateTime parsed = QDateTime::fromString(body, format);
        if (!parsed.isValid()) continue;
        return QDateTime(parsed.date(), parsed.time(), utc ? QTimeZone::utc() : zone).toMSecsSinceEpoch();
    }
    return std::nullopt;
}

std::optional<qint64> point(const QString& text, qint64 now, const QTimeZone& zone) {
    if (text.startsWith("now"_L1)) return nowPoint(text, now, zone);
    if (text == "today"_L1) return startOfDay(now, zone);
    if (text == "yesterday"_L1)
        return QDateTime::fromMSecsSinceEpoch(now, zone)
            .date()
            .addDays(-1)
            .startOfDay(zone)
            .toMSecsSinceEpoch();
    return datePoint(text, zone);
}

} // namespace

RangeVerdict resolveRange(const QString& raw, qint64 now, const QTimeZone& zone) {
    const QString text = raw.simplified();
    if (text.isEmpty()) return {{}, tr("A time range is needed, for example now-24h..now.")};
    QString left = text, right = u"now"_s;
    const qsizetype dots = text.indexOf(".."_L1);
    if (dots >= 0) {
        left = text.left(dots).trimmed();
        right = text.mid(dots + 2).trimmed();
    } else if (text == "yesterday"_L1) {
        right = u"today"_s;
    } else if (text.size() == 10 && datePoint(text, zone)) {
        const QDate next = QDate::fromString(text, Qt::ISODate).addDays(1);
        right = next.toString(Qt::ISODate);
    }
    const auto from = point(left, now, zone), to = point(right, now, zone);
    if (!from || !to)
        return {{},
                tr("“%1” is not a time. Write now-24h, today, yesterday, 2026-05-01 or 2026-05-01T10:00Z.")
                    .arg(from ? right : left)};
    if (*from >= *to) return {{}, tr("The range ends before it starts.")};
    if (*to - *from > longestMs) return {{}, tr("The range is longer than 20 years.")};
    return {ResolvedRange{*from, *to}, {}};
}

QString absoluteText(const ResolvedRange& r) {
    const auto iso = [](qint64 ms) {
        return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC).toString(Qt::ISODate);
    };
    return iso(r.from) + u".."_s + iso(r.to);
}

ResolvedRange stepped(const ResolvedRange& r, int direction) {
    const qint64 by = (r.to - r.from) / 2 * direction;
    return {r.from + by, r.to + by};
}

ResolvedRange zoomed(const ResolvedRange& r, double factor) {
    const qint64 middle = r.from + (r.to - r.from) / 2;
    const auto half = static_cast<qint64>(static_cast<double>(r.to - r.from) * factor / 2);
    const qint64 kept = std::clamp(half, minuteMs / 2, longestMs / 2);
    return {middle - kept, middle + kept};
}

} // namespace waypost::ui
