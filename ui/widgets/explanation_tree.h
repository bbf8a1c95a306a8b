// ExplanationTree: what was found and why, as a tree; each node may point at a byte range of the raw
// evidence.
#pragma once

#include "ui/theme/tokens.h"
#include "ui/widgets/raw_view.h"

#include <QTreeWidget>

#include <optional>
#include <vector>

namespace waypost::ui {

struct ExplanationNode {
    QString text;    // foreign words are escaped by the tree
    QString value;   // second column: result, cost, time
    QString toolTip; // the rule in one sentence
    std::optional<Outcome> state;
    std::vector<ByteRange> bytes;
    std::vector<ExplanationNode> children;
};

class ExplanationTree : public QTreeWidget {
    Q_OBJECT
  public:
    explicit ExplanationTree(QWidget* parent = nullptr);
    void setNodes(const std::vector<ExplanationNode>& nodes);
    // Selects the smallest node whose range covers `byte`; false when none does.
    bool selectByte(qsizetype byte);
    [[nodiscard]] static std::vector<ByteRange> bytesOf(const QTreeWidgetItem* item);

  Q_SIGNALS:
    void nodeSelected(const std::vector<waypost::ui::ByteRange>& bytes);

  private:
    void add(QTreeWidgetItem* parent, const ExplanationNode& node);
    bool quiet_ = false;
};

} // namespace waypost::ui
