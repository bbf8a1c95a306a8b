// TodayCards: what needs a person, one card a line: mark, severity, sentence, why, Open. j/k and the arrows
// move, Enter opens. GUI thread.
#pragma once

#include "engine/values.h"

#include <QListView>

namespace waypost::ui {

class TodayCards : public QListView {
    Q_OBJECT
  public:
    explicit TodayCards(QWidget* parent = nullptr);
    void setCards(std::vector<engine::TodayCard> cards, UtcTime now);
    [[nodiscard]] int count() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

  Q_SIGNALS:
    void opened(const QString& page, const QString& object);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

  private:
    class Model;
    class Delegate;
    void open(const QModelIndex& index);
    Model* model_;
};

} // namespace waypost::ui
