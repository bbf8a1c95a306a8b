// TimeRangeControl: the one time range of the window: its text, presets, display zone, and step/zoom. The
// clock is injected. A text that is no range is refused with a sentence and changes nothing.
#pragma once

#include "ui/charts/time_range.h"

#include <QWidget>

#include <functional>

class QFrame;
class QLabel;
class QLineEdit;
class QToolButton;

namespace waypost::ui {

class TimeRangeControl : public QWidget {
    Q_OBJECT
  public:
    explicit TimeRangeControl(QWidget* parent = nullptr, std::function<qint64()> now = {});
    // False: refused, error() says why.
    bool setText(const QString& text);
    [[nodiscard]] QString text() const { return text_; }
    [[nodiscard]] QString error() const { return error_; }
    [[nodiscard]] ResolvedRange range() const { return range_; }
    void setRange(const ResolvedRange& range) { setText(absoluteText(range)); }
    void setZone(const QTimeZone& zone);
    [[nodiscard]] QTimeZone zone() const { return zone_; }
    void step(int direction);
    void zoom(double factor);
    void refresh(); // "now" has moved on

  Q_SIGNALS:
    void rangeChanged(const waypost::ui::ResolvedRange& range);
    void zoneChanged();

  private:
    void openPopup();
    void show(const QString& text);
    QFrame* buildPopup();
    std::function<qint64()> now_;
    QToolButton* button_;
    QToolButton* zoneButton_;
    QString text_, error_;
    ResolvedRange range_;
    QTimeZone zone_ = QTimeZone::utc();
};

} // namespace waypost::ui
