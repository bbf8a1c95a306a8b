// HeaderBar: workspace name and kind, the omnibox door, offline switch, notifications, help.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;

namespace waypost::ui {

enum class WorkspaceKind { Ordinary, Demo, Lab, Production };
QString workspaceKindWord(WorkspaceKind kind); // "PRODUCTION"; empty for Ordinary

class HeaderBar : public QWidget {
    Q_OBJECT
  public:
    explicit HeaderBar(QWidget* parent = nullptr);
    void setWorkspace(const QString& name, WorkspaceKind kind);
    void setNotifications(int count);
    void setOffline(bool offline);
    void setOfflineShown(bool shown); // hidden where nothing stands behind it
    [[nodiscard]] QString kindShown() const;

  Q_SIGNALS:
    void paletteAsked();
    void offlineToggled(bool offline);
    void notificationsAsked();
    void helpAsked();

  private:
    void restyle();
    WorkspaceKind kind_ = WorkspaceKind::Ordinary;
    QLabel* name_;
    QLabel* kindMark_;
    QPushButton* palette_;
    QToolButton* offline_;
    QToolButton* bell_;
};

} // namespace waypost::ui
