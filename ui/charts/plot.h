// What a line plot shows: plain values, and the one function that paints them on any device. The x axis is
// time or a duration on a logarithmic scale; the y axis is a share or a duration. Any thread may build the
// data; painting belongs to the GUI thread.
#pragma once

#include "ui/theme/tokens.h"

#include <QPointF>
#include <QRectF>
#include <QTimeZone>

#include <optional>
#include <vector>

class QPainter;

namespace waypost::ui {

struct PlotLine {
    QString name;
    QColor colour;                      // invalid: the text colour
    Qt::PenStyle style = Qt::SolidLine; // lines are told apart by their style, too
    bool step = false;
    std::vector<QPointF> points;    // x: UTC ms or ms; y: share 0..1 or ms; NaN breaks the line
    std::vector<QPointF> low, high; // a band around it, at the same x; empty: none
};

struct Plot {
    enum class X { Time, Duration };
    enum class Y { Share, Duration };
    X xAxis = X::Time;
    Y yAxis = Y::Share;
    double from = 0, to = 1; // shown x
    QString xTitle, yTitle;
    std::vector<PlotLine> lines;
    std::vector<std::pair<double, QString>> marks; // x, what happened
    QTimeZone zone = QTimeZone::utc();
    [[nodiscard]] QString xText(double x) const; // for words and tables
    [[nodiscard]] QString yText(double y) const;
};

QString plotDuration(double ms); // "350 ms", "1.2 s", "5 min", "3 h", "2 d"
// Ticks of a logarithmic axis of durations: 1 ms … days, at most `most` of them.
std::vector<double> durationTicks(double from, double to, int most);

// Where things are for a given size.
class PlotLayout {
  public:
    PlotLayout(const Plot& plot, const QRectF& area);
    [[nodiscard]] QRectF area() const { return inner_; }
    [[nodiscard]] qreal x(double value) const;
    [[nodiscard]] qreal y(double value) const;
    [[nodiscard]] double lowest() const { return low_; }
    [[nodiscard]] double highest() const { return high_; }

  private:
    const Plot& plot_;
    QRectF inner_;
    double low_ = 0, high_ = 1;
};

// `cursor`: index into the first line's points.
void paintPlot(QPainter& painter, const QRectF& area, const Plot& plot, std::optional<int> cursor,
               const Tokens& t);

} // namespace waypost::ui
