#include "ui/charts/plot.h"

#include "ui/charts/time_axis.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QPainter>
#include <QPainterPath>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr double secondMs = 1000, minuteMs = 60'000, hourMs = 3'600'000, dayMs = 86'400'000;
constexpr double durationSteps[] = {
    1,      10,         100,   secondMs,  10 * secondMs, minuteMs, 10 * minuteMs,
    hourMs, 6 * hourMs, dayMs, 7 * dayMs, 30 * dayMs};

double logOf(double ms) {
    return std::log10(std::max(ms, 1.0));
}

struct Scene {
    QPainter& p;
    const Plot& plot;
    const PlotLayout& at;
    const Tokens& t;
    [[nodiscard]] QColor colour(const PlotLine& l) const { return l.colour.isValid() ? l.colour : t.text; }
};

void paintAxes(const Scene& s) {
    const QRectF r = s.at.area();
    const QFontMetricsF m(s.p.font());
    std::vector<double> ys;
    if (s.plot.yAxis == Plot::Y::Share)
        for (int i = 0; i <= 4; ++i) ys.push_back(i / 4.0);
    else
        ys = durationTicks(s.at.lowest(), s.at.highest(), std::max(2, int(r.height() / 30)));
    for (const double v : ys) {
        const qreal y = std::round(s.at.y(v)) + 0.5;
        s.p.setPen(QPen(v == ys.front() ? s.t.lineStrong : s.t.line, 1));
        s.p.drawLine(QPointF(r.left(), y), QPointF(r.right(), y));
        s.p.setPen(s.t.textMuted);
        const QString text = s.plot.yText(v);
        s.p.drawText(QPointF(r.left() - 6 - m.horizontalAdvance(text), y + m.ascent() / 2 - 1), text);
    }
    const int most = std::max(2, int(r.width() / 76));
    std::vector<std::pair<double, QString>> xs;
    if (s.plot.xAxis == Plot::X::Time)
        for (const TimeTick& tick : timeTicks(qint64(s.plot.from), qint64(s.plot.to), most, s.plot.zone))
            xs.emplace_back(double(tick.at), tick.label);
    else
        for (const double v : durationTicks(s.plot.from, s.plot.to, most))
            xs.emplace_back(v, plotDuration(v));
    qreal freeFrom = r.left() - 20;
    for (const auto& [v, label] : xs) {
        const qreal x = std::round(s.at.x(v)) + 0.5;
        s.p.setPen(QPen(s.t.line, 1));
        s.p.drawLine(QPointF(x, r.top()), QPointF(x, r.bottom() + 4));
        const qreal width = m.horizontalAdvance(label);
        const qreal left = std::min(x - width / 2, r.right() + 8 - width);
        if (left < freeFrom) continue;
        s.p.setPen(s.t.textMuted);
        s.p.drawText(QPointF(left, r.bottom() + 6 + m.ascent()), label);
        freeFrom = left + width + 8;
    }
}

void paintBand(const Scene& s, const PlotLine& l) {
    if (l.low.size() < 2 || l.low.size() != l.high.size()) return;
    QPolygonF shape;
    const auto add = [&](const std::vector<QPointF>& edge, bool back) {
        QPolygonF line;
        for (const QPointF& q : edge) {
            const QPointF to(s.at.x(q.x()), s.at.y(q.y()));
            if (l.step && !line.isEmpty()) line << QPointF(to.x(), line.last().y());
            line << to;
        }
        if (back) std::reverse(line.begin(), line.end());
        shape += line;
    };
    add(l.low, false);
    add(l.high, true);
    QColor wash = s.colour(l);
    wash.setAlphaF(0.15F);
    s.p.setPen(Qt::NoPen);
    s.p.setBrush(wash);
    s.p.drawPolygon(shape);
}

void paintLine(const Scene& s, const PlotLine& l) {
    QPainterPath path;
    bool open = false;
    int run = 0;
    QPointF last;
    const auto lonePoint = [&] {
        if (run != 1) return;
        s.p.setPen(Qt::NoPen);
        s.p.setBrush(s.colour(l));
        s.p.drawEllipse(last, 2.5, 2.5); // one point between gaps has no line
    };
    for (const QPointF& q : l.points) {
        if (std::isnan(q.y())) {
            lonePoint();
            open = false; // a gap stays a gap
            run = 0;
            continue;
        }
        const QPointF to(s.at.x(q.x()), s.at.y(q.y()));
        if (open && l.step) path.lineTo(to.x(), path.currentPosition().y());
        open ? path.lineTo(to) : path.moveTo(to);
        open = true;
        last = to;
        ++run;
    }
    lonePoint();
    s.p.setBrush(Qt::NoBrush);
    s.p.setPen(QPen(s.colour(l), 2, l.style));
    s.p.drawPath(path);
}

void paintLegend(const Scene& s, const QRectF& area) {
    const QFontMetricsF m(s.p.font());
    qreal x = s.at.area().left();
    const qreal y = area.top() + 4;
    if (s.plot.lines.size() > 1)
        for (const PlotLine& l : s.plot.lines) {
            s.p.setPen(QPen(s.colour(l), 2, l.style));
            s.p.drawLine(QPointF(x, y + m.height() / 2), QPointF(x + 22, y + m.height() / 2));
            s.p.setPen(s.t.textMuted);
            s.p.drawText(QPointF(x + 27, y + m.ascent()), l.name);
            x += 27 + m.horizontalAdvance(l.name) + 16;
        }
    s.p.setPen(s.t.textMuted);
    if (s.plot.lines.size() <= 1) s.p.drawText(QPointF(x, y + m.ascent()), s.plot.yTitle);
    const QString right =
        s.plot.xAxis == Plot::X::Time ? QString::fromLatin1(s.plot.zone.id()) : s.plot.xTitle;
    s.p.drawText(QPointF(area.right() - 8 - m.horizontalAdvance(right), y + m.ascent()), right);
}

void paintMarks(const Scene& s) {
    const QRectF r = s.at.area();
    for (const auto& [at, text] : s.plot.marks) {
        if (at < s.plot.from || at > s.plot.to) continue;
        const qreal x = std::round(s.at.x(at)) + 0.5;
        s.p.setPen(QPen(s.t.text, 1, Qt::DotLine));
        s.p.drawLine(QPointF(x, r.top()), QPointF(x, r.bottom()));
    }
}

void paintCursor(const Scene& s, int index) {
    if (s.plot.lines.empty() || index < 0 || index >= int(s.plot.lines.front().points.size())) return;
    const QRectF r = s.at.area();
    const qreal x = s.at.x(s.plot.lines.front().points[size_t(index)].x());
    s.p.setPen(QPen(s.t.lineStrong, 1));
    s.p.drawLine(QPointF(x, r.top()), QPointF(x, r.bottom()));
    for (const PlotLine& l : s.plot.lines) {
        if (index >= int(l.points.size()) || std::isnan(l.points[size_t(index)].y())) continue;
        s.p.setPen(QPen(s.t.surface, 2));
        s.p.setBrush(s.colour(l));
        s.p.drawEllipse(QPointF(x, s.at.y(l.points[size_t(index)].y())), 4.5, 4.5);
    }
}

} // namespace

QString plotDuration(double ms) {
    const auto text = [](double v, const char* unit) {
        return QString::number(v, 'g', 3) + u' ' + QLatin1String(unit);
    };
    if (ms < secondMs) return text(std::round(ms), "ms");
    if (ms < minuteMs) return text(ms / secondMs, "s");
    if (ms < hourMs) return text(ms / minuteMs, "min");
    if (ms < dayMs) return text(ms / hourMs, "h");
    return text(ms / dayMs, "d");
}

std::vector<double> durationTicks(double from, double to, int most) {
    std::vector<double> all;
    for (const double v : durationSteps)
        if (v >= from * 0.999 && v <= to * 1.001) all.push_back(v);
    if (most < 1 || all.empty()) return {};
    const size_t every = (all.size() + size_t(most) - 1) / size_t(most);
    std::vector<double> out;
    for (size_t i = 0; i < all.size(); i += every) out.push_back(all[i]);
    return out;
}

QString Plot::xText(double x) const {
    return xAxis == X::Time ? stampText(qint64(x), zone) : plotDuration(x);
}

QString Plot::yText(double y) const {
    if (std::isnan(y)) return QCoreApplication::translate("Chart", "no data");
    if (yAxis == Y::Duration) return plotDuration(y);
    const double percent = y * 100;
    return QString::number(percent, 'f', percent == std::round(percent) ? 0 : 1) + u" %"_s;
}

PlotLayout::PlotLayout(const Plot& plot, const QRectF& area) : plot_(plot) {
    const QFontMetricsF m(Theme::current().caption());
    inner_ = area.adjusted(m.horizontalAdvance(u"100 min"_s) + 10, m.height() + 10, -10, -(m.height() + 8));
    if (plot.yAxis == Plot::Y::Share) return;
    low_ = 1e300;
    high_ = 0;
    for (const PlotLine& l : plot.lines)
        for (const QPointF& q : l.points)
            if (!std::isnan(q.y())) {
                low_ = std::min(low_, q.y());
                high_ = std::max(high_, q.y());
            }
    if (high_ <= 0) low_ = 1;
    // Whole decades, so that the same value stands at the same height after a small change.
    low_ = std::pow(10, std::floor(logOf(low_)));
    high_ = std::max(std::pow(10, logOf(high_) + 0.1), low_ * 10);
}

qreal PlotLayout::x(double value) const {
    double f = 0;
    if (plot_.xAxis == Plot::X::Time)
        f = (value - plot_.from) / std::max(1.0, plot_.to - plot_.from);
    else
        f = (logOf(value) - logOf(plot_.from)) / std::max(1e-9, logOf(plot_.to) - logOf(plot_.from));
    return inner_.left() + inner_.width() * std::clamp(f, 0.0, 1.0);
}

qreal PlotLayout::y(double value) const {
    double f = value;
    if (plot_.yAxis == Plot::Y::Duration)
        f = (logOf(value) - logOf(low_)) / std::max(1e-9, logOf(high_) - logOf(low_));
    return inner_.bottom() - inner_.height() * std::clamp(f, 0.0, 1.0);
}

void paintPlot(QPainter& p, const QRectF& area, const Plot& plot, std::optional<int> cursor,
               const Tokens& t) {
    p.save();
    p.setFont(Theme::current().caption());
    p.fillRect(area, t.surface);
    const PlotLayout layout(plot, area);
    const Scene scene{p, plot, layout, t};
    paintAxes(scene);
    p.setRenderHint(QPainter::Antialiasing, true);
    for (const PlotLine& l : plot.lines) paintBand(scene, l);
    for (const PlotLine& l : plot.lines) paintLine(scene, l);
    paintMarks(scene);
    if (cursor) paintCursor(scene, *cursor);
    paintLegend(scene, area);
    p.restore();
}

} // namespace waypost::ui
