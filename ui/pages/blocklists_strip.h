// StateStrip: what one list said of one target over time, as a strip of states with a scale below. A gap is
// time nobody looked. GUI thread.
#pragma once

#include "engine/values.h"

#include <QWidget>

namespace waypost::ui {

class StateStrip : public QWidget {
    Q_OBJECT
  public:
    explicit StateStrip(QWidget* parent = nullptr);
    void set(std::vector<engine::ListingPeriod> periods, qint64 now);
    [[nodiscard]] QString describe(int x) const; // what stands at this pixel; empty: nothing was seen then
    [[nodiscard]] QSize sizeHint() const override { return {320, 46}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 46}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    [[nodiscard]] double xOf(qint64 ms) const;
    [[nodiscard]] QRectF band() const;
    [[nodiscard]] QRectF rectOf(const engine::ListingPeriod& period) const;
    std::vector<engine::ListingPeriod> periods_;
    qint64 from_ = 0, to_ = 0;
};

} // namespace waypost::ui
