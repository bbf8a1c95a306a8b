// NewTest: everything a seed test needs on one page, with a live preview of what leaves the machine: exact
// recipients, count, message, route, limits. The button names its effect and is off while something is
// missing; the sentence beside it says what. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTabWidget;

namespace waypost::ui {

class RawView;

class NewTest : public QWidget {
    Q_OBJECT
  public:
    static constexpr int typedCountAbove = 1000; // more recipients than this: the count is typed first

    explicit NewTest(EngineBridge& bridge, QWidget* parent = nullptr);
    void setLists(const std::vector<engine::SeedList>& lists);
    void setRoutes(const engine::Settings& settings);
    void setProduction(bool production);
    void useMessageFile(const QString& file);
    [[nodiscard]] engine::RunSpec spec() const;

    [[nodiscard]] QComboBox* list() const { return list_; }
    [[nodiscard]] QComboBox* route() const { return route_; }
    [[nodiscard]] QLineEdit* name() const { return name_; }
    [[nodiscard]] QLineEdit* from() const { return from_; }
    [[nodiscard]] QLineEdit* subject() const { return subject_; }
    [[nodiscard]] QPlainTextEdit* body() const { return bodyText_; }
    [[nodiscard]] QTabWidget* messageTabs() const { return messageTabs_; }
    [[nodiscard]] QSpinBox* wait() const { return wait_; }
    [[nodiscard]] QSpinBox* rate() const { return rate_; }
    [[nodiscard]] QPushButton* sendButton() const { return send_; }
    [[nodiscard]] QLabel* problem() const { return problem_; }
    [[nodiscard]] QListWidget* recipients() const { return recipients_; }
    [[nodiscard]] QLineEdit* command() const { return command_; }

  Q_SIGNALS:
    void started(const QString& job);
    void previewed();
    void editSeedsAsked(const QString& list);
    void cancelled();

  private:
    QWidget* buildForm();
    QWidget* buildMessage();
    QWidget* buildPreview();
    void connectParts();
    void ask();
    void take(const engine::RunPreview& preview);
    void fail(const QString& sentence);
    void refreshButton();
    void send();
    void chooseMessage();
    [[nodiscard]] bool needsTypedCount() const;

    EngineBridge& bridge_;
    std::vector<engine::SeedList> lists_;
    QComboBox* list_ = nullptr;
    QLabel* listCounts_ = nullptr;
    QPushButton* editList_ = nullptr;
    QComboBox* route_ = nullptr;
    QLineEdit* name_ = nullptr;
    QTabWidget* messageTabs_ = nullptr;
    QLineEdit* from_ = nullptr;
    QLineEdit* subject_ = nullptr;
    QPlainTextEdit* bodyText_ = nullptr;
    QPlainTextEdit* source_ = nullptr;
    QLabel* sourceNote_ = nullptr;
    QPushButton* chooseMessage_ = nullptr;
    QSpinBox* wait_ = nullptr;
    QSpinBox* rate_ = nullptr;
    QLabel* headline_ = nullptr;
    QLabel* facts_ = nullptr;
    QLabel* notes_ = nullptr;
    QListWidget* recipients_ = nullptr;
    RawView* head_ = nullptr;
    QLineEdit* command_ = nullptr;
    QPushButton* copy_ = nullptr;
    QLabel* problem_ = nullptr;
    QLineEdit* typed_ = nullptr;
    QPushButton* send_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QByteArray eml_; // the message's bytes when it came from a file
    QTimer soon_;
    quint64 question_ = 0;
    int count_ = 0;
    bool ready_ = false; // the preview on the screen belongs to the form and has no problem
    bool production_ = false;
    bool filling_ = false;
};

} // namespace waypost::ui
