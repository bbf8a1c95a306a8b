// MessageLabView: one message as it was judged: head with the switch between DNS as it was then and as it is
// now, the connection it is judged with, tabs (steps, received chain, structure, text, answers, claimed, DKIM
// failures) and the evidence below. It asks the engine nothing: the page does. GUI thread.
#pragma once

#include "engine/values.h"

#include <QTimeZone>
#include <QWidget>

#include <memory>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QTabWidget;
class QToolButton;

namespace waypost::ui {

class AutopsyPane;
class ConnectionRow;
class DataTable;
class EmptyState;
class ExplanationTree;
class JobRow;
class MessageEvidence;
class RowModel;
class TextPane;
class VerdictBadge;

class MessageLabView : public QWidget {
    Q_OBJECT
  public:
    enum Tab { Steps, Received, Structure, Text, Answers, Claimed, Failures };

    explicit MessageLabView(QWidget* parent = nullptr);

    // `then` and `now`: null when it was not judged in that way. What is shown stays the one that was chosen.
    void show(std::shared_ptr<const engine::MessageView> then,
              std::shared_ptr<const engine::MessageView> now);
    void setJob(const engine::JobView* job); // null: none runs
    void setZone(const QTimeZone& zone);
    void chooseNow(bool now);
    void chooseStep(const QString& id);
    [[nodiscard]] bool showsNow() const { return now_; }
    [[nodiscard]] const engine::MessageView* view() const { return shown().get(); }

    [[nodiscard]] DataTable* steps() const { return steps_; }
    [[nodiscard]] DataTable* hops() const { return hops_; }
    [[nodiscard]] DataTable* answers() const { return answers_; }
    [[nodiscard]] DataTable* claims() const { return claims_; }
    [[nodiscard]] ExplanationTree* structure() const { return structure_; }
    [[nodiscard]] TextPane* text() const { return text_; }
    [[nodiscard]] AutopsyPane* failures() const { return failures_; }
    [[nodiscard]] QTabWidget* tabs() const { return tabs_; }
    [[nodiscard]] MessageEvidence* evidence() const { return evidence_; }
    [[nodiscard]] ConnectionRow* connection() const { return connection_; }
    [[nodiscard]] QPushButton* thenButton() const { return thenButton_; }
    [[nodiscard]] QPushButton* nowButton() const { return nowButton_; }
    [[nodiscard]] QString differenceText() const;
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);
    using QWidget::show;

  Q_SIGNALS:
    void judgeAgainAsked(); // with DNS as it is now
    void connectionGiven(const waypost::engine::MessageConnection& connection);
    void exportAsked();
    void forgetAsked();
    void cancelAsked(const QString& job);

  private:
    QWidget* buildHead();
    QWidget* buildTabs();
    DataTable* table(RowModel* model, const QString& name);
    void addTableTab(DataTable* table, EmptyState* empty, const QString& title);
    void connectParts();
    [[nodiscard]] const std::shared_ptr<const engine::MessageView>& shown() const;
    void present();
    void presentHead();
    void presentTabs();
    void tabChosen(int tab);
    void stepChosen(const QString& id);
    void findByte(qsizetype byte);
    void showHop();
    void showAnswer();
    void showClaim();
    void showPart();
    void showFailure();
    void fillCopyMenu();

    std::shared_ptr<const engine::MessageView> then_, current_;
    bool now_ = false;
    bool filling_ = false;
    bool busy_ = false;
    QTimeZone zone_ = QTimeZone::utc();
    QString step_; // chosen step, kept over a switch of time
    QLabel* title_ = nullptr;
    QLabel* about_ = nullptr;
    QLabel* notes_ = nullptr;
    VerdictBadge* verdict_ = nullptr;
    QToolButton* copy_ = nullptr;
    QPushButton* export_ = nullptr;
    QPushButton* forget_ = nullptr;
    QPushButton* thenButton_ = nullptr;
    QPushButton* nowButton_ = nullptr;
    QPushButton* again_ = nullptr;
    QLabel* differ_ = nullptr;
    JobRow* job_ = nullptr;
    ConnectionRow* connection_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    DataTable* steps_ = nullptr;
    DataTable* hops_ = nullptr;
    DataTable* answers_ = nullptr;
    DataTable* claims_ = nullptr;
    RowModel* stepModel_ = nullptr;
    RowModel* hopModel_ = nullptr;
    RowModel* answerModel_ = nullptr;
    RowModel* claimModel_ = nullptr;
    EmptyState* noHops_ = nullptr;
    EmptyState* noAnswers_ = nullptr;
    EmptyState* noClaims_ = nullptr;
    ExplanationTree* structure_ = nullptr;
    TextPane* text_ = nullptr;
    AutopsyPane* failures_ = nullptr;
    MessageEvidence* evidence_ = nullptr;
    QSplitter* halves_ = nullptr;
};

} // namespace waypost::ui
