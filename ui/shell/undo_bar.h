// UndoBar: "Muted cluster 88 · Undo", for ten seconds. Undo beats asking.
#pragma once

#include <QFrame>
#include <QTimer>

#include <functional>

class QLabel;
class QPushButton;

namespace waypost::ui {

class UndoBar : public QFrame {
    Q_OBJECT
  public:
    static constexpr int shownMs = 10'000;
    explicit UndoBar(QWidget* parent);
    void offer(const QString& sentence, std::function<void()> undo);
    void undo();
    [[nodiscard]] bool isOffering() const { return static_cast<bool>(undo_); }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void place();
    QLabel* sentence_;
    QPushButton* button_;
    QTimer timer_;
    std::function<void()> undo_;
};

} // namespace waypost::ui
