#include "ui/delegates/cell_delegates.h"

#include "ui/models/count_trend.h"
#include "ui/models/row_model.h"
#include "ui/theme/paint.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QPainter>

#include <cmath>

namespace waypost::ui {

namespace {

constexpr int markSide = 13;

// The cell's ground (selection, hover) without its text.
QStyleOptionViewItem paintGround(QPainter* p, const QStyleOptionViewItem& base, const QModelIndex& index) {
    QStyleOptionViewItem o = base;
    o.index = index;
    o.text.clear();
    o.state &= ~QStyle::State_HasFocus;
    const QStyle* style = o.widget ? o.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &o, p, o.widget);
    return o;
}

} // namespace

void OutcomeDelegate::paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QVariant state = index.data(OutcomeRole);
    if (!state.isValid()) return QStyledItemDelegate::paint(p, option, index);
    paintGround(p, option, index);
    const auto outcome = static_cast<Outcome>(state.toInt());
    const QRect r = option.rect.adjusted(space::s, 0, -space::xs, 0);
    p->save();
    paintMark(*p, QRectF(r.left(), r.center().y() - markSide / 2.0 + 0.5, markSide, markSide), outcome,
              tokens().of(outcome));
    p->setFont(option.font);
    p->setPen(tokens().text);
    const QRect text = r.adjusted(markSide + space::s - 2, 0, 0, 0);
    p->drawText(text, Qt::AlignVCenter | Qt::AlignLeft,
                option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, text.width()));
    p->restore();
}

QSize OutcomeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(markSide + space::s, 0);
}

void BarDelegate::paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QVariant value = index.data(TrendRole);
    if (!value.canConvert<CountTrend>()) return QStyledItemDelegate::paint(p, option, index);
    paintGround(p, option, index);
    const auto trend = value.value<CountTrend>();
    p->save();
    if (trend.total > 0) {
        const double share =
            std::min(1.0, static_cast<double>(trend.count) / static_cast<double>(trend.total));
        const QRectF track = QRectF(option.rect).adjusted(space::xs, 0, -space::xs, 0);
        const QRectF bar(track.left(), option.rect.bottom() - 4, std::max(1.0, track.width() * share), 3);
        p->fillRect(QRectF(track.left(), bar.top(), track.width(), 3), tokens().line);
        p->fillRect(bar, tokens().of(trend.state));
    }
    p->setFont(option.font);
    p->setPen(tokens().text);
    p->drawText(option.rect.adjusted(space::s, 0, -space::s, -3), Qt::AlignVCenter | Qt::AlignRight,
                index.data().toString());
    p->restore();
}

void SparklineDelegate::paint(QPainter* p, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
    paintGround(p, option, index);
    const QVariant value = index.data(TrendRole);
    if (!value.canConvert<CountTrend>()) return;
    const auto trend = value.value<CountTrend>();
    const QList<double> shown = trend.points.mid(std::max<qsizetype>(0, trend.points.size() - points));
    double top = 0;
    for (const double v : shown)
        if (!std::isnan(v)) top = std::max(top, v);
    if (shown.isEmpty()) return;
    const QRectF r = QRectF(option.rect).adjusted(space::s, 5, -space::s, -4);
    const qreal step = r.width() / points;
    p->save();
    p->setPen(QPen(tokens().line, 1));
    p->drawLine(QPointF(r.left(), r.bottom() + 0.5), QPointF(r.right(), r.bottom() + 0.5));
    for (qsizetype i = 0; i < shown.size(); ++i) {
        if (std::isnan(shown[i]) || shown[i] <= 0 || top <= 0) continue;
        const qreal height = std::max(1.0, r.height() * shown[i] / top);
        const qreal x = r.right() - step * static_cast<qreal>(shown.size() - i);
        p->fillRect(QRectF(x, r.bottom() - height, std::max(1.0, step - 1), height),
                    tokens().of(trend.state));
    }
    p->restore();
}

} // namespace waypost::ui
