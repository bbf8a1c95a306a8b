// The SPF tab: the record as a tree with its costs (static); whether an address would pass, with every step
// and answer; and a draft of the record tried before it is published. GUI thread.
#pragma once

#include "ui/pages/domains_tab.h"

class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSplitter;

namespace waypost::ui {

class DataTable;
class ExplanationTree;
class RowModel;

// Says that something is under way once it has lasted 0.3 s, with a button that stops waiting for it.
class WaitLine : public QWidget {
    Q_OBJECT
  public:
    explicit WaitLine(QWidget* parent = nullptr);
    void begin(const QString& what);
    void end();

  Q_SIGNALS:
    void stopped();

  private:
    QLabel* text_;
    class QTimer* late_;
};

// "Would 203.0.113.9 pass?": the known sending addresses with what they get now, and the steps of one.
class SpfTrialPane : public QWidget {
    Q_OBJECT
  public:
    explicit SpfTrialPane(EngineBridge& bridge, QWidget* parent = nullptr);
    void setDomain(const std::string& domain); // forgets what is shown when it is another one
    void activated();
    void tryAddress(const QString& typed);
    void show(const engine::SpfTrial& trial, bool typed);
    [[nodiscard]] QLineEdit* addressBox() const { return address_; }
    [[nodiscard]] DataTable* senders() const { return senders_; }
    [[nodiscard]] DetailPane* trace() const { return trace_; }
    [[nodiscard]] QString said() const;
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);
    using QWidget::show;

  Q_SIGNALS:
    void foreignAnswerChosen(waypost::ui::AnswersPtr answers, int answer);
    void shown();

  private:
    void ask(std::vector<std::string> ips);
    void fillSenders(const engine::SpfTrial& trial);
    void refuse(const QString& sentence);
    EngineBridge& bridge_;
    std::string domain_;
    QLineEdit *address_, *localPart_, *helo_;
    QPushButton* try_;
    QLabel* verdict_;
    WaitLine* wait_;
    DataTable* senders_;
    RowModel* senderModel_;
    DetailPane* trace_;
    QSplitter* split_;
    AnswersPtr answers_;
    quint64 question_ = 0;
    bool asked_ = false, filling_ = false;
};

class SpfDraftPane : public QWidget {
    Q_OBJECT
  public:
    explicit SpfDraftPane(EngineBridge& bridge, QWidget* parent = nullptr);
    void setView(const DomainViewPtr& view, const QString& published);
    void tryDraft();
    void show(const engine::SpfTrial& trial);
    [[nodiscard]] QPlainTextEdit* box() const { return box_; }
    [[nodiscard]] QString budget() const;
    [[nodiscard]] QString problems() const;
    [[nodiscard]] DataTable* effects() const { return effects_; }
    [[nodiscard]] QPlainTextEdit* flattened() const { return flat_; }
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);
    using QWidget::show;

  Q_SIGNALS:
    void foreignAnswerChosen(waypost::ui::AnswersPtr answers, int answer);
    void shown();

  private:
    QWidget* buildEditor();
    QWidget* buildResult();
    void fillEffects(const engine::SpfTrial& trial);
    void showBudget(const engine::SpfTrial& trial);
    EngineBridge& bridge_;
    std::string domain_;
    QString published_;
    QPlainTextEdit *box_ = nullptr, *flat_ = nullptr;
    QPushButton *try_ = nullptr, *reset_ = nullptr, *copy_ = nullptr, *copyCli_ = nullptr,
                *copyFlat_ = nullptr;
    QLabel *budget_ = nullptr, *problems_ = nullptr, *price_ = nullptr;
    WaitLine* wait_ = nullptr;
    DataTable* effects_ = nullptr;
    RowModel* effectModel_ = nullptr;
    DetailPane* tree_ = nullptr;
    QSplitter* split_ = nullptr;
    AnswersPtr answers_;
    quint64 question_ = 0;
};

class SpfTab : public DomainTab {
    Q_OBJECT
  public:
    enum Mode { Static, Trial, Draft };
    explicit SpfTab(EngineBridge& bridge, QWidget* parent = nullptr);
    void setView(DomainViewPtr view) override;
    void activated() override;
    [[nodiscard]] Segments* modes() const { return modes_; }
    [[nodiscard]] DetailPane* tree() const { return tree_; }
    [[nodiscard]] SpfTrialPane* trial() const { return trial_; }
    [[nodiscard]] SpfDraftPane* draft() const { return draft_; }
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  private:
    Segments* modes_;
    QStackedWidget* stack_;
    DetailPane* tree_;
    SpfTrialPane* trial_;
    SpfDraftPane* draft_;
};

// Nodes of an engine tree as rows of two columns.
std::vector<engine::DetailRow> nodeRows(const std::vector<engine::Node>& nodes);
engine::State spfState(const std::string& result); // "pass", "softfail"

} // namespace waypost::ui
