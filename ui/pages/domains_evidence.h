// The lower part of the Domains screen: the DNS answer behind what was chosen above; with setTreeShown() the
// explanation of an area stands at its left. The answer is shownas records and as the
// bytes that came, with its question, server, status, TTL, age and AD flag.
#pragma once

#include "engine/values.h"

#include <QWidget>

#include <functional>
#include <memory>
#include <vector>

class QBoxLayout;
class QComboBox;
class QLabel;
class QSplitter;
class QTabWidget;

namespace waypost::ui {

class ExplanationTree;
class RawView;

class DomainEvidence : public QWidget {
    Q_OBJECT
  public:
    explicit DomainEvidence(QWidget* parent = nullptr);
    void setView(std::shared_ptr<const engine::DomainView> view);
    void showArea(int area);     // its tree, and the first answer it rests on
    void showAnswer(int answer); // of the report; -1: says that there is none
    // One of another list: a check that was made just now.
    void showForeign(std::shared_ptr<const std::vector<engine::AnswerView>> answers, int answer);
    void setTreeShown(bool on);
    void setNow(std::function<qint64()> now) { now_ = std::move(now); }
    [[nodiscard]] int answer() const { return answer_; }
    [[nodiscard]] ExplanationTree* tree() const { return tree_; }
    [[nodiscard]] RawView* records() const { return records_; }
    [[nodiscard]] RawView* wire() const { return wire_; }
    [[nodiscard]] QString about() const;
    [[nodiscard]] QByteArray saveState() const;
    void restoreState(const QByteArray& state);

  Q_SIGNALS:
    void answerShown(int answer);

  private:
    void nodeChosen();
    void fillCopyMenu(class QMenu& menu);
    [[nodiscard]] const engine::AnswerView* current() const;
    void setList(std::shared_ptr<const std::vector<engine::AnswerView>> list);
    void present(int answer);

    std::shared_ptr<const std::vector<engine::AnswerView>> list_; // of the view, or of another check
    std::shared_ptr<const engine::DomainView> view_;
    QSplitter* split_;
    ExplanationTree* tree_;
    QComboBox* question_;
    QLabel* about_;
    QBoxLayout* line_ = nullptr;
    QTabWidget* tabs_;
    RawView* records_;
    RawView* wire_;
    std::vector<int> answers_; // of each node of the tree, from the top down
    int answer_ = -1;
    std::function<qint64()> now_;
};

// "dig @127.0.0.1 -p 5353 acme.test TXT" for an answer.
QString digCommand(const engine::AnswerView& answer);

} // namespace waypost::ui
