// Tabs that show tables of the report: DMARC discovery, and transport. GUI thread.
#pragma once

#include "ui/pages/domains_tab.h"

class QSplitter;

namespace waypost::ui {

// The walk on top; the two readings and what the record asks below.
class DmarcTab : public DomainTab {
    Q_OBJECT
  public:
    explicit DmarcTab(QWidget* parent = nullptr);
    void setView(DomainViewPtr view) override;
    [[nodiscard]] DetailPane* walk() const { return walk_; }
    [[nodiscard]] DetailPane* readings() const { return readings_; }
    [[nodiscard]] DetailPane* policy() const { return policy_; }
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  private:
    DetailPane *walk_, *readings_, *policy_;
    QSplitter *rows_, *columns_;
};

class TransportTab : public DomainTab {
    Q_OBJECT
  public:
    explicit TransportTab(QWidget* parent = nullptr);
    void setView(DomainViewPtr view) override;
    [[nodiscard]] Segments* parts() const { return parts_; }
    [[nodiscard]] DetailPane* pane(int part) const { return panes_[static_cast<size_t>(part)]; }
    void openPart(std::string_view area); // "mx", "ptr", "zone", "mta-sts"
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;

  private:
    Segments* parts_;
    QStackedWidget* stack_;
    std::vector<DetailPane*> panes_;
};

} // namespace waypost::ui
