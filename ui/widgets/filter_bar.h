// FilterBar: the one search box of a screen. The grammar belongs to the caller: a callback judges the text
// while it is typed. A refused text is never applied; the bad part is marked in the field and one sentence
// says what was expected. Enter applies, Esc goes back to the last applied text, Alt+Up / Alt+Down walk the
// history. What could be typed next is offered below the field (Down, Tab, Ctrl+Space). A chip that is edited
// goes back into the field; replaced() says what became of it.
#pragma once

#include "ui/widgets/filter_popup.h"

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
    using Completer = std::function<FilterOffers(const QString& text, int cursor)>;
    void setJudge(Judge judge);
    void setCompleter(Completer completer) { completer_ = std::move(completer); }
    void setPlaceholder(const QString& text);
    void setText(const QString& text); // applies it
    [[nodiscard]] QString applied() const { return applied_; }
    [[nodiscard]] ChipBar* chips() const { return chips_; }
    void setHistory(const QStringList& history) { history_ = history; }
    [[nodiscard]] QStringList history() const { return history_; }
    void focusField();
    void editChip(const QString& term); // into the field; Enter replaces it, Esc leaves it
    [[nodiscard]] FilterPopup* popup() const { return popup_; }

  Q_SIGNALS:
    void appliedChanged(const QString& text);
    void replaced(const QString& term, const QString& text); // a chip that was edited

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void judge();
    void apply();
    void walkHistory(int step);
    void showVerdict(const FilterVerdict& verdict);
    void offer();
    void takeOffer(const FilterOffer& offer);

    QLineEdit* field_;
    QLabel* sentence_;
    ChipBar* chips_;
    FilterPopup* popup_;
    Judge judge_;
    Completer completer_;
    QString editing_; // term of the chip in the field
    FilterVerdict verdict_;
    QString applied_;
    QStringList history_;
    qsizetype historyAt_ = -1;
};

} // namespace waypost::ui
