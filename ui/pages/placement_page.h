// The Placement screen: runs on the left; a run, a new test or the seed lists on the right. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

#include <QTimer>

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace waypost::ui {

class DataTable;
class EmptyState;
class NewTest;
class RowModel;
class RunView;
class SeedEditor;

class PlacementPage : public Page {
    Q_OBJECT
  public:
    explicit PlacementPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] QStringList crumbs() const override;
    bool goBack() override;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void setTimeRange(const ResolvedRange& range, const QTimeZone& zone) override;
    void refresh() override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

    // A run id, "new", "seeds", "message:FILE" (a new test with it) or "seeds:FILE" (imports it).
    void open(const QString& object);
    void openNewTest();
    void openSeeds(const QString& list = {});

    [[nodiscard]] DataTable* runs() const { return runs_; }
    [[nodiscard]] RunView* runView() const { return run_; }
    [[nodiscard]] NewTest* newTest() const { return new_; }
    [[nodiscard]] SeedEditor* seedEditor() const { return seeds_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] QPushButton* newTestButton() const { return newTest_; }
    [[nodiscard]] QPushButton* seedListsButton() const { return seedLists_; }
    [[nodiscard]] QWidget* current() const;

  Q_SIGNALS:
    void runsShown();
    void openRequested(const QString& page, const QString& object); // another screen

  protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    QWidget* buildRail();
    void connectParts();
    void askRuns();
    void askLists();
    void askSettings();
    void takeRuns(const engine::Runs& runs);
    void runStarted(const QString& job);
    void openRun(const QString& run);
    void showNothing();
    void showPane(QWidget* pane);
    void emptyAction(bool second);

    EngineBridge& bridge_;
    std::vector<engine::RunLine> lines_;
    std::vector<engine::SeedList> lists_;
    bool listsKnown_ = false, runsKnown_ = false;
    QSplitter* columns_ = nullptr;
    DataTable* runs_ = nullptr;
    RowModel* model_ = nullptr;
    QLabel* noRuns_ = nullptr;
    QPushButton* newTest_ = nullptr;
    QPushButton* seedLists_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    EmptyState* empty_ = nullptr;
    RunView* run_ = nullptr;
    NewTest* new_ = nullptr;
    SeedEditor* seeds_ = nullptr;
    QTimer soon_;
    QTimeZone zone_ = QTimeZone::utc();
    QString wanted_; // a run to open when the list has it
    QString job_;    // the job of a run that was started here and is not in the list yet
    bool filling_ = false;
};

} // namespace waypost::ui
