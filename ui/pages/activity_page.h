// The Activity screen: the append-only record of what was done, by whom, to what. The search narrows what is
// shown; nothing here can be changed. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

#include <QTimer>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;

namespace waypost::ui {

class DataTable;
class EmptyState;
class RowModel;

class ActivityPage : public Page {
    Q_OBJECT
  public:
    explicit ActivityPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] bool usesTimeRange() const override { return false; }
    void setTimeRange(const ResolvedRange& range, const QTimeZone& zone) override;
    void refresh() override;
    void focusFilter() override;
    [[nodiscard]] DataTable* table() const { return table_; }
    [[nodiscard]] QLineEdit* search() const { return search_; }

  Q_SIGNALS:
    void openRequested(const QString& page, const QString& object);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void present();
    void showRow(const QString& key);

    EngineBridge& bridge_;
    std::vector<engine::ActivityRow> rows_; // newest first
    RowModel* model_;
    DataTable* table_;
    QLineEdit* search_;
    QLabel* count_;
    QLabel* detail_;
    QStackedWidget* body_;
    EmptyState* empty_;
    QTimer soon_;
    QTimeZone zone_ = QTimeZone::utc();
};

} // namespace waypost::ui
