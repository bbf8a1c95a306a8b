// The Jobs screen: what runs, waits, failed or ended, newest first; the chosen one with its text, its command
// and Cancel. Jobs go on when the screen is left. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QStackedWidget;

namespace waypost::ui {

class DataTable;
class EmptyState;
class RowModel;

class JobsPage : public Page {
    Q_OBJECT
  public:
    explicit JobsPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void refresh() override;
    void open(const QString& job);
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] QPushButton* cancelButton() const { return cancel_; }

  Q_SIGNALS:
    void openRequested(const QString& page, const QString& object);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    QWidget* buildDetail();
    void take(const engine::Jobs& jobs);
    void jobChanged(const engine::JobView& job);
    void showJob(const QString& id);
    [[nodiscard]] const engine::JobView* find(const QString& id) const;

    EngineBridge& bridge_;
    std::vector<engine::JobView> jobs_; // newest first
    RowModel* model_;
    DataTable* table_;
    QStackedWidget* body_;
    EmptyState* empty_;
    QLabel* title_ = nullptr;
    QLabel* text_ = nullptr;
    QLineEdit* command_ = nullptr;
    QPushButton* copy_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QString wanted_;
};

} // namespace waypost::ui
