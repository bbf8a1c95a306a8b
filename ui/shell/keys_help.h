// KeysHelp: the keys of this screen and of the window, over the content. Esc or a click closes it.
#pragma once

#include "ui/widgets/page.h"

#include <QFrame>

namespace waypost::ui {

class KeysHelp : public QFrame {
    Q_OBJECT
  public:
    explicit KeysHelp(QWidget* window);
    void open(const QString& screen, const std::vector<KeyHelp>& page, const std::vector<KeyHelp>& window);
    [[nodiscard]] QStringList listed() const { return listed_; }

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

  private:
    QStringList listed_;
};

} // namespace waypost::ui
