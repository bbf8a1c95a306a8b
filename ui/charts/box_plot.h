// BoxPlot: one box a row on a common logarithmic scale of durations: 5, 25, 50, 75, 95 %, the count beside
// it; rows with few observations are hatched. Up/Down choose a row and say its numbers, Enter or a click asks
// for its events. GUI thread.
#pragma once

#include <QWidget>

#include <array>
#include <vector>

namespace waypost::ui {

struct BoxRow {
    QString name, key;
    std::array<double, 5> ms{}; // 5, 25, 50, 75, 95 %
    qulonglong count = 0;
};

class BoxPlot : public QWidget {
    Q_OBJECT
  public:
    static constexpr qulonglong fewEvents = 20;

    explicit BoxPlot(QWidget* parent = nullptr);
    void setRows(const std::vector<BoxRow>& rows);
    [[nodiscard]] const std::vector<BoxRow>& rows() const { return rows_; }
    [[nodiscard]] static QString describe(const BoxRow& row);
    [[nodiscard]] QRect rowRect(int row) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void rowActivated(const QString& key);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void setCurrent(int row);
    void paintAxis(QPainter& p, const QRectF& plot) const;
    void paintRow(QPainter& p, int index, const QRectF& plot) const;
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] qreal x(double ms, const QRectF& plot) const;

    std::vector<BoxRow> rows_;
    double from_ = 1, to_ = 1000;
    int current_ = -1;
};

} // namespace waypost::ui
