// TimeSeriesWidget: stacked columns, lines, marks and a threshold over time. Every bar is a question: click
// or Enter asks for its rows, dragging narrows the range. Left/Right move the cursor over buckets, Up/Down
// over states, Y switches count/share, Alt+T shows the same values as a table. With nothing to plot it says
// why.
#pragma once

#include "ui/charts/time_series.h"
#include "ui/widgets/empty_state.h"

#include <QWidget>

class QStackedWidget;
class QTableView;

namespace waypost::ui {

class TimeSeriesModel;

class TimeSeriesWidget : public QWidget {
    Q_OBJECT
  public:
    explicit TimeSeriesWidget(QWidget* parent = nullptr);
    void setSeries(const TimeSeries& data);
    void setZone(const QTimeZone& zone);
    void setShare(bool on);
    void setTitle(const QString& title); // accessible name and head of exports
    void showEmpty(EmptyState::Kind kind, const QString& headline, const QString& text,
                   const QString& action = {});
    void setTableShown(bool on);
    [[nodiscard]] bool tableShown() const;
    [[nodiscard]] bool share() const { return view_.share; }
    [[nodiscard]] const TimeSeries& series() const { return data_; }
    [[nodiscard]] const ChartView& chartView() const { return view_; }
    [[nodiscard]] TimeSeriesModel* tableModel() const { return model_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] QWidget* canvas() const;
    [[nodiscard]] QSize sizeHint() const override { return {640, 220}; }

    // The same paint code on other devices; light colours unless `asShown`. False: the file could not be
    // written.
    bool savePng(const QString& path, QSize size, qreal scale = 2, bool asShown = false) const;
    bool saveSvg(const QString& path, QSize size, bool asShown = false) const;
    bool savePdf(const QString& path, QSize size) const;

  Q_SIGNALS:
    void rangeSelected(qint64 fromMs, qint64 toMs);
    // The rows behind a bar; `state` is -1 for the whole bucket, else an Outcome.
    void barActivated(int bucket, int state);
    void barMenuAsked(int bucket, int state, const QPoint& globalPos);
    void shareChanged(bool on);

  private:
    class Canvas;
    friend class Canvas;
    void moveCursor(int buckets, int states);
    void announce();
    void paintAll(class QPainter& painter, const QSizeF& size, const Tokens& t) const;

    TimeSeries data_;
    ChartView view_;
    QString title_;
    QStackedWidget* stack_;
    Canvas* canvas_;
    QTableView* table_;
    EmptyState* empty_;
    TimeSeriesModel* model_;
};

} // namespace waypost::ui
