// The lower half of the Message lab: the explanation of what is selected above, and the bytes behind it: the
// message, or a DNS answer as text and as it came. A node opens its document and marks its bytes; bytes
// selected in the message open the node that explains them. GUI thread.
#pragma once

#include "engine/values.h"

#include <QWidget>

#include <memory>
#include <optional>

class QComboBox;
class QLabel;
class QSplitter;
class QTabBar;
class QTreeWidgetItem;

namespace waypost::ui {

class ExplanationTree;
class RawView;

class MessageEvidence : public QWidget {
    Q_OBJECT
  public:
    explicit MessageEvidence(QWidget* parent = nullptr);
    void setView(std::shared_ptr<const engine::MessageView> view); // null: nothing to show
    // `rule`: what is asked of a message and where that is written; empty: no line.
    void show(const std::vector<engine::Node>& nodes, const QString& rule);
    void showBytes(int start, int length); // of the message
    void selectByte(qsizetype byte);       // the node of the shown tree that covers it
    [[nodiscard]] RawView* raw() const { return raw_; }
    [[nodiscard]] ExplanationTree* tree() const { return tree_; }
    [[nodiscard]] QComboBox* documents() const { return documents_; }
    [[nodiscard]] QTabBar* forms() const { return forms_; }
    [[nodiscard]] QString rule() const;
    [[nodiscard]] int document() const { return document_; } // 0: the message, 1 + n: answers[n]
    [[nodiscard]] QByteArray saveState() const;
    void restoreState(const QByteArray& state);
    using QWidget::show;

  Q_SIGNALS:
    // Bytes of the message were selected and no node of this tree explains them.
    void bytesAsked(qsizetype byte);

  private:
    void openDocument(int document);
    void openNode(QTreeWidgetItem* item);
    void showAnswer(const engine::AnswerView& answer);

    std::shared_ptr<const engine::MessageView> view_;
    QSplitter* split_;
    QLabel* rule_;
    ExplanationTree* tree_;
    QComboBox* documents_;
    QTabBar* forms_;
    RawView* raw_;
    int document_ = -1;
    bool filling_ = false;
};

} // namespace waypost::ui
