// EvidenceTrio: the layout of every screen that shows evidence: a list on top, its explanation lower left,
// raw bytes lower right. Selecting a node marks its bytes; selecting bytes opens the node that explains them.
#pragma once

#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/raw_view.h"

#include <QWidget>

class QSplitter;
class QStackedWidget;

namespace waypost::ui {

class EmptyState;

struct Evidence {
    QByteArray raw;
    QString origin; // where the bytes come from
    qint64 firstOffset = 0;
    std::vector<ExplanationNode> nodes;
};

class EvidenceTrio : public QWidget {
    Q_OBJECT
  public:
    explicit EvidenceTrio(QWidget* list, QWidget* parent = nullptr);
    void show(const Evidence& evidence);
    // Nothing to explain: the lower half says why.
    void showEmpty(const QString& headline, const QString& text, bool failed = false);
    [[nodiscard]] RawView* raw() const { return raw_; }
    [[nodiscard]] ExplanationTree* tree() const { return tree_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] QByteArray saveState() const;
    void restoreState(const QByteArray& state);
    using QWidget::show;

  private:
    QSplitter* vertical_;
    QSplitter* lower_;
    QStackedWidget* stack_;
    ExplanationTree* tree_;
    RawView* raw_;
    EmptyState* empty_;
};

} // namespace waypost::ui
