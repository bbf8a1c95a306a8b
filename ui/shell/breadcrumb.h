// Breadcrumb: where we are, outermost first; each step but the last is a button. Esc walks it backwards.
#pragma once

#include <QWidget>

class QHBoxLayout;

namespace waypost::ui {

class Breadcrumb : public QWidget {
    Q_OBJECT
  public:
    explicit Breadcrumb(QWidget* parent = nullptr);
    void setSteps(const QStringList& steps);
    [[nodiscard]] QStringList steps() const { return steps_; }

  Q_SIGNALS:
    void stepChosen(int index); // 0 is the page itself

  private:
    QHBoxLayout* row_;
    QStringList steps_;
};

} // namespace waypost::ui
