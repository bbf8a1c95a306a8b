// ChipBar: the active filters, always visible, each removable. A chip can be negated, switched off, edited or
// removed; the bar is the only truth about what narrows the view.
#pragma once

#include <QAbstractButton>
#include <QWidget>

#include <vector>

namespace waypost::ui {

struct Chip {
    QString term; // one term of the filter language, as shown: provider:gmail
    bool negated = false;
    bool enabled = true;
    bool operator==(const Chip&) const = default;
};

class ChipButton : public QAbstractButton {
    Q_OBJECT
  public:
    explicit ChipButton(const Chip& chip, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

  Q_SIGNALS:
    void removeAsked();
    void negateAsked();
    void switchAsked();
    void editAsked();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

  private:
    [[nodiscard]] QString shown() const;
    [[nodiscard]] QRect crossRect() const;
    void popMenu(const QPoint& at);
    Chip chip_;
};

class ChipBar : public QWidget {
    Q_OBJECT
  public:
    explicit ChipBar(QWidget* parent = nullptr);
    void setChips(const std::vector<Chip>& chips);
    [[nodiscard]] const std::vector<Chip>& chips() const { return chips_; }
    void add(const QString& term); // no effect when it is already there
    void remove(const QString& term);
    void clear();

  Q_SIGNALS:
    void editAsked(const QString& term); // negated: with its minus
    void changed();                      // by the operator or by add/remove/clear; not by setChips

  private:
    void rebuild();
    std::vector<Chip> chips_;
};

} // namespace waypost::ui
