// What the overview of the Delivery screen asks the engine, and how the answers are put on the screen.
#include "ui/charts/time_axis.h"
#include "ui/charts/time_series_widget.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_overview.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/stat_tile.h"

#include <QLabel>
#include <QPushButton>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr std::uint64_t fewEvents = 200; // below this a share carries its interval
constexpr int statesAsked = 5000;
constexpr int deferredPercent = 10; // the threshold of Today's card
} // namespace

void DeliveryOverview::zoneChanged() {
    chart_->setZone(scope_.zone);
}

void DeliveryOverview::ask() {
    newRows_->hide();
    lower_->setCurrentIndex(0);
    lower_->setTabEnabled(1, false);
    ++eventQuestion_;
    trio_->showEmpty(tr("No attempt selected"),
                     tr("Select an attempt to see how its reply was judged and the raw line."));
    askOverview();
    askMarks();
    askStates();
    rows_->ask();
}

void DeliveryOverview::askAgain() {
    askOverview();
    askMarks();
    askStates();
    lookForNewRows();
}

void DeliveryOverview::askOverview() {
    const quint64 question = ++question_;
    asked_ = scope_.filter();
    bridge_.ask(engine::OverviewQuery{scope_.engineRange(), asked_}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return; // a newer question is under way
                    take<engine::Overview>(
                        snapshot,
                        [&](const engine::Overview& o) {
                            overview_ = std::make_shared<const engine::Overview>(o);
                            showOverview(*overview_);
                            if (asked_.templates.empty()) fillGroups(*overview_);
                        },
                        [&](const Error& e) { showFailed(e); });
                    Q_EMIT shown();
                });
    if (!asked_.templates.empty()) askGroups(question);
}

// The list of groups stays whole while some of them are chosen, as facets do.
void DeliveryOverview::askGroups(quint64 question) {
    engine::DeliveryFilter filter = asked_;
    filter.templates.clear();
    bridge_.ask(engine::OverviewQuery{scope_.engineRange(), filter}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    take<engine::Overview>(
                        snapshot, [&](const engine::Overview& o) { fillGroups(o); }, [](const Error&) {});
                });
}

void DeliveryOverview::askMarks() {
    const quint64 question = ++marksQuestion_;
    bridge_.ask(engine::MarksQuery{scope_.engineRange()}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    const auto* got = std::get_if<engine::Marks>(&snapshot);
                    if (!got || question != marksQuestion_) return;
                    marks_ = got->marks;
                    if (overview_ && overview_->events > 0) showChart();
                });
}

// States come after the counts: they are looked up beside them and must not hold the chart up.
void DeliveryOverview::askStates() {
    const quint64 question = ++statesQuestion_;
    engine::TemplatesQuery query;
    query.limit = statesAsked;
    bridge_.ask(std::move(query), this, [this, question](const engine::Snapshot& snapshot) {
        const auto* got = std::get_if<engine::Templates>(&snapshot);
        if (!got || question != statesQuestion_) return;
        states_.clear();
        for (const engine::ReplyTemplate& t : got->rows) {
            states_[{t.key, t.provider}] = t.state;
            for (const std::string& merged : t.merged) states_[{merged, t.provider}] = t.state;
        }
        if (grouped_) fillGroups(*grouped_);
    });
}

void DeliveryOverview::showChart() {
    TimeSeries series = delivery::chartOf(*overview_);
    for (const engine::ChangeMark& m : marks_)
        series.marks.push_back({m.at.ms, shortStamp(m.at, scope_.zone) + u"  "_s + qstr(m.text)});
    series.band =
        ThresholdBand{100 - deferredPercent, 100,
                      tr("below this line more than %1 % were not accepted").arg(deferredPercent), true};
    chart_->setSeries(series);
}

void DeliveryOverview::fetchRows(const WindowAsk& ask) {
    engine::EventsQuery query{scope_.engineRange(), scope_.filter(), ask.before, ask.count, ask.skip};
    bridge_.ask(std::move(query), this, [this, ask](const engine::Snapshot& snapshot) {
        take<engine::EventPage>(
            snapshot,
            [&](const engine::EventPage& page) {
                std::vector<Row> rows;
                rows.reserve(page.rows.size());
                for (const engine::EventRow& r : page.rows)
                    rows.push_back(delivery::eventRow(r, scope_.zone));
                rows_->page(ask.ticket, ask.first, std::move(rows), page.next != 0);
            },
            [&](const Error& e) {
                rows_->failed(ask.ticket, qstr(e.describe()));
                trio_->showEmpty(tr("The attempts could not be read"), qstr(e.describe()), true);
            });
    });
}

// Rows that are read stay where they are; what came meanwhile is counted and offered.
void DeliveryOverview::lookForNewRows() {
    const bool reading = rows_->hasSelection() || rows_->underMouse() || rows_->topRow() > 0;
    if (!reading) return rows_->ask();
    engine::EventsQuery query{scope_.engineRange(), scope_.filter(), 0, EventTable::pageRows};
    bridge_.ask(std::move(query), this, [this, question = question_](const engine::Snapshot& snapshot) {
        const auto* page = std::get_if<engine::EventPage>(&snapshot);
        if (!page || question != question_) return;
        const qint64 known = rows_->newestKey();
        const auto unseen = std::count_if(page->rows.begin(), page->rows.end(),
                                          [known](const engine::EventRow& r) { return r.key > known; });
        const bool full = unseen == EventTable::pageRows;
        newRows_->setText(tr("%1%2 new ↑").arg(unseen).arg(full ? u"+"_s : QString()));
        newRows_->setToolTip(tr("Show them; the list starts again with the newest"));
        newRows_->setVisible(unseen > 0);
    });
}

void DeliveryOverview::showOverview(const engine::Overview& o) {
    filling_ = true;
    facets_->setGroups(delivery::facetsOf(o));
    for (const engine::Facet& f : o.facets)
        facets_->setChosen(qstr(f.field), delivery::valuesOf(scope_.chips, qstr(f.field)));
    filling_ = false;
    if (o.events == 0) return showNothing(o.stored, o.asOf);
    showChart();
    showSummary(o);
    showContent();
}

void DeliveryOverview::showSummary(const engine::Overview& o) {
    summary_->setText(counted(static_cast<qint64>(o.events), tr("1 attempt"), tr("%1 attempts")));
    summary_->setToolTip(tr("as of %1").arg(stampText(o.asOf.ms, scope_.zone)));
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

void DeliveryOverview::fillGroups(const engine::Overview& o) {
    const auto sameGroups = [&] {
        if (!grouped_ || grouped_->groups.size() != o.groups.size()) return false;
        for (size_t i = 0; i < o.groups.size(); ++i)
            if (grouped_->groups[i].templateKey != o.groups[i].templateKey) return false;
        return true;
    };
    const bool same = sameGroups();
    if (grouped_.get() != &o) grouped_ = std::make_shared<const engine::Overview>(o);
    filling_ = true;
    if (same)
        groupModel_->update(delivery::groupRows(*grouped_, states_, {}, Qt::DescendingOrder, scope_.zone));
    else
        groupModel_->ask();
    selectGroups();
    filling_ = false;
}

void DeliveryOverview::selectGroups() {
    const QStringList chosen = delivery::valuesOf(scope_.chips, u"template"_s);
    QItemSelection selection;
    for (const QString& key : chosen)
        if (const int row = groupModel_->rowOf(key); row >= 0) {
            const QModelIndex i = groupModel_->index(row, 0);
            selection.select(i, i);
        }
    groups_->selectionModel()->select(selection,
                                      QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void DeliveryOverview::openEvent(const QString& key, bool fromHistory) {
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

void DeliveryOverview::showDetail(const engine::EventDetail& detail, bool fromHistory) {
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
        for (const engine::EventRow& r : all) rows.push_back(delivery::eventRow(r, scope_.zone));
        historyModel_->page(ask.ticket, std::move(rows), false);
    });
    filling_ = true;
    historyModel_->ask();
    filling_ = false;
    lower_->setTabEnabled(1, true);
    lower_->setTabText(1, tr("History of this message (%1)").arg(historyModel_->rowCount()));
}

} // namespace waypost::ui
