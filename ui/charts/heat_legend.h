// HeatLegend: what the colours of a heat map mean: the scale from 0 to 100 %, and the hatch of few
// observations. GUI thread.
#pragma once

#include <QWidget>

namespace waypost::ui {

class HeatLegend : public QWidget {
    Q_OBJECT
  public:
    explicit HeatLegend(QWidget* parent = nullptr);
    void setFewText(const QString& text); // "under 20 attempts"
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString few_;
};

} // namespace waypost::ui
