#include "ui/charts/grid_widget.h"

#include "ui/theme/paint.h"
#include "ui/theme/theme.h"
#include "ui/widgets/foreign_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int measuredTitles = 200; // titles looked at for the width; the rest is elided
constexpr int longestTitle = 220;
} // namespace

GridWidget::GridWidget(QWidget* parent) : QAbstractScrollArea(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Grid"));
    viewport()->setMouseTracking(true);
    connect(&Theme::current(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

void GridWidget::setShape(GridShape shape) {
    shape_ = std::move(shape);
    if (cursor_.x() >= shape_.columns || cursor_.y() >= shape_.rows) cursor_ = {-1, -1};
    measure();
    viewport()->update();
}

void GridWidget::setCellSize(QSize size) {
    cell_ = size.expandedTo(QSize(8, 16));
    measure();
    viewport()->update();
}

void GridWidget::cellsChanged() {
    viewport()->update();
}

void GridWidget::measure() {
    const QFontMetrics m(Theme::current().caption());
    titleWidth_ = 40;
    for (int r = 0; r < std::min(shape_.rows, measuredTitles); ++r)
        titleWidth_ = std::max(titleWidth_, m.horizontalAdvance(shape_.rowTitle(r)) + 2 * space::s);
    titleWidth_ = std::min(titleWidth_, longestTitle);
    int widest = 0;
    for (int c = 0; c < std::min(shape_.columns, measuredTitles); ++c)
        widest = std::max(widest, m.horizontalAdvance(shape_.columnTitle(c)));
    slanted_ = widest > cell_.width() - 4;
    titleHeight_ = slanted_ ? std::min(120, widest + space::m) : m.height() + space::s;
    const QSize page = viewport()->size() - QSize(titleWidth_, titleHeight_);
    horizontalScrollBar()->setRange(0, std::max(0, shape_.columns * cell_.width() - page.width()));
    horizontalScrollBar()->setPageStep(std::max(1, page.width()));
    horizontalScrollBar()->setSingleStep(cell_.width());
    verticalScrollBar()->setRange(0, std::max(0, shape_.rows * cell_.height() - page.height()));
    verticalScrollBar()->setPageStep(std::max(1, page.height()));
    verticalScrollBar()->setSingleStep(cell_.height());
}

QRect GridWidget::cellRect(int row, int column) const {
    return {titleWidth_ + column * cell_.width() - horizontalScrollBar()->value(),
            titleHeight_ + row * cell_.height() - verticalScrollBar()->value(), cell_.width(),
            cell_.height()};
}

QPoint GridWidget::cellAt(QPoint at) const {
    if (empty() || at.x() < titleWidth_ || at.y() < titleHeight_) return {-1, -1};
    const int c = (at.x() - titleWidth_ + horizontalScrollBar()->value()) / cell_.width();
    const int r = (at.y() - titleHeight_ + verticalScrollBar()->value()) / cell_.height();
    return c < shape_.columns && r < shape_.rows ? QPoint(c, r) : QPoint(-1, -1);
}

QString GridWidget::describe(int row, int column) const {
    const GridCell cell = shape_.cell(row, column);
    QStringList parts{shape_.rowTitle(row), shape_.columnTitle(column)};
    if (cell.state) parts << outcomeWord(*cell.state);
    if (!cell.label.isEmpty()) parts << cell.label;
    if (cell.few) parts << tr("few observations");
    if (!cell.toolTip.isEmpty()) parts << cell.toolTip;
    return parts.join(u", "_s);
}

void GridWidget::paintEvent(QPaintEvent*) {
    QPainter p(viewport());
    const Tokens& t = tokens();
    p.fillRect(viewport()->rect(), t.surface);
    if (!empty()) {
        p.setFont(Theme::current().caption());
        const int column0 = horizontalScrollBar()->value() / cell_.width();
        const int row0 = verticalScrollBar()->value() / cell_.height();
        const int column1 = std::min(shape_.columns - 1, column0 + viewport()->width() / cell_.width() + 1);
        const int row1 = std::min(shape_.rows - 1, row0 + viewport()->height() / cell_.height() + 1);
        p.setClipRect(QRect(titleWidth_, titleHeight_, viewport()->width(), viewport()->height()));
        for (int r = row0; r <= row1; ++r)
            for (int c = column0; c <= column1; ++c)
                paintCell(p, cellRect(r, c).adjusted(0, 0, -2, -2), r, c);
        if (cursor_.x() >= 0) {
            const QRectF r = QRectF(cellRect(cursor_.y(), cursor_.x())).adjusted(-1, -1, -1, -1);
            p.setBrush(Qt::NoBrush);
            p.setPen(QPen(hasFocus() ? t.text : t.lineStrong, 2));
            p.drawRect(r);
        }
        p.setClipping(false);
        paintTitles(p, row0, row1, column0, column1);
    }
    if (hasFocus()) paintFocus(p, viewport()->rect(), t);
}

void GridWidget::paintCell(QPainter& p, const QRect& r, int row, int column) const {
    const Tokens& t = tokens();
    const GridCell cell = shape_.cell(row, column);
    QColor under = t.surface, ink = t.text;
    if (cell.state) {
        under = t.of(*cell.state);
        under.setAlphaF(t.dark ? 0.20F : 0.14F);
        p.fillRect(r, under);
    } else if (cell.share) {
        under = t.heat(*cell.share);
        p.fillRect(r, under);
        ink = contrast(t.text, under) >= contrast(t.surface, under) ? t.text : t.surface;
    } else {
        p.setPen(QPen(t.line, 1));
        p.drawRect(QRectF(r).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (cell.few) {
        QColor hatch = ink;
        hatch.setAlphaF(0.35F);
        paintHatch(p, r, hatch);
    }
    const bool labelled = !cell.label.isEmpty() && cell_.width() >= labelWidth;
    if (cell.state) {
        const int side = std::min({14, r.width() - 4, r.height() - 4});
        const qreal x = labelled ? r.left() + 5 : r.center().x() - side / 2.0;
        // On its own wash the grey of "unknown" would fall under 3:1.
        const QColor mark = *cell.state == Outcome::Unknown ? t.textMuted : t.of(*cell.state);
        paintMark(p, QRectF(x, r.center().y() - side / 2.0 + 0.5, side, side), *cell.state, mark);
    }
    if (!labelled) return;
    p.setPen(ink);
    p.drawText(cell.state ? r.adjusted(20, 0, -3, 0) : r, Qt::AlignCenter, cell.label);
}

void GridWidget::paintTitles(QPainter& p, int row0, int row1, int column0, int column1) const {
    const Tokens& t = tokens();
    const QFontMetrics m(p.font());
    p.fillRect(QRect(0, 0, viewport()->width(), titleHeight_ - 2), t.surface);
    for (int c = column0; c <= column1; ++c) {
        const QRect r(cellRect(0, c).left(), 0, cell_.width() - 2, titleHeight_ - 4);
        if (r.right() < titleWidth_) continue;
        p.setPen(c == cursor_.x() ? t.text : t.textMuted);
        const QString title = shape_.columnTitle(c);
        if (!slanted_) {
            p.drawText(r, Qt::AlignHCenter | Qt::AlignBottom, title);
            continue;
        }
        p.save();
        p.translate(r.center().x() + m.ascent() / 2.0, r.bottom());
        p.rotate(-90);
        p.drawText(0, 0, m.elidedText(title, Qt::ElideMiddle, titleHeight_ - space::s));
        p.restore();
    }
    p.fillRect(QRect(0, titleHeight_ - 2, titleWidth_ - 2, viewport()->height()), t.surface);
    for (int r = row0; r <= row1; ++r) {
        const QRect box(0, cellRect(r, 0).top(), titleWidth_ - space::s, cell_.height() - 2);
        if (box.bottom() < titleHeight_) continue;
        p.setPen(r == cursor_.y() ? t.text : t.textMuted);
        p.drawText(box, Qt::AlignRight | Qt::AlignVCenter,
                   foreign::middleElided(foreign::printable(shape_.rowTitle(r)), m, box.width()));
    }
    p.fillRect(QRect(0, 0, titleWidth_ - 2, titleHeight_ - 2), t.surface);
}

void GridWidget::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    measure();
}

void GridWidget::scrollContentsBy(int, int) {
    viewport()->update();
}

void GridWidget::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    if (cursor_.x() < 0 && !empty()) setCursorCell(0, 0);
    viewport()->update();
}

void GridWidget::setCursorCell(int row, int column) {
    if (empty()) return;
    cursor_ = {std::clamp(column, 0, shape_.columns - 1), std::clamp(row, 0, shape_.rows - 1)};
    const int left = cursor_.x() * cell_.width(), top = cursor_.y() * cell_.height();
    const QSize page = viewport()->size() - QSize(titleWidth_, titleHeight_);
    QScrollBar *h = horizontalScrollBar(), *v = verticalScrollBar();
    h->setValue(std::clamp(h->value(), left + cell_.width() - page.width(), left));
    v->setValue(std::clamp(v->value(), top + cell_.height() - page.height(), top));
    setAccessibleDescription(describe(cursor_.y(), cursor_.x()));
    viewport()->update();
    Q_EMIT cellCurrent(cursor_.y(), cursor_.x());
}

void GridWidget::keyPressEvent(QKeyEvent* event) {
    if (empty()) return QAbstractScrollArea::keyPressEvent(event);
    const int page = std::max(1, verticalScrollBar()->pageStep() / cell_.height() - 1);
    const bool whole = event->modifiers() & Qt::ControlModifier;
    switch (event->key()) {
    case Qt::Key_Left: return setCursorCell(cursor_.y(), cursor_.x() - 1);
    case Qt::Key_Right: return setCursorCell(cursor_.y(), cursor_.x() + 1);
    case Qt::Key_Up:
    case Qt::Key_K: return setCursorCell(cursor_.y() - 1, cursor_.x());
    case Qt::Key_Down:
    case Qt::Key_J: return setCursorCell(cursor_.y() + 1, cursor_.x());
    case Qt::Key_PageUp: return setCursorCell(cursor_.y() - page, cursor_.x());
    case Qt::Key_PageDown: return setCursorCell(cursor_.y() + page, cursor_.x());
    case Qt::Key_Home: return setCursorCell(whole ? 0 : cursor_.y(), 0);
    case Qt::Key_End: return setCursorCell(whole ? shape_.rows - 1 : cursor_.y(), shape_.columns - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (cursor_.x() >= 0) Q_EMIT cellActivated(cursor_.y(), cursor_.x());
        return;
    default: QAbstractScrollArea::keyPressEvent(event);
    }
}

void GridWidget::mousePressEvent(QMouseEvent* event) {
    const QPoint c = cellAt(event->pos());
    if (c.x() < 0) return;
    setCursorCell(c.y(), c.x());
    if (event->button() == Qt::LeftButton) Q_EMIT cellActivated(c.y(), c.x());
}

void GridWidget::mouseDoubleClickEvent(QMouseEvent*) {} // the first press has already asked

void GridWidget::contextMenuEvent(QContextMenuEvent* event) {
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    const QPoint c = keyboard ? cursor_ : cellAt(event->pos());
    if (c.x() >= 0)
        Q_EMIT cellMenuAsked(c.y(), c.x(),
                             keyboard ? viewport()->mapToGlobal(cellRect(c.y(), c.x()).center())
                                      : event->globalPos());
}

bool GridWidget::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QPoint c = cellAt(help->pos());
        if (c.x() >= 0)
            QToolTip::showText(help->globalPos(), foreign::toolTip(describe(c.y(), c.x())), viewport());
        else
            QToolTip::hideText();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace waypost::ui
