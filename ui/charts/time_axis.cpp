#include "ui/charts/time_axis.h"

#include <QDateTime>
#include <QLocale>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr qint64 minuteMs = 60'000, hourMs = 60 * minuteMs, dayMs = 24 * hourMs;

struct Step {
    enum class Unit { Fixed, Days, Months } unit;
    qint64 size; // ms for Fixed, count otherwise
    qint64 roughMs;
};

constexpr Step steps[] = {
    {Step::Unit::Fixed, 1000, 1000},
    {Step::Unit::Fixed, 5000, 5000},
    {Step::Unit::Fixed, 15'000, 15'000},
    {Step::Unit::Fixed, 30'000, 30'000},
    {Step::Unit::Fixed, minuteMs, minuteMs},
    {Step::Unit::Fixed, 5 * minuteMs, 5 * minuteMs},
    {Step::Unit::Fixed, 15 * minuteMs, 15 * minuteMs},
    {Step::Unit::Fixed, 30 * minuteMs, 30 * minuteMs},
    {Step::Unit::Fixed, hourMs, hourMs},
    {Step::Unit::Fixed, 2 * hourMs, 2 * hourMs},
    {Step::Unit::Fixed, 3 * hourMs, 3 * hourMs},
    {Step::Unit::Fixed, 6 * hourMs, 6 * hourMs},
    {Step::Unit::Fixed, 12 * hourMs, 12 * hourMs},
    {Step::Unit::Days, 1, dayMs},
    {Step::Unit::Days, 2, 2 * dayMs},
    {Step::Unit::Days, 7, 7 * dayMs},
    {Step::Unit::Days, 14, 14 * dayMs},
    {Step::Unit::Months, 1, 30 * dayMs},
    {Step::Unit::Months, 3, 91 * dayMs},
    {Step::Unit::Months, 12, 365 * dayMs},
    {Step::Unit::Months, 60, 5 * 365 * dayMs},
};

// Wall-clock multiples: within each local day count from its midnight, so 06:00 stays 06:00 across a clock
// change.
std::vector<qint64> fixedTicks(qint64 from, qint64 to, qint64 size, const QTimeZone& zone) {
    std::vector<qint64> out;
    QDate day = QDateTime::fromMSecsSinceEpoch(from, zone).date();
    const QDate last = QDateTime::fromMSecsSinceEpoch(to, zone).date();
    for (; day <= last; day = day.addDays(1)) {
        for (qint64 inDay = 0; inDay < dayMs; inDay += size) {
            const QTime wall = QTime::fromMSecsSinceStartOfDay(static_cast<int>(inDay));
            const QDateTime at = inDay == 0 ? day.startOfDay(zone) : QDateTime(day, wall, zone);
            // A wall time the clock jumped over does not exist: no tick rather than a moved one.
            if (!at.isValid() || (inDay != 0 && at.time() != wall)) continue;
            const qint64 ms = at.toMSecsSinceEpoch();
            if (ms >= from && ms <= to && (out.empty() || ms > out.back())) out.push_back(ms);
        }
    }
    return out;
}

std::vector<qint64> calendarTicks(qint64 from, qint64 to, const Step& step, const QTimeZone& zone) {
    std::vector<qint64> out;
    const QDate first = QDateTime::fromMSecsSinceEpoch(from, zone).date();
    QDate day = first;
    if (step.unit == Step::Unit::Months) {
        const int index = first.year() * 12 + first.month() - 1;
        const int cut = index / static_cast<int>(step.size) * static_cast<int>(step.size);
        day = QDate(cut / 12, cut % 12 + 1, 1);
    } else if (step.size >= 7) {
        day = first.addDays(1 - first.dayOfWeek());
    }
    while (true) {
        const qint64 ms = day.startOfDay(zone).toMSecsSinceEpoch();
        if (ms > to) return out;
        if (ms >= from) out.push_back(ms);
        day = step.unit == Step::Unit::Months ? day.addMonths(static_cast<int>(step.size))
                                              : day.addDays(step.size);
    }
}

QString labelOf(qint64 ms, const Step& step, const QTimeZone& zone, bool first, bool& major) {
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(ms, zone);
    const QLocale c = QLocale::c();
    if (step.unit == Step::Unit::Months) {
        major = at.date().month() == 1;
        return major || step.size >= 12 ? QString::number(at.date().year())
                                        : c.toString(at.date(), u"MMM yyyy"_s);
    }
    const bool midnight = at.time() == at.date().startOfDay(zone).time();
    major = step.unit == Step::Unit::Fixed && midnight;
    if (step.unit == Step::Unit::Days || midnight || first) {
        const QString date = c.toString(at.date(), u"d MMM"_s);
        return step.unit == Step::Unit::Days || midnight ? date : date + u' ' + at.toString(u"HH:mm"_s);
    }
    return at.toString(step.size < minuteMs ? u"HH:mm:ss"_s : u"HH:mm"_s);
}

} // namespace

std::vector<TimeTick> timeTicks(qint64 from, qint64 to, int most, const QTimeZone& zone) {
    if (to <= from || most < 1) return {};
    const Step* chosen = &steps[std::size(steps) - 1];
    for (const Step& s : steps) {
        if ((to - from) / s.roughMs + 1 > most) continue;
        chosen = &s;
        break;
    }
    const std::vector<qint64> at = chosen->unit == Step::Unit::Fixed
                                       ? fixedTicks(from, to, chosen->size, zone)
                                       : calendarTicks(from, to, *chosen, zone);
    std::vector<TimeTick> out;
    for (const qint64 ms : at) {
        TimeTick tick{ms, {}, false};
        tick.label = labelOf(ms, *chosen, zone, out.empty(), tick.major);
        out.push_back(tick);
    }
    return out;
}

std::vector<double> valueTicks(double top, int most) {
    if (top <= 0 || most < 1) return {0};
    double step = std::pow(10, std::floor(std::log10(top / most)));
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
        if (top / (step * factor) > most) continue;
        step *= factor;
        break;
    }
    if (top >= 1) step = std::max(step, top <= 1.0 ? step : 0.0);
    std::vector<double> out;
    for (int i = 0; step * i <= top * 1.0001; ++i) out.push_back(step * i);
    return out;
}

QString shortNumber(double value) {
    const auto text = [](double v) { return QString::number(v, 'g', 3); };
    if (value >= 1e9) return text(value / 1e9) + u"G"_s;
    if (value >= 1e6) return text(value / 1e6) + u"M"_s;
    if (value >= 1e4) return text(value / 1e3) + u"k"_s;
    return QString::number(value, 'g', 4);
}

QString stampText(qint64 ms, const QTimeZone& zone) {
    const QDateTime utc = QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC);
    const QDateTime local = utc.toTimeZone(zone);
    QString u = QLocale::c().toString(utc, u"yyyy-MM-dd HH:mm:ss"_s) + u"Z"_s;
    if (zone == QTimeZone::utc() || local.offsetFromUtc() == 0) return u;
    return QLocale::c().toString(local, u"yyyy-MM-dd HH:mm:ss"_s) + u' ' + local.timeZoneAbbreviation() +
           u" ("_s + u + u')';
}

} // namespace waypost::ui
