// The Domains screen: watched domains; of one of them the overview (areas, findings with what to publish) and
// a tab for SPF, DKIM, DMARC, transport, requirements and history; below, the DNS answer behind what was
// chosen. Only public DNS is read, and nothing is published from here. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/page.h"

#include <QHash>
#include <QTimer>

#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabWidget;

namespace waypost::ui {

class AgeLabel;
class AreaTiles;
class DataTable;
class DkimTab;
class DmarcTab;
class DomainEvidence;
class DomainTab;
class EmptyState;
class FindingPanel;
class HistoryTab;
class JobRow;
class RequirementsTab;
class RowModel;
class SpfTab;
class TransportTab;

class DomainsPage : public Page {
    Q_OBJECT
  public:
    enum Tab { Overview, Spf, Dkim, Dmarc, Transport, Requirements, History };
    explicit DomainsPage(EngineBridge& bridge, QWidget* parent = nullptr);

    [[nodiscard]] QStringList crumbs() const override;
    [[nodiscard]] std::vector<KeyHelp> keys() const override;
    void refresh() override;
    void focusFilter() override;
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

    void
    inspect(const QString& typed); // "acme.test" or "acme.test s2024 s2025": the selectors to look at too
    void open(const QString& domain);
    [[nodiscard]] QStringList watched() const { return watched_; }

    [[nodiscard]] QLineEdit* addBox() const { return add_; }
    [[nodiscard]] DataTable* list() const { return list_; }
    [[nodiscard]] AreaTiles* areas() const { return areas_; }
    [[nodiscard]] DataTable* findings() const { return findings_; }
    [[nodiscard]] FindingPanel* why() const { return why_; }
    [[nodiscard]] DomainEvidence* evidence() const { return evidence_; }
    [[nodiscard]] SpfTab* spf() const { return spf_; }
    [[nodiscard]] DkimTab* dkim() const { return dkim_; }
    [[nodiscard]] DmarcTab* dmarc() const { return dmarc_; }
    [[nodiscard]] TransportTab* transport() const { return transport_; }
    [[nodiscard]] RequirementsTab* requirements() const { return requirements_; }
    [[nodiscard]] HistoryTab* history() const { return history_; }
    void showAsOf(std::optional<UtcTime> asOf, bool rejudge = false); // nothing: now
    [[nodiscard]] QString banner() const; // "As of …, not now"; empty: the newest report is shown
    bool goBack() override;
    [[nodiscard]] EmptyState* empty() const { return empty_; }
    [[nodiscard]] QTabWidget* tabs() const { return tabs_; }
    [[nodiscard]] bool showsReport() const;
    [[nodiscard]] QString current() const { return current_; }

  Q_SIGNALS:
    void reportShown(); // a report was taken over, or failed
    void listed();

  private:
    QWidget* buildList();
    QWidget* buildReport();
    QWidget* buildHead();
    QWidget* buildOverview();
    QWidget* buildBanner();
    void buildTabs();
    void connectParts();
    void connectTabs();
    void askList();
    void askReport();
    void showList(const engine::Domains& domains);
    void showReport(const engine::DomainView& view);
    void showFindings();
    void findingChosen(const QString& key);
    void tabChosen(int tab);
    void areaChosen(int area);
    void showAbout();
    void showTabMarks();
    void jobChanged(const engine::JobView& job);
    void showJob();
    void checkAgain();
    void forget();
    void showEmptyReport();
    void say(const QString& sentence);
    [[nodiscard]] std::vector<std::string> knownSelectors() const;

    EngineBridge& bridge_;
    QLineEdit* add_ = nullptr;
    QPushButton* inspect_ = nullptr;
    QLabel* refused_ = nullptr;
    DataTable* list_ = nullptr;
    RowModel* listModel_ = nullptr;
    QLabel* name_ = nullptr;
    AgeLabel* age_ = nullptr;
    QPushButton* again_ = nullptr;
    QPushButton* forget_ = nullptr;
    JobRow* job_ = nullptr;
    AreaTiles* areas_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    DataTable* findings_ = nullptr;
    RowModel* findingModel_ = nullptr;
    FindingPanel* why_ = nullptr;
    QLabel* counts_ = nullptr;
    QLabel* about_ = nullptr;
    QWidget* banner_ = nullptr;
    QLabel* bannerText_ = nullptr;
    QPushButton* rejudge_ = nullptr;
    SpfTab* spf_ = nullptr;
    DkimTab* dkim_ = nullptr;
    DmarcTab* dmarc_ = nullptr;
    TransportTab* transport_ = nullptr;
    RequirementsTab* requirements_ = nullptr;
    HistoryTab* history_ = nullptr;
    std::vector<DomainTab*> parts_; // the tabs after the overview
    DomainEvidence* evidence_ = nullptr;
    EmptyState* empty_ = nullptr;
    QLabel* reading_ = nullptr;
    QStackedWidget* body_ = nullptr;
    QWidget* report_ = nullptr;
    QSplitter* columns_ = nullptr;
    QSplitter* halves_ = nullptr;
    QSplitter* findingSplit_ = nullptr;

    engine::Domains domains_;
    std::shared_ptr<const engine::DomainView> view_;
    QStringList watched_;
    QString current_;
    QHash<QString, engine::JobView> inspections_; // running ones, by domain
    std::string lastFailure_;                     // of the current domain's last inspection
    quint64 reportQuestion_ = 0;
    std::optional<UtcTime> asOf_;
    bool rejudged_ = false;
    QTimer ages_; // the list's ages grow
    bool filling_ = false;
};

} // namespace waypost::ui
