// What a drag over the Message lab would do, named while it is held. GUI thread.
#pragma once

#include <QStringList>
#include <QWidget>

namespace waypost::ui {

class MessageDropOverlay : public QWidget {
    Q_OBJECT
  public:
    explicit MessageDropOverlay(QWidget* parent);
    void offer(const QStringList& files, bool text);
    [[nodiscard]] QString headline() const { return headline_; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString headline_, detail_;
};

} // namespace waypost::ui
