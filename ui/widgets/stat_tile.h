// StatTile: one number that is also a question. A rate shows its denominator and, when few events stand
// behind it, its interval; old data greys and gets a clock. Clicking (or Enter) asks for the rows behind the
// number.
#pragma once

#include "ui/theme/tokens.h"

#include <QAbstractButton>

#include <optional>

namespace waypost::ui {

struct Stat {
    QString caption;                // "Placement, last run"
    QString value;                  // "81 %"; "no data" is a value too, never 0
    QString denominator;            // "of 12 480"
    QString interval;               // "95 %: 74–87"
    QString age;                    // "6 min ago"
    std::optional<Outcome> outcome; // mark beside the value
    bool stale = false;
};

class StatTile : public QAbstractButton {
    Q_OBJECT
  public:
    explicit StatTile(QWidget* parent = nullptr);
    void set(const Stat& stat);
    [[nodiscard]] const Stat& stat() const { return stat_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    Stat stat_;
};

// Wilson score interval of a share at 95 %, in 0..1. total 0 gives 0..1: nothing is known.
std::pair<double, double> wilson95(double successes, double total);

} // namespace waypost::ui
