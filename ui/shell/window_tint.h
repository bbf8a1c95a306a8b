// WindowTint: the 4 px frame over a production workspace, drawn above everything and transparent to the
// mouse; demo and lab workspaces get their word in the frame's corner instead, so no screenshot is taken for
// real data.
#pragma once

#include "ui/shell/header_bar.h"

#include <QWidget>

namespace waypost::ui {

class WindowTint : public QWidget {
    Q_OBJECT
  public:
    static constexpr int frameWidth = 4;
    explicit WindowTint(QWidget* parent);
    void setKind(WorkspaceKind kind);

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    WorkspaceKind kind_ = WorkspaceKind::Ordinary;
};

} // namespace waypost::ui
