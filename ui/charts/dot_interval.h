// DotInterval: shares with their 95 % intervals, one row each: placement rates by provider, and how sure they
// are. A second dot per row compares two runs and says when the difference could be chance.
#pragma once

#include "ui/theme/tokens.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace waypost::ui {

struct DotRow {
    QString name;
    Outcome state = Outcome::Accepted;
    double hits = 0, total = 0; // total 0: nothing known, drawn as the whole span, hatched
    std::optional<std::pair<double, double>> compare; // hits, total of the other run
};

class DotInterval : public QWidget {
    Q_OBJECT
  public:
    static constexpr double fewSeeds = 10;

    explicit DotInterval(QWidget* parent = nullptr);
    void setRows(const std::vector<DotRow>& rows);
    [[nodiscard]] const std::vector<DotRow>& rows() const { return rows_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] static QString describe(const DotRow& row); // "gmail: 13 of 20, 65 % [43..82]"

  Q_SIGNALS:
    void rowActivated(int row);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void setCurrent(int row);
    void paintRow(QPainter& p, int index, const QRect& plot) const;
    [[nodiscard]] QRect plotRect() const;
    std::vector<DotRow> rows_;
    int current_ = -1;
};

} // namespace waypost::ui
