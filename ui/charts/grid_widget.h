// GridWidget: matrix, heat map and state strips over virtual rows and columns: only what is visible is asked
// for and painted, so 4096 x 80 scrolls like 4 x 8. Arrow keys move, Enter asks for the rows behind a cell.
#pragma once

#include "ui/theme/tokens.h"

#include <QAbstractScrollArea>

#include <functional>
#include <optional>

namespace waypost::ui {

struct GridCell {
    std::optional<double> share;  // heat colour, 0..1
    std::optional<Outcome> state; // mark; wins over heat colour
    QString label;                // shown when the cell is at least 36 px wide: "81", "L"
    QString toolTip;              // foreign text allowed
    bool few = false;             // too few observations: hatched
};

struct GridShape {
    int rows = 0;
    int columns = 0;
    std::function<QString(int)> rowTitle;
    std::function<QString(int)> columnTitle;
    std::function<GridCell(int row, int column)> cell; // nothing set: an empty cell, "not asked"
};

class GridWidget : public QAbstractScrollArea {
    Q_OBJECT
  public:
    static constexpr int labelWidth = 36; // px from which a label is shown

    explicit GridWidget(QWidget* parent = nullptr);
    void setShape(GridShape shape);
    void setCellSize(QSize size); // at least 8 x 16
    void cellsChanged();          // values changed, shape did not
    [[nodiscard]] const GridShape& shape() const { return shape_; }
    [[nodiscard]] QPoint cursor() const { return cursor_; } // x = column, y = row; -1,-1 when none
    void setCursorCell(int row, int column);
    [[nodiscard]] QRect cellRect(int row, int column) const; // in viewport coordinates
    [[nodiscard]] QString describe(int row, int column) const;
    [[nodiscard]] QSize sizeHint() const override { return {480, 240}; }

  Q_SIGNALS:
    void cellActivated(int row, int column);
    void cellCurrent(int row, int column);
    void cellMenuAsked(int row, int column, const QPoint& globalPos);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void focusInEvent(QFocusEvent* event) override;

  private:
    void measure();
    void paintCell(QPainter& p, const QRect& r, int row, int column) const;
    void paintTitles(QPainter& p, int row0, int row1, int column0, int column1) const;
    [[nodiscard]] QPoint cellAt(QPoint at) const;
    [[nodiscard]] bool empty() const { return shape_.rows <= 0 || shape_.columns <= 0; }

    GridShape shape_;
    QSize cell_{44, space::rowComfortable};
    int titleWidth_ = 0;
    int titleHeight_ = 0;
    bool slanted_ = false;
    QPoint cursor_{-1, -1};
};

} // namespace waypost::ui
