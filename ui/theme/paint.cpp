#include "ui/theme/paint.h"

#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace waypost::ui {

namespace {

constexpr qreal patternStep = 5;
constexpr qreal smallestPatterned = 5; // narrower fills stay solid: a pattern would only be noise

void slashes(QPainter& p, const QRectF& r, qreal step, bool rising) {
    // Lines x+y = k*step (rising) or x-y = k*step, clipped by hand to the rectangle.
    const qreal lowest = rising ? r.left() + r.top() : r.left() - r.bottom();
    const qreal highest = rising ? r.right() + r.bottom() : r.right() - r.top();
    for (qreal k = std::ceil(lowest / step) * step; k <= highest; k += step) {
        const qreal x1 = rising ? std::max(r.left(), k - r.bottom()) : std::max(r.left(), k + r.top());
        const qreal x2 = rising ? std::min(r.right(), k - r.top()) : std::min(r.right(), k + r.bottom());
        if (x2 <= x1) continue;
        const auto y = [&](qreal x) { return rising ? k - x : x - k; };
        p.drawLine(QPointF(x1, y(x1)), QPointF(x2, y(x2)));
    }
}

void dots(QPainter& p, const QRectF& r, const QColor& colour) {
    p.setPen(Qt::NoPen);
    p.setBrush(colour);
    for (qreal y = std::ceil(r.top() / patternStep) * patternStep; y < r.bottom() - 1; y += patternStep)
        for (qreal x = std::ceil(r.left() / patternStep) * patternStep; x < r.right() - 1; x += patternStep)
            p.drawRect(QRectF(x, y, 1.5, 1.5));
}

} // namespace

void paintFill(QPainter& p, const QRectF& rect, Outcome state, const Tokens& t) {
    const QColor colour = t.of(state);
    p.fillRect(rect, colour);
    const FillPattern pattern = outcomePattern(state);
    if (pattern == FillPattern::Solid || rect.width() < smallestPatterned || rect.height() < 3) return;
    QColor ink = t.surface;
    ink.setAlphaF(0.55F);
    p.save();
    p.setRenderHint(QPainter::Antialiasing, true);
    p.setPen(QPen(ink, 1));
    if (pattern == FillPattern::Slash || pattern == FillPattern::Cross) slashes(p, rect, patternStep, true);
    if (pattern == FillPattern::Backslash || pattern == FillPattern::Cross)
        slashes(p, rect, patternStep, false);
    if (pattern == FillPattern::Dots) dots(p, rect, ink);
    p.restore();
}

void paintHatch(QPainter& p, const QRectF& rect, const QColor& colour) {
    p.save();
    p.setRenderHint(QPainter::Antialiasing, true);
    p.setPen(QPen(colour, 1));
    slashes(p, rect, 7, true);
    p.restore();
}

void paintMark(QPainter& p, const QRectF& rect, Outcome state, const QColor& colour) {
    const qreal side = std::min(rect.width(), rect.height());
    p.save();
    p.setRenderHint(QPainter::Antialiasing, true);
    p.translate(rect.center() - QPointF(side / 2, side / 2));
    p.scale(side / 16, side / 16);
    p.setPen(QPen(colour, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    p.setBrush(Qt::NoBrush);
    const QRectF ring(2, 2, 12, 12);
    switch (state) {
    case Outcome::Accepted: p.drawPolyline(QPolygonF{{2.5, 8.5}, {6.5, 12.5}, {13.5, 4}}); break;
    case Outcome::Neutral:
        p.drawEllipse(ring);
        p.setBrush(colour);
        p.setPen(Qt::NoPen);
        p.drawPie(ring, 90 * 16, 180 * 16);
        break;
    case Outcome::Deferred:
        p.drawEllipse(ring);
        p.drawPolyline(QPolygonF{{8, 4.5}, {8, 8}, {11, 8}});
        break;
    case Outcome::Bounced:
        p.drawLine(QPointF(3.5, 3.5), QPointF(12.5, 12.5));
        p.drawLine(QPointF(12.5, 3.5), QPointF(3.5, 12.5));
        break;
    case Outcome::Blocked:
        p.drawEllipse(ring);
        p.drawLine(QPointF(4, 12), QPointF(12, 4));
        break;
    case Outcome::Unknown: {
        QPainterPath path;
        path.moveTo(4.8, 5.6);
        path.cubicTo(4.8, 1, 11.4, 1, 11.4, 5.4);
        path.cubicTo(11.4, 8, 8, 7.8, 8, 10.4);
        p.drawPath(path);
        p.setBrush(colour);
        p.setPen(Qt::NoPen);
        p.drawEllipse(QPointF(8, 13.6), 1.3, 1.3);
        break;
    }
    }
    p.restore();
}

void paintFocus(QPainter& p, const QRectF& rect, const Tokens& t, qreal radius) {
    p.save();
    p.setRenderHint(QPainter::Antialiasing, true);
    p.setBrush(Qt::NoBrush);
    p.setPen(QPen(t.accent, 2));
    p.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius);
    p.restore();
}

} // namespace waypost::ui
