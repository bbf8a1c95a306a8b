// FilterPopup: what could be typed next, below a filter's field. The field keeps the focus; it hands its keys
// over first. GUI thread.
#pragma once

#include <QFrame>
#include <QString>

#include <vector>

class QKeyEvent;
class QLineEdit;
class QListWidget;

namespace waypost::ui {

struct FilterOffer {
    QString text;  // what is put in
    QString help;  // about a field
    QString count; // events with this value
    bool isField = false;
};
struct FilterOffers {
    int start = 0, length = 0; // the part of the text that is replaced
    std::vector<FilterOffer> items;
};

class FilterPopup : public QFrame {
    Q_OBJECT
  public:
    explicit FilterPopup(QLineEdit* field);
    void offer(const FilterOffers& offers); // hides itself when there are none
    // True: the key was for the list.
    bool takeKey(QKeyEvent* event);
    [[nodiscard]] const FilterOffers& offers() const { return offers_; }
    [[nodiscard]] int current() const;

  Q_SIGNALS:
    void chosen(const waypost::ui::FilterOffer& offer);

  private:
    void choose(int row);
    void place();
    QLineEdit* field_;
    QListWidget* list_;
    FilterOffers offers_;
};

} // namespace waypost::ui
