#include "ui/charts/box_plot.h"

#include "ui/charts/plot.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <cmath>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int nameWidth = 120, valueWidth = 210, axisHeight = 22, rowHeight = space::rowComfortable;
constexpr qreal boxHalf = 6;
} // namespace

BoxPlot::BoxPlot(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Time to acceptance by provider"));
    connect(&Theme::current(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void BoxPlot::setRows(const std::vector<BoxRow>& rows) {
    rows_ = rows;
    if (current_ >= int(rows_.size())) current_ = -1;
    double low = 1e300, high = 0;
    for (const BoxRow& r : rows_) {
        low = std::min(low, std::max(1.0, r.ms.front()));
        high = std::max(high, r.ms.back());
    }
    from_ = high <= 0 ? 1 : std::pow(10, std::floor(std::log10(low)));
    to_ = std::max(high * 1.25, from_ * 10);
    updateGeometry();
    update();
}

QSize BoxPlot::sizeHint() const {
    return {620, int(rows_.size()) * rowHeight + axisHeight};
}

QSize BoxPlot::minimumSizeHint() const {
    return {nameWidth + valueWidth + 80, sizeHint().height()};
}

QRect BoxPlot::rowRect(int row) const {
    return {0, row * rowHeight, width(), rowHeight};
}

QRectF BoxPlot::plotRect() const {
    return {nameWidth, 0, qreal(std::max(40, width() - nameWidth - valueWidth)),
            qreal(int(rows_.size()) * rowHeight)};
}

qreal BoxPlot::x(double ms, const QRectF& plot) const {
    const double f =
        (std::log10(std::max(ms, from_)) - std::log10(from_)) / (std::log10(to_) - std::log10(from_));
    return plot.left() + plot.width() * std::clamp(f, 0.0, 1.0);
}

QString BoxPlot::describe(const BoxRow& r) {
    return tr("%1: half within %2, 95 % within %3; middle half %4 to %5; 5 % faster than %6; %7 accepted")
        .arg(r.name, plotDuration(r.ms[2]), plotDuration(r.ms[4]), plotDuration(r.ms[1]),
             plotDuration(r.ms[3]), plotDuration(r.ms[0]), grouped(r.count));
}

void BoxPlot::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRectF plot = plotRect();
    p.setFont(Theme::current().caption());
    paintAxis(p, plot);
    for (int i = 0; i < int(rows_.size()); ++i) paintRow(p, i, plot);
    if (hasFocus()) paintFocus(p, rect(), tokens());
}

void BoxPlot::paintAxis(QPainter& p, const QRectF& plot) const {
    const Tokens& t = tokens();
    for (const double v : durationTicks(from_, to_, std::max(2, int(plot.width() / 70)))) {
        const qreal at = std::round(x(v, plot)) + 0.5;
        p.setPen(QPen(t.line, 1));
        p.drawLine(QPointF(at, plot.top()), QPointF(at, plot.bottom() + 4));
        p.setPen(t.textMuted);
        p.drawText(QRectF(at - 40, plot.bottom() + 4, 80, axisHeight - 4), Qt::AlignHCenter | Qt::AlignTop,
                   plotDuration(v));
    }
    p.setPen(t.textMuted);
    const int left = int(plot.right()) + space::m;
    const auto put = [&](int at, int width, const QString& words) {
        p.drawText(QRectF(left + at, plot.bottom() + 4, width, axisHeight - 4), Qt::AlignRight | Qt::AlignTop,
                   words);
    };
    put(0, 60, tr("median"));
    put(62, 66, tr("95 %"));
    put(130, valueWidth - 130 - space::m - space::s, tr("accepted"));
}

void BoxPlot::paintRow(QPainter& p, int index, const QRectF& plot) const {
    const Tokens& t = tokens();
    const BoxRow& row = rows_[size_t(index)];
    const QRect line = rowRect(index);
    if (index == current_) p.fillRect(line, t.selection);
    const qreal y = line.center().y() + 0.5;
    p.setFont(Theme::current().body());
    p.setPen(t.text);
    const QFontMetrics m(p.font());
    p.drawText(line.adjusted(space::xs, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
               foreign::middleElided(foreign::printable(row.name), m, nameWidth - space::m));
    const QColor colour = t.of(Outcome::Neutral);
    const QRectF box(QPointF(x(row.ms[1], plot), y - boxHalf),
                     QPointF(std::max(x(row.ms[3], plot), x(row.ms[1], plot) + 2), y + boxHalf));
    p.setPen(QPen(t.textMuted, 1.5));
    p.drawLine(QPointF(x(row.ms[0], plot), y), QPointF(box.left(), y));
    p.drawLine(QPointF(box.right(), y), QPointF(x(row.ms[4], plot), y));
    for (const double end : {row.ms[0], row.ms[4]})
        p.drawLine(QPointF(x(end, plot), y - 4), QPointF(x(end, plot), y + 4));
    QColor wash = colour;
    wash.setAlphaF(0.35F);
    p.fillRect(box, wash);
    if (row.count < fewEvents) paintHatch(p, box, t.textMuted);
    p.setPen(QPen(colour, 1));
    p.setBrush(Qt::NoBrush);
    p.drawRect(box);
    p.setPen(QPen(t.text, 2));
    p.drawLine(QPointF(x(row.ms[2], plot), y - boxHalf), QPointF(x(row.ms[2], plot), y + boxHalf));
    p.setFont(Theme::current().caption());
    p.setPen(t.text);
    const int left = int(plot.right()) + space::m;
    const auto put = [&](int at, int width, const QString& words) {
        p.drawText(QRect(left + at, line.top(), width, line.height()), Qt::AlignVCenter | Qt::AlignRight,
                   words);
    };
    put(0, 60, plotDuration(row.ms[2]));
    put(62, 66, plotDuration(row.ms[4]));
    p.setPen(t.textMuted);
    put(130, valueWidth - 130 - space::m - space::s, grouped(row.count));
}

void BoxPlot::setCurrent(int row) {
    if (rows_.empty()) return;
    current_ = std::clamp(row, 0, int(rows_.size()) - 1);
    setAccessibleDescription(describe(rows_[size_t(current_)]));
    update();
}

void BoxPlot::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
    case Qt::Key_K: return setCurrent(current_ - 1);
    case Qt::Key_Down:
    case Qt::Key_J: return setCurrent(current_ + 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current_ >= 0) Q_EMIT rowActivated(rows_[size_t(current_)].key);
        return;
    default: QWidget::keyPressEvent(event);
    }
}

void BoxPlot::mousePressEvent(QMouseEvent* event) {
    const int row = int(event->position().y()) / rowHeight;
    if (row < 0 || row >= int(rows_.size())) return;
    setCurrent(row);
    if (event->button() == Qt::LeftButton) Q_EMIT rowActivated(rows_[size_t(row)].key);
}

bool BoxPlot::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int row = help->pos().y() / rowHeight;
        if (row >= 0 && row < int(rows_.size()))
            QToolTip::showText(help->globalPos(), foreign::toolTip(describe(rows_[size_t(row)])), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace waypost::ui
