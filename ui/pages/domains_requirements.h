// The Requirements tab: what providers ask of senders, each with our evidence: met, not met, or cannot know
// from here. GUI thread.
#pragma once

#include "ui/pages/domains_tab.h"

class QCheckBox;
class QSplitter;

namespace waypost::ui {

class FindingPanel;

class RequirementsTab : public DomainTab {
    Q_OBJECT
  public:
    explicit RequirementsTab(EngineBridge& bridge, QWidget* parent = nullptr);
    void setView(DomainViewPtr view) override;
    void activated() override;
    void show(const engine::Requirements& requirements);
    [[nodiscard]] DetailPane* list() const { return list_; }
    [[nodiscard]] FindingPanel* why() const { return why_; }
    [[nodiscard]] QCheckBox* onlyOpen() const { return onlyOpen_; }
    [[nodiscard]] QByteArray saveLayout() const override;
    void restoreLayout(const QByteArray& state) override;
    using QWidget::show;

  Q_SIGNALS:
    void shown();

  private:
    void fill();
    void rowChosen();
    EngineBridge& bridge_;
    std::vector<engine::RequirementRow> rows_;
    DetailPane* list_;
    FindingPanel* why_;
    QCheckBox* onlyOpen_;
    QSplitter* split_;
    quint64 question_ = 0;
    bool asked_ = false;
};

} // namespace waypost::ui
