// BlocklistCellView: one target on one list: what was asked and answered, what the list means by it, since
// when, who else in the range, which of our replies quote it, how to get off it; on the right the strip of
// states and the answer as it came. GUI thread.
#pragma once

#include "engine/values.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;
class QTabBar;

namespace waypost::ui {

class EmptyState;
class ExplanationTree;
class RawView;
class StateStrip;

class BlocklistCellView : public QWidget {
    Q_OBJECT
  public:
    explicit BlocklistCellView(QWidget* parent = nullptr);
    void show(engine::BlocklistCell cell, qint64 now);
    void showEmpty(const QString& headline, const QString& text, bool failed = false);
    [[nodiscard]] ExplanationTree* tree() const { return tree_; }
    [[nodiscard]] RawView* raw() const { return raw_; }
    [[nodiscard]] StateStrip* strip() const { return strip_; }
    [[nodiscard]] QString headline() const;
    using QWidget::show;

  Q_SIGNALS:
    void repliesAsked(const QString& list); // the replies that quote it
    void againAsked(const QString& target, const QString& list);

  private:
    void openDocument(int index);
    engine::BlocklistCell cell_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QLabel* title_;
    QPushButton* again_;
    QPushButton* page_;
    QPushButton* copy_;
    ExplanationTree* tree_;
    StateStrip* strip_;
    QTabBar* documents_;
    RawView* raw_;
};

// The cell as an explanation: facts, what the list means, how long, delisting. For the tree and for tests.
std::vector<engine::Node> cellNodes(const engine::BlocklistCell& cell, qint64 now);

} // namespace waypost::ui
