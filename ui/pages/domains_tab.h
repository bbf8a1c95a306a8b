// A tab of the Domains screen. It is given the report, asks the bridge for what else it shows, and says which
// DNS answer stands behind what was chosen. GUI thread.
#pragma once

#include "ui/bridge/engine_bridge.h"
#include "ui/pages/domains_detail.h"

#include <QWidget>

namespace waypost::ui {

using AnswersPtr = std::shared_ptr<const std::vector<engine::AnswerView>>;

class DomainTab : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;
    virtual void setView(DomainViewPtr view) { view_ = std::move(view); }
    virtual void activated() {} // the tab was opened: what costs a question is asked now
    [[nodiscard]] virtual QByteArray saveLayout() const { return {}; }
    virtual void restoreLayout(const QByteArray&) {}
    [[nodiscard]] const DomainViewPtr& view() const { return view_; }

  Q_SIGNALS:
    void answerChosen(int answer); // of the report
    void foreignAnswerChosen(waypost::ui::AnswersPtr answers, int answer);
    void checkAgainAsked();

  protected:
    [[nodiscard]] std::string domain() const { return view_ ? view_->name : std::string(); }
    DomainViewPtr view_;
};

} // namespace waypost::ui
