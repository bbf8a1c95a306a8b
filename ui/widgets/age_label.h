// AgeLabel: how old the data beside it is ("12 s ago"), ticking by itself. Past its stale age it greys and
// gets a clock; it never turns into a zero. The clock is injected, so tests stand still.
#pragma once

#include <QLabel>
#include <QTimer>

#include <functional>

namespace waypost::ui {

// "12 s ago", "6 min ago", "3 h ago", "2 d ago"; a future time reads "clock ahead by ..." rather than a
// guess.
QString ageText(qint64 thenMs, qint64 nowMs);

class AgeLabel : public QLabel {
    Q_OBJECT
  public:
    using Now = std::function<qint64()>;
    explicit AgeLabel(QWidget* parent = nullptr, Now now = {});
    void setSince(qint64 utcMs, qint64 staleAfterMs = 15 * 60 * 1000);
    void setNever(const QString& words); // "never checked"
    [[nodiscard]] bool isStale() const { return stale_; }
    void refresh();

  private:
    Now now_;
    QTimer timer_;
    qint64 since_ = 0;
    qint64 staleAfter_ = 0;
    bool stale_ = false;
};

} // namespace waypost::ui
