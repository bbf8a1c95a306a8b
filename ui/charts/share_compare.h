// ShareCompare: the shares of two ranges, one row each: a hollow dot and dashed interval for the range
// before, a filled dot and solid interval for the range now (95 %, Wilson), the change in points beside them,
// and whether it could be chance. The scale ends a little above the largest share. GUI thread.
#pragma once

#include "ui/theme/tokens.h"

#include <QWidget>

#include <vector>

namespace waypost::ui {

struct ShareSide {
    double part = 0, whole = 0, low = 0, high = 1; // whole 0: nothing known
};
struct ShareRow {
    QString name, key;
    Outcome state = Outcome::Neutral;
    ShareSide before, now;
    bool couldBeChance = true;
};

class ShareCompare : public QWidget {
    Q_OBJECT
  public:
    explicit ShareCompare(QWidget* parent = nullptr);
    void setRows(const std::vector<ShareRow>& rows);
    [[nodiscard]] const std::vector<ShareRow>& rows() const { return rows_; }
    [[nodiscard]] static QString describe(const ShareRow& row);
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
    [[nodiscard]] QRectF plotRect() const;
    void paintAxis(QPainter& p, const QRectF& plot) const;
    void paintRow(QPainter& p, int index, const QRectF& plot) const;

    std::vector<ShareRow> rows_;
    double top_ = 1;
    int current_ = -1;
};

} // namespace waypost::ui
