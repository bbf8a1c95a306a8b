// What the Delivery screen asks the engine, and how the answers are put on the screen.
#include "ui/charts/time_axis.h"
#include "ui/charts/time_series_widget.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_page.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/filter_bar.h"
#include "ui/widgets/stat_tile.h"

#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr std::uint64_t fewEvents = 200; // below this a share carries its interval
}

engine::TimeRange DeliveryPage::engineRange() const {
    return {UtcTime{range_.from}, UtcTime{range_.to}};
}

bool DeliveryPage::showsContent() const {
    return body_->currentWidget() == content_;
}

void DeliveryPage::setTimeRange(const ResolvedRange& range, const QTimeZone& zone) {
    const bool sameZone = zone == zone_;
    if (range == range_ && sameZone) return;
    range_ = range;
    zone_ = zone;
    chart_->setZone(zone);
    askAll();
}

void DeliveryPage::refresh() {
    askAll();
}

void DeliveryPage::askAll() {
    newRows_->hide();
    tabs_->setCurrentIndex(0);
    tabs_->setTabEnabled(1, false);
    ++eventQuestion_;
    trio_->showEmpty(tr("No attempt selected"),
                     tr("Select an attempt to see how its reply was judged and the raw line."));
    askOverview();
    rowModel_->ask();
}

void DeliveryPage::askOverview() {
    if (range_.to <= range_.from) return;
    const quint64 question = ++question_;
    asked_ = delivery::toFilter(chips_);
    bridge_.ask(engine::OverviewQuery{engineRange(), asked_}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return; // a newer question is under way
                    take<engine::Overview>(
                        snapshot,
                        [&](const engine::Overview& o) {
                            overview_ = std::make_shared<const engine::Overview>(o);
                            showOverview(*overview_);
                            if (asked_.templates.empty()) fillGroups(*overview_);
                        },
                        [&](const Error& e) {
                            empty_->set(EmptyState::Kind::CouldNotLook,
                                        tr("The stored events could not be read"), qstr(e.describe()),
                                        tr("Try again"));
                            body_->setCurrentWidget(empty_);
                        });
                    Q_EMIT overviewShown();
                });
    if (!asked_.templates.empty()) askGroups(question);
}

// The list of groups stays whole while some of them are chosen, as facets do.
void DeliveryPage::askGroups(quint64 question) {
    engine::DeliveryFilter filter = asked_;
    filter.templates.clear();
    bridge_.ask(engine::OverviewQuery{engineRange(), filter}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    take<engine::Overview>(
                        snapshot, [&](const engine::Overview& o) { fillGroups(o); }, [](const Error&) {});
                });
}

void DeliveryPage::fetchRows(const PageAsk& ask) {
    rowsTicket_ = ask.ticket;
    engine::EventsQuery query{engineRange(), delivery::toFilter(chips_), ask.after.isEmpty() ? 0 : next_,
                              ask.limit};
    bridge_.ask(std::move(query), this, [this, ticket = ask.ticket](const engine::Snapshot& snapshot) {
        if (ticket != rowsTicket_) return;
        take<engine::EventPage>(
            snapshot,
            [&](const engine::EventPage& page) {
                next_ = page.next;
                std::vector<Row> rows;
                rows.reserve(page.rows.size());
                for (const engine::EventRow& r : page.rows) rows.push_back(delivery::eventRow(r, zone_));
                rowModel_->page(ticket, std::move(rows), page.next != 0);
            },
            [&](const Error& e) {
                rowModel_->failed(ticket, qstr(e.describe()));
                trio_->showEmpty(tr("The attempts could not be read"), qstr(e.describe()), true);
            });
    });
}

// Rows that are read stay where they are; what came meanwhile is counted and offered.
void DeliveryPage::lookForNewRows() {
    const bool reading = rows_->selectionModel()->hasSelection() || rows_->underMouse();
    if (!reading) return rowModel_->ask();
    engine::EventsQuery query{engineRange(), delivery::toFilter(chips_), 0, RowModel::pageSize};
    bridge_.ask(std::move(query), this, [this, question = question_](const engine::Snapshot& snapshot) {
        const auto* page = std::get_if<engine::EventPage>(&snapshot);
        if (!page || question != question_) return;
        const auto unseen =
            std::count_if(page->rows.begin(), page->rows.end(), [this](const engine::EventRow& r) {
                return rowModel_->rowOf(QString::number(r.key)) < 0;
            });
        const bool full = unseen == RowModel::pageSize;
        newRows_->setText(tr("%1%2 new ↑").arg(unseen).arg(full ? u"+"_s : QString()));
        newRows_->setToolTip(tr("Show them; the list starts again with the newest"));
        newRows_->setVisible(unseen > 0);
    });
}

void DeliveryPage::showOverview(const engine::Overview& o) {
    filling_ = true;
    facets_->setGroups(delivery::facetsOf(o));
    for (const engine::Facet& f : o.facets)
        facets_->setChosen(qstr(f.field), delivery::valuesOf(chips_, qstr(f.field)));
    filling_ = false;
    if (o.events == 0) return showNothing(o);
    chart_->setSeries(delivery::chartOf(o));
    showSummary(o);
    body_->setCurrentWidget(content_);
    setFocusProxy(rows_);
    if (import_->hasFocus() && rows_->currentKey().isEmpty())
        rows_->setFocus(); // the way in is not needed any more
}

void DeliveryPage::showNothing(const engine::Overview& o) {
    const QString asOf = stampText(o.asOf.ms, zone_);
    using Kind = EmptyState::Kind;
    if (!o.stored)
        empty_->set(Kind::NotSetUp, tr("No delivery attempt is stored yet"),
                    tr("Import a Postfix log, plain or compressed, or drop files here. Files are read where "
                       "they are; "
                       "importing one again adds only what is new."),
                    tr("Import a log…"));
    else if (asked_ != engine::DeliveryFilter{})
        empty_->set(Kind::NothingMatched, tr("No attempt matches these filters"),
                    tr("In this range no attempt has all of the properties named above. Remove a chip, or "
                       "all of them."),
                    tr("Remove all filters"));
    else
        empty_->set(Kind::NothingHappened, tr("No delivery attempt in this range"),
                    tr("All stored events were looked at (%1). They run from %2 to %3.")
                        .arg(asOf, stampText(o.stored->from.ms, zone_), stampText(o.stored->to.ms, zone_)),
                    tr("Show the stored range"));
    body_->setCurrentWidget(empty_);
    setFocusProxy(import_);
}

void DeliveryPage::showSummary(const engine::Overview& o) {
    summary_->setText(counted(static_cast<qint64>(o.events), tr("1 attempt"), tr("%1 attempts")));
    summary_->setToolTip(tr("as of %1").arg(stampText(o.asOf.ms, zone_)));
    unclassified_->setVisible(o.unclassified > 0);
    const double share = 100.0 * static_cast<double>(o.unclassified) / static_cast<double>(o.events);
    QString words = tr("%1 unclassified (%2 % of %3")
                        .arg(grouped(o.unclassified))
                        .arg(share, 0, 'f', 1)
                        .arg(grouped(o.events));
    if (o.events < fewEvents) {
        const auto [low, high] = wilson95(static_cast<double>(o.unclassified), static_cast<double>(o.events));
        words += tr("; 95 %: %1–%2 %").arg(100 * low, 0, 'f', 0).arg(100 * high, 0, 'f', 0);
    }
    unclassified_->setText(words + u')');
    unclassified_->setToolTip(tr("Replies no rule speaks of. Show them."));
}

void DeliveryPage::fillGroups(const engine::Overview& o) {
    const auto sameGroups = [&] {
        if (!grouped_ || grouped_->groups.size() != o.groups.size()) return false;
        for (size_t i = 0; i < o.groups.size(); ++i)
            if (grouped_->groups[i].templateKey != o.groups[i].templateKey) return false;
        return true;
    };
    const bool same = sameGroups();
    grouped_ = std::make_shared<const engine::Overview>(o);
    filling_ = true;
    if (same)
        groupModel_->update(delivery::groupRows(o, {}, Qt::DescendingOrder, zone_));
    else
        groupModel_->ask();
    selectGroups();
    filling_ = false;
}

void DeliveryPage::selectGroups() {
    const QStringList chosen = delivery::valuesOf(chips_, u"template"_s);
    QItemSelection selection;
    for (const QString& key : chosen)
        if (const int row = groupModel_->rowOf(key); row >= 0) {
            const QModelIndex i = groupModel_->index(row, 0);
            selection.select(i, i);
        }
    groups_->selectionModel()->select(selection,
                                      QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void DeliveryPage::openEvent(const QString& key, bool fromHistory) {
    const quint64 question = ++eventQuestion_;
    bridge_.ask(engine::EventQuery{key.toLongLong()}, this,
                [this, question, fromHistory](const engine::Snapshot& snapshot) {
                    if (question != eventQuestion_) return;
                    take<engine::EventDetail>(
                        snapshot, [&](const engine::EventDetail& d) { showDetail(d, fromHistory); },
                        [&](const Error& e) {
                            trio_->showEmpty(tr("This attempt could not be read"), qstr(e.describe()), true);
                        });
                });
}

void DeliveryPage::showDetail(const engine::EventDetail& detail, bool fromHistory) {
    trio_->show(delivery::evidenceOf(detail));
    if (fromHistory) return;
    std::vector<engine::EventRow> all = detail.history;
    engine::EventRow own = detail.row;
    own.stream = detail.event.stream;
    own.queueId = detail.event.queueId;
    own.latencyMs = detail.event.latencyMs;
    own.domain = detail.event.recipientDomain;
    all.push_back(own);
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return std::pair(a.at, a.key) < std::pair(b.at, b.key); });
    historyModel_->onFetch([this, all = std::move(all)](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(all.size());
        for (const engine::EventRow& r : all) rows.push_back(delivery::eventRow(r, zone_));
        historyModel_->page(ask.ticket, std::move(rows), false);
    });
    filling_ = true;
    historyModel_->ask();
    filling_ = false;
    tabs_->setTabEnabled(1, true);
    tabs_->setTabText(1, tr("History of this message (%1)").arg(historyModel_->rowCount()));
}

} // namespace waypost::ui
