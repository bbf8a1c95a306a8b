// The Delivery screen: what happened to each attempt. One filter and one range stand above the tabs; the
// chips are all that narrows them, the window's time range is its own. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/pages/delivery_overview.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/page.h"

#include <QTimer>

#include <memory>

class QPushButton;
class QTabWidget;

namespace waypost::ui {

class DropOverlay;
class FilterBar;
class JobBanner;

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
    // What a card hands over: terms of the filter language, or "replies/new": a state of the Replies tab.
    void open(const QString& object);
    // The tab of this name ("overview", "matrix", …); false: there is none.
    bool showTab(const QString& id);

    [[nodiscard]] DeliveryTab* tab(const QString& id) const; // null: there is none
    [[nodiscard]] QTabWidget* tabs() const { return tabs_; }
    [[nodiscard]] DeliveryOverview* overviewTab() const { return overviewTab_; }
    [[nodiscard]] TimeSeriesWidget* chart() const { return overviewTab_->chart(); }
    [[nodiscard]] FacetList* facets() const { return overviewTab_->facets(); }
    [[nodiscard]] FilterBar* filter() const { return filter_; }
    [[nodiscard]] DataTable* groups() const { return overviewTab_->groups(); }
    [[nodiscard]] EventTable* rows() const { return overviewTab_->rows(); }
    [[nodiscard]] DataTable* history() const { return overviewTab_->history(); }
    [[nodiscard]] EvidenceTrio* evidence() const { return overviewTab_->evidence(); }
    [[nodiscard]] EmptyState* empty() const { return overviewTab_->empty(); }
    [[nodiscard]] JobBanner* banner() const { return banner_; }
    [[nodiscard]] DropOverlay* overlay() const { return overlay_; }
    [[nodiscard]] QPushButton* newRowsButton() const { return overviewTab_->newRowsButton(); }
    [[nodiscard]] bool showsContent() const { return overviewTab_->showsContent(); }
    [[nodiscard]] const std::shared_ptr<const engine::Overview>& overview() const {
        return overviewTab_->overview();
    }

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void build();
    QWidget* buildHead();
    void addTab(DeliveryTab* tab, const QString& id, const QString& title);
    void connectParts();

    void setChips(const std::vector<Chip>& chips); // a step Esc can take back
    void setView(const ResolvedRange& range, const std::vector<Chip>& chips);
    void chipsChanged();
    void addTerm(const QString& term);
    void showTerms(const QString& terms, std::vector<Chip> chips);
    void remember();
    void scopeChanged(bool range, bool chips);
    void emptyAction(EmptyState::Kind kind);
    void focusContent();

    EngineBridge& bridge_;
    FilterBar* filter_ = nullptr;
    QPushButton* import_ = nullptr;
    QPushButton* export_ = nullptr;
    JobBanner* banner_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    DeliveryOverview* overviewTab_ = nullptr;
    std::vector<DeliveryTab*> all_;
    DropOverlay* overlay_ = nullptr;

    DeliveryScope scope_;
    std::vector<DeliveryScope> back_;
    QTimer refreshSoon_;
    bool stale_ = false;
};

} // namespace waypost::ui
