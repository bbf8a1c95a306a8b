// DeliveryTab: one tab of the Delivery screen. All tabs look at one scope (range and chips), which the screen
// owns: a tab asks for a change with a signal and gets the new scope back. A tab that is not seen asks the
// engine when it is shown next. Each says why it is empty. GUI thread.
#pragma once

#include "engine/values.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/widgets/chip_bar.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page.h"

#include <QTimeZone>

#include <optional>
#include <vector>

class QLabel;
class QStackedWidget;

namespace waypost::ui {

struct DeliveryScope {
    ResolvedRange range;
    QTimeZone zone = QTimeZone::utc();
    std::vector<Chip> chips;
    [[nodiscard]] engine::TimeRange engineRange() const;
    [[nodiscard]] engine::DeliveryFilter filter() const;
    bool operator==(const DeliveryScope&) const = default;
};

class DeliveryTab : public QWidget {
    Q_OBJECT
  public:
    explicit DeliveryTab(EngineBridge& bridge, QWidget* parent = nullptr);

    void setScope(const DeliveryScope& scope);
    void refresh();       // the same question again, from the start
    void eventsChanged(); // more is stored
    [[nodiscard]] const DeliveryScope& scope() const { return scope_; }
    [[nodiscard]] bool showsContent() const;
    [[nodiscard]] EmptyState* empty() const { return empty_; }

    [[nodiscard]] virtual std::vector<KeyHelp> keys() const { return {}; }
    [[nodiscard]] virtual QByteArray saveLayout() const { return {}; }
    virtual void restoreLayout(const QByteArray&) {}

  Q_SIGNALS:
    void termAsked(const QString& term); // one more term; "-field:value" excludes it
    void valuesAsked(const QString& field, const QStringList& values); // the chips of this field
    // One step: range and chips together.
    void viewAsked(const waypost::ui::ResolvedRange& range, const std::vector<waypost::ui::Chip>& chips);
    // The same, shown as attempts: on the overview.
    void rowsAsked(const waypost::ui::ResolvedRange& range, const std::vector<waypost::ui::Chip>& chips);
    void emptyAction(waypost::ui::EmptyState::Kind kind);
    void said(const QString& sentence, bool problem);
    void shown(); // an answer was taken over, or failed

  protected:
    virtual void ask() = 0;            // the scope is a new one
    virtual void askAgain() { ask(); } // the scope is the same, what is stored is not
    virtual void zoneChanged() {}
    void showEvent(QShowEvent* event) override;

    void setContent(QWidget* content);
    void showContent();
    void showReading();
    void showFailed(const Error& error);
    // Why there is no event in the scope.
    void showNothing(const std::optional<engine::TimeRange>& stored, UtcTime asOf);
    void showEmpty(EmptyState::Kind kind, const QString& headline, const QString& text,
                   const QString& action = {});

    EngineBridge& bridge_;
    DeliveryScope scope_;

  private:
    enum class Stale { No, Data, Scope };
    void askWhenSeen(Stale why);
    QStackedWidget* body_;
    QLabel* reading_;
    EmptyState* empty_;
    QWidget* content_ = nullptr;
    Stale stale_ = Stale::No;
};

} // namespace waypost::ui
