// What a time series chart shows: plain values, and the one function that paints them on any device (screen,
// PNG, SVG, PDF). Any thread may build the data; painting belongs to the GUI thread.
#pragma once

#include "ui/theme/tokens.h"

#include <QRectF>
#include <QTimeZone>

#include <array>
#include <optional>
#include <vector>

class QPainter;

namespace waypost::ui {

struct Bucket {
    qint64 start = 0; // UTC ms
    qint64 end = 0;
    std::array<double, outcomeCount> count{}; // in outcomeOrder
    bool known = true;                        // false: nobody looked; not the same as zero
    [[nodiscard]] double total() const;
};

struct ChartLine {
    QString name;
    Outcome state = Outcome::Neutral;
    bool step = false;
    std::vector<std::pair<qint64, double>> points; // NaN breaks the line
};

struct ChartMark {
    qint64 at = 0;
    QString text; // "CH-9 SPF include added"
};

struct ThresholdBand {
    double low = 0, high = 0;
    QString text;
    bool percent = false; // of the share view; else of the counts
};

struct TimeSeries {
    qint64 from = 0, to = 0; // shown range, UTC ms
    std::vector<Bucket> buckets;
    std::vector<ChartLine> lines;
    std::vector<ChartMark> marks;
    std::optional<ThresholdBand> band;
    std::array<QString, outcomeCount> names; // empty: outcomeWord()
    QString unit;                            // "attempts"
    [[nodiscard]] QString nameOf(Outcome o) const;
};

struct ChartHit {
    int bucket = -1;
    std::optional<Outcome> state;
};

struct ChartView {
    bool share = false; // percent of each bucket instead of counts
    QTimeZone zone = QTimeZone::utc();
    std::optional<ChartHit> cursor;
    std::optional<qreal> hoverX;
    std::optional<std::pair<qreal, qreal>> brush; // x positions
};

// Where things are for a given size; the widget uses it for mouse and keys, the painter for drawing.
class ChartLayout {
  public:
    ChartLayout(const TimeSeries& data, const ChartView& view, const QRectF& area);
    [[nodiscard]] QRectF plot() const { return plot_; }
    [[nodiscard]] double top() const { return top_; } // value at the plot's upper edge
    [[nodiscard]] qreal x(qint64 ms) const;
    [[nodiscard]] qint64 timeAt(qreal x) const;
    [[nodiscard]] qreal y(double value) const;
    [[nodiscard]] QRectF bar(int bucket, Outcome state) const; // empty when nothing is drawn
    [[nodiscard]] QRectF column(int bucket) const;
    [[nodiscard]] ChartHit hit(QPointF at) const;

  private:
    const TimeSeries& data_;
    const ChartView& view_;
    QRectF plot_;
    double top_ = 1;
};

void paintTimeSeries(QPainter& painter, const QRectF& area, const TimeSeries& data, const ChartView& view,
                     const Tokens& t);

// Words for one bar: "2026-05-01 14:00Z, deferred 37 of 412 (9.0 %)".
QString describeHit(const TimeSeries& data, const ChartView& view, const ChartHit& hit);

} // namespace waypost::ui
