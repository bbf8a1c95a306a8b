#include "ui/pages/delivery_tab.h"

#include "ui/charts/time_axis.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/page_values.h"

#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

engine::TimeRange DeliveryScope::engineRange() const {
    return {UtcTime{range.from}, UtcTime{range.to}};
}

engine::DeliveryFilter DeliveryScope::filter() const {
    return delivery::toFilter(chips, zone);
}

DeliveryTab::DeliveryTab(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), body_(new QStackedWidget),
      reading_(new QLabel(tr("Reading the stored events…"))), empty_(new EmptyState) {
    reading_->setProperty("role", u"muted"_s);
    reading_->setAlignment(Qt::AlignCenter);
    body_->addWidget(reading_);
    body_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(body_);
    connect(empty_, &EmptyState::actionClicked, this, [this] {
        if (empty_->kind() == EmptyState::Kind::CouldNotLook) return refresh();
        Q_EMIT emptyAction(empty_->kind());
    });
}

void DeliveryTab::setContent(QWidget* content) {
    content_ = content;
    body_->addWidget(content);
}

void DeliveryTab::setScope(const DeliveryScope& scope) {
    const bool zone = scope.zone != scope_.zone;
    scope_ = scope;
    if (zone) zoneChanged();
    askWhenSeen(Stale::Scope);
}

void DeliveryTab::refresh() {
    askWhenSeen(Stale::Scope);
}

void DeliveryTab::eventsChanged() {
    askWhenSeen(Stale::Data);
}

void DeliveryTab::askWhenSeen(Stale why) {
    stale_ = std::max(stale_, why);
    if (!isVisible() || scope_.range.to <= scope_.range.from) return;
    const Stale was = std::exchange(stale_, Stale::No);
    was == Stale::Data ? askAgain() : ask();
}

void DeliveryTab::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_ != Stale::No) askWhenSeen(stale_);
}

bool DeliveryTab::showsContent() const {
    return content_ && body_->currentWidget() == content_;
}

void DeliveryTab::showContent() {
    body_->setCurrentWidget(content_);
}

void DeliveryTab::showReading() {
    body_->setCurrentWidget(reading_);
}

void DeliveryTab::showEmpty(EmptyState::Kind kind, const QString& headline, const QString& text,
                            const QString& action) {
    empty_->set(kind, headline, text, action);
    body_->setCurrentWidget(empty_);
}

void DeliveryTab::showFailed(const Error& error) {
    showEmpty(EmptyState::Kind::CouldNotLook, tr("The stored events could not be read"),
              qstr(error.describe()), tr("Try again"));
}

void DeliveryTab::showNothing(const std::optional<engine::TimeRange>& stored, UtcTime asOf) {
    using Kind = EmptyState::Kind;
    if (!stored)
        return showEmpty(Kind::NotSetUp, tr("No delivery attempt is stored yet"),
                         tr("Import a mail log, plain or compressed, or drop files here. Files are read "
                            "where they are; importing one again adds only what is new."),
                         tr("Import a log…"));
    if (scope_.filter() != engine::DeliveryFilter{})
        return showEmpty(Kind::NothingMatched, tr("No attempt matches these filters"),
                         tr("In this range no attempt has all of the properties named above. Remove a "
                            "chip, or all of them."),
                         tr("Remove all filters"));
    showEmpty(Kind::NothingHappened, tr("No delivery attempt in this range"),
              tr("All stored events were looked at (%1). They run from %2 to %3.")
                  .arg(stampText(asOf.ms, scope_.zone), stampText(stored->from.ms, scope_.zone),
                       stampText(stored->to.ms, scope_.zone)),
              tr("Show the stored range"));
}

} // namespace waypost::ui
