#include "ui/charts/dot_interval.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/stat_tile.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int nameWidth = 130, valueWidth = 150, axisHeight = 20;
} // namespace

DotInterval::DotInterval(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Shares with 95 % intervals"));
    setMouseTracking(true);
    connect(&Theme::current(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void DotInterval::setRows(const std::vector<DotRow>& rows) {
    rows_ = rows;
    if (current_ >= static_cast<int>(rows_.size())) current_ = -1;
    updateGeometry();
    update();
}

QSize DotInterval::sizeHint() const {
    return {560, static_cast<int>(rows_.size()) * space::rowComfortable + axisHeight};
}

QSize DotInterval::minimumSizeHint() const {
    return {nameWidth + valueWidth + 80, sizeHint().height()};
}

QRect DotInterval::plotRect() const {
    return {nameWidth, 0, std::max(40, width() - nameWidth - valueWidth),
            static_cast<int>(rows_.size()) * space::rowComfortable};
}

QString DotInterval::describe(const DotRow& row) {
    if (row.total <= 0) return tr("%1: nothing known yet").arg(row.name);
    const auto [low, high] = wilson95(row.hits, row.total);
    QString words = tr("%1: %2 of %3, %4 % [%5..%6]")
                        .arg(row.name, QString::number(row.hits), QString::number(row.total),
                             QString::number(100 * row.hits / row.total, 'f', 0),
                             QString::number(100 * low, 'f', 0), QString::number(100 * high, 'f', 0));
    if (row.compare && row.compare->second > 0) {
        const auto [otherLow, otherHigh] = wilson95(row.compare->first, row.compare->second);
        words += tr(", other run %1 of %2").arg(row.compare->first).arg(row.compare->second);
        if (otherHigh >= low && otherLow <= high) words += tr(", the difference could be chance");
    }
    return words;
}

void DotInterval::paintEvent(QPaintEvent*) {
    const Tokens& t = tokens();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRect plot = plotRect();
    p.setFont(Theme::current().caption());
    // Labels keep apart: a narrow plot has fewer of them.
    const int label = QFontMetrics(p.font()).horizontalAdvance(u"100 %"_s) + space::s;
    const int step = plot.width() >= 4 * label ? 25 : plot.width() >= 2 * label ? 50 : 100;
    for (int percent = 0; percent <= 100; percent += step) {
        const qreal x = plot.left() + plot.width() * percent / 100.0;
        p.setPen(QPen(percent == 0 ? t.lineStrong : t.line, 1));
        p.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 3));
        p.setPen(t.textMuted);
        p.drawText(QRectF(x - 30, plot.bottom() + 3, 60, axisHeight - 4), Qt::AlignCenter,
                   u"%1 %"_s.arg(percent));
    }
    for (int i = 0; i < static_cast<int>(rows_.size()); ++i) paintRow(p, i, plot);
    if (hasFocus()) paintFocus(p, rect(), t);
}

void DotInterval::paintRow(QPainter& p, int index, const QRect& plot) const {
    const Tokens& t = tokens();
    const DotRow& row = rows_[static_cast<size_t>(index)];
    const QRect line(0, index * space::rowComfortable, width(), space::rowComfortable);
    if (index == current_) p.fillRect(line, t.selection);
    const qreal y = line.center().y() + 0.5;
    const auto x = [&](double share) { return plot.left() + plot.width() * share; };
    const auto interval = [&](double hits, double total, qreal at, const QColor& colour, bool filled) {
        const auto [low, high] = wilson95(hits, total);
        p.setPen(QPen(colour, 2));
        p.drawLine(QPointF(x(low), at), QPointF(x(high), at));
        p.drawLine(QPointF(x(low), at - 4), QPointF(x(low), at + 4));
        p.drawLine(QPointF(x(high), at - 4), QPointF(x(high), at + 4));
        p.setBrush(filled ? colour : t.surface);
        p.drawEllipse(QPointF(x(hits / total), at), 4, 4);
    };
    p.setFont(Theme::current().body());
    p.setPen(t.text);
    const QFontMetrics m(p.font());
    p.drawText(line.adjusted(space::s, 0, 0, 0)
                   .intersected(QRect(0, line.top(), nameWidth - space::s, line.height())),
               Qt::AlignVCenter | Qt::AlignLeft,
               foreign::middleElided(foreign::printable(row.name), m, nameWidth - 2 * space::s));
    const QRect right(plot.right() + space::m, line.top(), valueWidth - space::m - space::s, line.height());
    if (row.total <= 0) {
        paintHatch(p, QRectF(plot.left(), line.top() + 7, plot.width(), line.height() - 14),
                   t.of(Outcome::Unknown));
        p.setPen(t.textMuted);
        p.drawText(right, Qt::AlignVCenter | Qt::AlignRight, tr("? nothing known"));
        return;
    }
    if (row.total < fewSeeds) {
        const auto [low, high] = wilson95(row.hits, row.total);
        QColor faint = t.of(row.state);
        faint.setAlphaF(0.4F);
        paintHatch(p, QRectF(x(low), y - 4, x(high) - x(low), 8), faint);
    }
    if (row.compare && row.compare->second > 0)
        interval(row.compare->first, row.compare->second, y - 5, t.textMuted, false);
    interval(row.hits, row.total, row.compare ? y + 4 : y, t.of(row.state), true);
    p.setPen(t.text);
    p.drawText(right, Qt::AlignVCenter | Qt::AlignRight,
               tr("%1 % of %2").arg(100 * row.hits / row.total, 0, 'f', 0).arg(row.total));
}

void DotInterval::setCurrent(int row) {
    if (rows_.empty()) return;
    current_ = std::clamp(row, 0, static_cast<int>(rows_.size()) - 1);
    setAccessibleDescription(describe(rows_[static_cast<size_t>(current_)]));
    update();
}

void DotInterval::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_K: return setCurrent(current_ - 1);
    case Qt::Key_Down:
    case Qt::Key_J: return setCurrent(current_ + 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current_ >= 0) Q_EMIT rowActivated(current_);
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void DotInterval::mousePressEvent(QMouseEvent* event) {
    const int row = event->pos().y() / space::rowComfortable;
    if (row < 0 || row >= static_cast<int>(rows_.size())) return;
    setCurrent(row);
    if (event->button() == Qt::LeftButton) Q_EMIT rowActivated(row);
}

bool DotInterval::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int row = help->pos().y() / space::rowComfortable;
        if (row >= 0 && row < static_cast<int>(rows_.size()))
            QToolTip::showText(help->globalPos(), foreign::toolTip(describe(rows_[static_cast<size_t>(row)])),
                               this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace waypost::ui
