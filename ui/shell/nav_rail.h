// NavRail: the screens, as icons with labels; narrow when collapsed (labels move into tool tips).
#pragma once

#include <QWidget>

#include <vector>

class QButtonGroup;
class QToolButton;
class QVBoxLayout;

namespace waypost::ui {

class NavRail : public QWidget {
    Q_OBJECT
  public:
    enum class Section { Main, Tools };

    explicit NavRail(QWidget* parent = nullptr);
    void add(const QString& id, const QString& title, const QString& iconName, const QString& shortcut,
             Section section);
    void setCurrent(const QString& id);
    void setCollapsed(bool collapsed);
    [[nodiscard]] bool isCollapsed() const { return collapsed_; }
    void setCount(const QString& id, int count); // "needs a person" beside a label; 0 hides

  Q_SIGNALS:
    void chosen(const QString& id);
    void collapsedChanged(bool collapsed);

  private:
    class Button;
    void applyWidth();
    std::vector<Button*> buttons_;
    QVBoxLayout* main_;
    QVBoxLayout* tools_;
    QToolButton* fold_;
    QButtonGroup* group_;
    bool collapsed_ = false;
};

} // namespace waypost::ui
