// FilterBar: the one search box of a screen. The grammar belongs to the caller: a callback judges the text
// while it is typed. A refused text is never applied; the bad part is marked in the field and one sentence
// says what was expected. Enter applies, Esc goes back to the last applied text, Alt+Up / Alt+Down walk the
// history.
#pragma once

#include <QStringList>
#include <QWidget>

#include <functional>

class QLabel;
class QLineEdit;

namespace waypost::ui {

class ChipBar;

struct FilterVerdict {
    QString error; // empty: good
    int start = 0; // the bad part, in characters of the text
    int length = 0;
};

class FilterBar : public QWidget {
    Q_OBJECT
  public:
    using Judge = std::function<FilterVerdict(const QString&)>;

    explicit FilterBar(QWidget* parent = nullptr);
    void setJudge(Judge judge);
    void setPlaceholder(const QString& text);
    void setText(const QString& text); // applies it
    [[nodiscard]] QString applied() const { return applied_; }
    [[nodiscard]] ChipBar* chips() const { return chips_; }
    void setHistory(const QStringList& history) { history_ = history; }
    [[nodiscard]] QStringList history() const { return history_; }
    void focusField();

  Q_SIGNALS:
    void appliedChanged(const QString& text);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void judge();
    void apply();
    void walkHistory(int step);
    void showVerdict(const FilterVerdict& verdict);

    QLineEdit* field_;
    QLabel* sentence_;
    ChipBar* chips_;
    Judge judge_;
    FilterVerdict verdict_;
    QString applied_;
    QStringList history_;
    qsizetype historyAt_ = -1;
};

} // namespace waypost::ui
