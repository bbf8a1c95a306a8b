// DropOverlay: covers a screen while files are dragged over it and names what a drop will do.
#pragma once

#include <QStringList>
#include <QWidget>

class QMimeData;

namespace waypost::ui {

// The local files of a drag; folders and remote addresses are not among them.
QStringList droppedFiles(const QMimeData* data);

class DropOverlay : public QWidget {
    Q_OBJECT
  public:
    explicit DropOverlay(QWidget* parent);
    void offer(const QStringList& files); // empty: says why nothing will happen
    [[nodiscard]] QString headline() const { return headline_; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString headline_, detail_;
};

} // namespace waypost::ui
