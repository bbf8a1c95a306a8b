#include "ui/charts/time_axis.h"
#include "ui/charts/time_series.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr qreal tickRoom = 76; // px a time label needs

struct Scene {
    QPainter& p;
    const TimeSeries& data;
    const ChartView& view;
    const ChartLayout& layout;
    const Tokens& t;
};

void paintValueAxis(const Scene& s) {
    const QRectF plot = s.layout.plot();
    const QFontMetricsF m(s.p.font());
    for (const double v : valueTicks(s.layout.top(), std::max(2, static_cast<int>(plot.height() / 36)))) {
        const qreal y = std::round(s.layout.y(v)) + 0.5;
        s.p.setPen(QPen(v == 0 ? s.t.lineStrong : s.t.line, 1));
        s.p.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        s.p.setPen(s.t.textMuted);
        const QString text = s.view.share ? QString::number(v) + u" %"_s : shortNumber(v);
        s.p.drawText(QPointF(plot.left() - 6 - m.horizontalAdvance(text), y + m.ascent() / 2 - 1), text);
    }
}

void paintTimeAxis(const Scene& s) {
    const QRectF plot = s.layout.plot();
    const QFontMetricsF m(s.p.font());
    qreal freeFrom = plot.left() - 20;
    const int most = std::max(2, static_cast<int>(plot.width() / tickRoom));
    for (const TimeTick& tick : timeTicks(s.data.from, s.data.to, most, s.view.zone)) {
        const qreal x = std::round(s.layout.x(tick.at)) + 0.5;
        s.p.setPen(QPen(tick.major ? s.t.lineStrong : s.t.line, 1));
        s.p.drawLine(QPointF(x, plot.bottom()), QPointF(x, plot.bottom() + 4));
        if (tick.major) s.p.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        const qreal width = m.horizontalAdvance(tick.label);
        const qreal left = std::min(x - width / 2, plot.right() + 8 - width);
        if (left < freeFrom) continue;
        s.p.setPen(tick.major ? s.t.text : s.t.textMuted);
        s.p.drawText(QPointF(left, plot.bottom() + 6 + m.ascent()), tick.label);
        freeFrom = left + width + 8;
    }
}

// Legend at the top left: fill, glyph and word of each state that occurs.
qreal paintLegend(const Scene& s, const QRectF& area) {
    const QFontMetricsF m(s.p.font());
    qreal x = s.layout.plot().left();
    const qreal y = area.top() + 4;
    for (const Outcome o : outcomeOrder) {
        bool used = false;
        for (const Bucket& b : s.data.buckets) used = used || b.count[static_cast<size_t>(o)] > 0;
        if (!used) continue;
        const QRectF swatch(x, y + (m.height() - 10) / 2, 16, 10);
        paintFill(s.p, swatch, o, s.t);
        paintMark(s.p, QRectF(x + 20, y + (m.height() - 11) / 2, 11, 11), o, s.t.of(o));
        s.p.setPen(s.t.textMuted);
        const QString word = s.data.nameOf(o);
        s.p.drawText(QPointF(x + 35, y + m.ascent()), word);
        x += 35 + m.horizontalAdvance(word) + 16;
    }
    for (const ChartLine& l : s.data.lines) {
        s.p.setPen(QPen(s.t.of(l.state), 2));
        s.p.drawLine(QPointF(x, y + m.height() / 2), QPointF(x + 16, y + m.height() / 2));
        s.p.setPen(s.t.textMuted);
        s.p.drawText(QPointF(x + 20, y + m.ascent()), l.name);
        x += 20 + m.horizontalAdvance(l.name) + 16;
    }
    s.p.setPen(s.t.textMuted);
    const QString zone = QString::fromLatin1(s.view.zone.id());
    s.p.drawText(QPointF(area.right() - 8 - m.horizontalAdvance(zone), y + m.ascent()), zone);
    return x;
}

void paintBars(const Scene& s) {
    for (int i = 0; i < static_cast<int>(s.data.buckets.size()); ++i) {
        if (!s.data.buckets[static_cast<size_t>(i)].known) {
            // "Nobody looked" must not look like "nothing came".
            QColor faint = s.t.of(Outcome::Unknown);
            faint.setAlphaF(0.5F);
            paintHatch(s.p, s.layout.column(i), faint);
            continue;
        }
        for (const Outcome o : outcomeOrder) {
            const QRectF r = s.layout.bar(i, o);
            if (!r.isEmpty()) paintFill(s.p, r, o, s.t);
        }
    }
}

void paintBand(const Scene& s) {
    if (!s.data.band || s.data.band->percent != s.view.share) return;
    const QRectF plot = s.layout.plot();
    const QRectF r(plot.left(), s.layout.y(s.data.band->high), plot.width(),
                   s.layout.y(s.data.band->low) - s.layout.y(s.data.band->high));
    QColor wash = s.t.of(Outcome::Deferred);
    wash.setAlphaF(0.13F);
    s.p.fillRect(r, wash);
    s.p.setPen(QPen(s.t.of(Outcome::Deferred), 1, Qt::DashLine));
    s.p.drawLine(r.bottomLeft(), r.bottomRight());
    s.p.setPen(s.t.textMuted);
    s.p.drawText(QPointF(plot.left() + 4, r.bottom() - 3), s.data.band->text);
}

void paintLines(const Scene& s) {
    s.p.setRenderHint(QPainter::Antialiasing, true);
    s.p.setBrush(Qt::NoBrush);
    for (const ChartLine& l : s.data.lines) {
        QPainterPath path;
        bool open = false;
        for (const auto& [at, v] : l.points) {
            if (std::isnan(v)) {
                open = false; // a gap stays a gap
                continue;
            }
            const QPointF to(s.layout.x(at), s.layout.y(v));
            if (open && l.step) path.lineTo(to.x(), path.currentPosition().y());
            open ? path.lineTo(to) : path.moveTo(to);
            open = true;
        }
        s.p.setPen(QPen(s.t.of(l.state), 2));
        s.p.drawPath(path);
    }
}

void paintMarks(const Scene& s) {
    const QRectF plot = s.layout.plot();
    s.p.setRenderHint(QPainter::Antialiasing, true);
    for (const ChartMark& mark : s.data.marks) {
        if (mark.at < s.data.from || mark.at > s.data.to) continue;
        const qreal x = std::round(s.layout.x(mark.at)) + 0.5;
        s.p.setPen(QPen(s.t.text, 1, Qt::DotLine));
        s.p.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        s.p.setPen(Qt::NoPen);
        s.p.setBrush(s.t.text);
        s.p.drawPolygon(QPolygonF{{x - 4, plot.top() - 6}, {x + 4, plot.top() - 6}, {x, plot.top()}});
    }
}

void paintCursor(const Scene& s) {
    const QRectF plot = s.layout.plot();
    if (s.view.brush) {
        QColor wash = s.t.accent;
        wash.setAlphaF(0.18F);
        const QRectF r =
            QRectF(QPointF(s.view.brush->first, plot.top()), QPointF(s.view.brush->second, plot.bottom()))
                .normalized();
        s.p.fillRect(r, wash);
        s.p.setPen(QPen(s.t.accent, 1));
        s.p.drawLine(r.topLeft(), r.bottomLeft());
        s.p.drawLine(r.topRight(), r.bottomRight());
    }
    if (s.view.hoverX && plot.contains(QPointF(*s.view.hoverX, plot.center().y()))) {
        s.p.setPen(QPen(s.t.lineStrong, 1));
        s.p.drawLine(QPointF(*s.view.hoverX, plot.top()), QPointF(*s.view.hoverX, plot.bottom()));
    }
    if (!s.view.cursor || s.view.cursor->bucket < 0 ||
        s.view.cursor->bucket >= static_cast<int>(s.data.buckets.size()))
        return;
    QRectF r = s.layout.column(s.view.cursor->bucket);
    if (s.view.cursor->state) {
        const QRectF own = s.layout.bar(s.view.cursor->bucket, *s.view.cursor->state);
        if (!own.isEmpty()) r = own;
    }
    s.p.setRenderHint(QPainter::Antialiasing, true);
    s.p.setBrush(Qt::NoBrush);
    s.p.setPen(QPen(s.t.surface, 4));
    s.p.drawRect(r.adjusted(-1, -1, 1, 1));
    s.p.setPen(QPen(s.t.text, 2));
    s.p.drawRect(r.adjusted(-1, -1, 1, 1));
}

} // namespace

void paintTimeSeries(QPainter& p, const QRectF& area, const TimeSeries& data, const ChartView& view,
                     const Tokens& t) {
    p.save();
    p.setFont(Theme::current().caption());
    p.fillRect(area, t.surface);
    const ChartLayout layout(data, view, area);
    const Scene scene{p, data, view, layout, t};
    paintValueAxis(scene);
    paintTimeAxis(scene);
    paintBars(scene);
    paintBand(scene);
    if (!view.share) paintLines(scene);
    paintMarks(scene);
    paintLegend(scene, area);
    paintCursor(scene);
    p.restore();
}

} // namespace waypost::ui
