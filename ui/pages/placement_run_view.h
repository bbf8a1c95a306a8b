// RunView: one seed test: counts and shares by provider with their intervals, what they can prove, each seed
// with its evidence. Rows change in place while the test runs. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"

#include <QTimeZone>
#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QSplitter;

namespace waypost::ui {

class DataTable;
class RowModel;
class SeedEvidenceView;
class VerdictBadge;

class RunView : public QWidget {
    Q_OBJECT
  public:
    explicit RunView(EngineBridge& bridge, QWidget* parent = nullptr);
    void open(const QString& run);
    void setZone(const QTimeZone& zone) { zone_ = zone; }
    void reload();                                       // the run has changed
    void setJob(const QString& run, const QString& job); // what Cancel stops

    [[nodiscard]] QString runId() const { return run_; }
    [[nodiscard]] const engine::RunView& run() const { return view_; }
    [[nodiscard]] DataTable* providers() const { return providers_; }
    [[nodiscard]] DataTable* seeds() const { return seeds_; }
    [[nodiscard]] SeedEvidenceView* evidence() const { return evidence_; }
    [[nodiscard]] QPushButton* cancelButton() const { return cancel_; }
    [[nodiscard]] QLabel* canProve() const { return prove_; }
    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& state);

  Q_SIGNALS:
    void shown();
    void failed(const QString& sentence);
    void openRequested(const QString& page, const QString& object);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* buildHead();
    QWidget* buildProviders();
    void take(const engine::RunView& view);
    void fillHead();
    void fillProviders();
    void fitProviders();
    void fillSeeds();
    void openSeed(const QString& seed);
    void cancel();
    void cancelJob(const std::string& job);

    EngineBridge& bridge_;
    QString run_;
    engine::RunView view_;
    QHash<QString, QString> jobs_; // run -> job
    QTimeZone zone_ = QTimeZone::utc();
    QLabel* title_ = nullptr;
    QLabel* when_ = nullptr;
    VerdictBadge* state_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QLabel* settled_ = nullptr;
    QPushButton* cancel_ = nullptr;
    DataTable* providers_ = nullptr;
    RowModel* providerModel_ = nullptr;
    QSet<int> gaveWay_; // columns hidden for want of room, not by the reader
    QLabel* prove_ = nullptr;
    DataTable* seeds_ = nullptr;
    RowModel* seedModel_ = nullptr;
    SeedEvidenceView* evidence_ = nullptr;
    QSplitter* split_ = nullptr;
    QTimer soon_;
    QString shownSeed_;
    std::string shownSeedState_;
    quint64 question_ = 0;
};

} // namespace waypost::ui
