// SeedEvidenceView: why a seed has its state: explanation tree on the left, the raw documents (dialogues,
// headers) on the right. A node opens its document and marks its bytes. GUI thread.
#pragma once

#include "engine/values.h"

#include <QWidget>

class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QTreeWidgetItem;

namespace waypost::ui {

class EmptyState;
class ExplanationTree;
class RawView;

class SeedEvidenceView : public QWidget {
    Q_OBJECT
  public:
    explicit SeedEvidenceView(QWidget* parent = nullptr);
    void show(engine::SeedEvidence evidence);
    void showEmpty(const QString& headline, const QString& text, bool failed = false);
    [[nodiscard]] RawView* raw() const { return raw_; }
    [[nodiscard]] ExplanationTree* tree() const { return tree_; }
    [[nodiscard]] QTabBar* documents() const { return documents_; }
    [[nodiscard]] QPushButton* labButton() const { return lab_; }
    using QWidget::show;

  Q_SIGNALS:
    void labAsked(const QString& seed); // judge the message this seed holds

  private:
    void openDocument(int index);
    void openNode(QTreeWidgetItem* item);
    QStackedWidget* stack_;
    EmptyState* empty_;
    ExplanationTree* tree_;
    QTabBar* documents_;
    RawView* raw_;
    QPushButton* lab_;
    engine::SeedEvidence evidence_;
    bool filling_ = false;
};

} // namespace waypost::ui
