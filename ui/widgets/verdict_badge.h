// VerdictBadge: a state as mark and word, never colour alone.
#pragma once

#include "ui/theme/tokens.h"

#include <QWidget>

namespace waypost::ui {

class VerdictBadge : public QWidget {
    Q_OBJECT
  public:
    explicit VerdictBadge(QWidget* parent = nullptr);
    VerdictBadge(Outcome state, const QString& word, QWidget* parent = nullptr);
    void set(Outcome state, const QString& word); // word: "pass", "listed", "quarantine"
    [[nodiscard]] Outcome state() const { return state_; }
    [[nodiscard]] QString word() const { return word_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    Outcome state_ = Outcome::Unknown;
    QString word_;
};

} // namespace waypost::ui
