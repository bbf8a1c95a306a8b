// Delegates: they paint, models say what. Each draws the ordinary cell first, so selection, hover and focus
// look the same everywhere.
#pragma once

#include <QStyledItemDelegate>

namespace waypost::ui {

// Mark and word of the state in OutcomeRole.
class OutcomeDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

// Count with a bar of its share behind it (CountTrend in TrendRole); the number stays readable.
class BarDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

// Up to 24 columns of the past (CountTrend in TrendRole); unknown points leave a gap.
class SparklineDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    static constexpr int points = 24;
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace waypost::ui
