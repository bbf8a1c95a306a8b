// PlotWidget: a line plot that can be read: Left/Right move a cursor over the points and say their values,
// the mouse does the same, Alt+T shows the plotted values as a table. GUI thread.
#pragma once

#include "ui/charts/plot.h"

#include <QWidget>

class QStackedWidget;
class QStandardItemModel;
class QTableView;

namespace waypost::ui {

class PlotWidget : public QWidget {
    Q_OBJECT
  public:
    explicit PlotWidget(QWidget* parent = nullptr);
    void setPlot(const Plot& plot);
    void setTitle(const QString& title); // accessible name
    void setTableShown(bool on);
    [[nodiscard]] bool tableShown() const;
    [[nodiscard]] const Plot& plot() const { return plot_; }
    [[nodiscard]] QStandardItemModel* tableModel() const { return model_; }
    [[nodiscard]] QWidget* canvas() const;
    // "24 Nov 10:00: median 1.2 s, 95 % within 40 s"
    [[nodiscard]] QString describe(int point) const;
    [[nodiscard]] QSize sizeHint() const override { return {480, 200}; }

  private:
    class Canvas;
    friend class Canvas;
    void fillTable();
    void setCursorPoint(int point);

    Plot plot_;
    std::optional<int> cursor_;
    QStackedWidget* stack_;
    Canvas* canvas_;
    QTableView* table_;
    QStandardItemModel* model_;
};

} // namespace waypost::ui
