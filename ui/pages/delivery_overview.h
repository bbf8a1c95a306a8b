// Overview: outcome columns over time, facets, reply groups, attempts down to the raw line. GUI thread.
//
// Events that arrive while somebody reads change the chart, the facets and the groups' counts at once; the
// rows stay where they are and a button offers the new ones.
#pragma once

#include "ui/pages/delivery_rows.h"
#include "ui/pages/delivery_tab.h"
#include "ui/widgets/event_table.h"

#include <memory>

class QPushButton;
class QSplitter;
class QTabWidget;
class QToolButton;

namespace waypost::ui {

class DataTable;
class EvidenceTrio;
class FacetList;
class RowModel;
class TimeSeriesWidget;
struct PageAsk;

class DeliveryOverview : public DeliveryTab {
    Q_OBJECT
  public:
    explicit DeliveryOverview(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

    [[nodiscard]] TimeSeriesWidget* chart() const { return chart_; }
    [[nodiscard]] FacetList* facets() const { return facets_; }
    [[nodiscard]] DataTable* groups() const { return groups_; }
    [[nodiscard]] EventTable* rows() const { return rows_; }
    [[nodiscard]] DataTable* history() const { return history_; }
    [[nodiscard]] EvidenceTrio* evidence() const { return trio_; }
    [[nodiscard]] QPushButton* newRowsButton() const { return newRows_; }
    [[nodiscard]] const std::shared_ptr<const engine::Overview>& overview() const { return overview_; }

  protected:
    void ask() override;
    void askAgain() override;
    void zoneChanged() override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QWidget* buildContent();
    QWidget* buildLine();
    void buildTables();
    void connectParts();

    void barChosen(int bucket, int state);
    void groupsChosen();
    void askOverview();
    void askGroups(quint64 question);
    void askMarks();
    void askStates();
    void showChart();
    void fetchRows(const WindowAsk& ask);
    void lookForNewRows();
    void showOverview(const engine::Overview& overview);
    void showSummary(const engine::Overview& overview);
    void fillGroups(const engine::Overview& overview);
    void selectGroups();
    void openEvent(const QString& key, bool fromHistory);
    void showDetail(const engine::EventDetail& detail, bool fromHistory);

    QLabel* summary_ = nullptr;
    QPushButton* unclassified_ = nullptr;
    QToolButton* share_ = nullptr;
    QToolButton* asTable_ = nullptr;
    TimeSeriesWidget* chart_ = nullptr;
    FacetList* facets_ = nullptr;
    DataTable* groups_ = nullptr;
    RowModel* groupModel_ = nullptr;
    EventTable* rows_ = nullptr;
    DataTable* history_ = nullptr;
    RowModel* historyModel_ = nullptr;
    QPushButton* newRows_ = nullptr;
    QTabWidget* lower_ = nullptr;
    EvidenceTrio* trio_ = nullptr;
    QSplitter* columns_ = nullptr;
    QSplitter* lists_ = nullptr;

    engine::DeliveryFilter asked_;
    std::shared_ptr<const engine::Overview> overview_;
    std::shared_ptr<const engine::Overview> grouped_; // the overview the groups come from
    std::vector<engine::ChangeMark> marks_;
    delivery::GroupStates states_;
    quint64 question_ = 0;
    quint64 marksQuestion_ = 0;
    quint64 statesQuestion_ = 0;
    quint64 eventQuestion_ = 0;
    bool filling_ = false;
};

} // namespace waypost::ui
