// The Delivery screen: what happened to each attempt, from the outcome columns over reply groups and rows to
// the raw log line. The chips above are all that narrows it; the window's time range is its own. GUI thread.
//
// Events that arrive while somebody reads change the chart, the facets and the groups' counts at once; the
// rows stay where they are and a button offers the new ones.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/page.h"

#include <QTimer>

#include <memory>

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace waypost::ui {

class DataTable;
class DropOverlay;
class EmptyState;
class EvidenceTrio;
class FacetList;
class FilterBar;
class JobBanner;
class RowModel;
class TimeSeriesWidget;

class DeliveryPage : public Page {
    Q_OBJECT
  public:
    explicit DeliveryPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] QStringList crumbs() const override;
    bool goBack() override;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    [[nodiscard]] bool usesTimeRange() const override { return true; }
    void setTimeRange(const ResolvedRange& range, const QTimeZone& zone) override;
    void refresh() override;
    void focusFilter() override;
    void exportView() override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

    void chooseFiles(); // "Import a log…"
    void importFiles(const QStringList& files);
    // Terms of the filter language, as a card or the palette hands them over: "provider:gmail
    // outcome:deferred".
    void showFilter(const QString& terms);

    [[nodiscard]] TimeSeriesWidget* chart() const { return chart_; }
    [[nodiscard]] FacetList* facets() const { return facets_; }
    [[nodiscard]] FilterBar* filter() const { return filter_; }
    [[nodiscard]] DataTable* groups() const { return groups_; }
    [[nodiscard]] DataTable* rows() const { return rows_; }
    [[nodiscard]] DataTable* history() const { return history_; }
    [[nodiscard]] EvidenceTrio* evidence() const { return trio_; }
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] JobBanner* banner() const { return banner_; }
    [[nodiscard]] DropOverlay* overlay() const { return overlay_; }
    [[nodiscard]] QPushButton* newRowsButton() const { return newRows_; }
    [[nodiscard]] bool showsContent() const;
    [[nodiscard]] const std::shared_ptr<const engine::Overview>& overview() const { return overview_; }

  Q_SIGNALS:
    void overviewShown(); // an overview was taken over, or failed

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    struct View {
        ResolvedRange range;
        std::vector<Chip> chips;
    };

    void build();
    QWidget* buildHead();
    QWidget* buildContent();
    void buildTables();
    void connectParts();

    void setChips(const std::vector<Chip>& chips); // a step Esc can take back
    void chipsChanged();
    void addTerm(const QString& term);
    void exclude(const QString& field, const QString& value);
    void narrow(const ResolvedRange& range);
    void barChosen(int bucket, int state);
    void groupsChosen();
    void remember();

    void askAll();
    void askOverview();
    void askGroups(quint64 question);
    void fetchRows(const struct PageAsk& ask);
    void lookForNewRows();
    void showOverview(const engine::Overview& overview);
    void showNothing(const engine::Overview& overview);
    void showSummary(const engine::Overview& overview);
    void fillGroups(const engine::Overview& overview);
    void selectGroups();
    void openEvent(const QString& key, bool fromHistory);
    void showDetail(const engine::EventDetail& detail, bool fromHistory);
    void emptyAction();
    [[nodiscard]] engine::TimeRange engineRange() const;

    EngineBridge& bridge_;
    FilterBar* filter_ = nullptr;
    QPushButton* import_ = nullptr;
    QPushButton* export_ = nullptr;
    JobBanner* banner_ = nullptr;
    QLabel* summary_ = nullptr;
    QPushButton* unclassified_ = nullptr;
    QToolButton* share_ = nullptr;
    QToolButton* asTable_ = nullptr;
    TimeSeriesWidget* chart_ = nullptr;
    FacetList* facets_ = nullptr;
    DataTable* groups_ = nullptr;
    RowModel* groupModel_ = nullptr;
    DataTable* rows_ = nullptr;
    RowModel* rowModel_ = nullptr;
    DataTable* history_ = nullptr;
    RowModel* historyModel_ = nullptr;
    QPushButton* newRows_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    EvidenceTrio* trio_ = nullptr;
    QSplitter* columns_ = nullptr;
    QSplitter* lists_ = nullptr;
    QStackedWidget* body_ = nullptr;
    QWidget* content_ = nullptr;
    QWidget* reading_ = nullptr;
    EmptyState* empty_ = nullptr;
    DropOverlay* overlay_ = nullptr;

    ResolvedRange range_;
    QTimeZone zone_ = QTimeZone::utc();
    engine::DeliveryFilter asked_;
    std::shared_ptr<const engine::Overview> overview_;
    std::shared_ptr<const engine::Overview> grouped_; // the overview the groups come from
    std::vector<View> back_;
    std::vector<Chip> chips_;
    QTimer refreshSoon_;
    quint64 question_ = 0;
    quint64 rowsTicket_ = 0;
    quint64 eventQuestion_ = 0;
    std::int64_t next_ = 0;
    bool stale_ = false;
    bool filling_ = false;
};

} // namespace waypost::ui
