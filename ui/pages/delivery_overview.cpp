#include "ui/pages/delivery_overview.h"

#include "ui/charts/time_series_widget.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"

#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int chartHeight = 164;
} // namespace

DeliveryOverview::DeliveryOverview(EngineBridge& bridge, QWidget* parent) : DeliveryTab(bridge, parent) {
    setContent(buildContent());
    connectParts();
}

QWidget* DeliveryOverview::buildLine() {
    summary_ = new QLabel;
    summary_->setTextFormat(Qt::PlainText);
    unclassified_ = new QPushButton;
    unclassified_->setProperty("link", true);
    share_ = new QToolButton;
    share_->setText(tr("Share"));
    share_->setCheckable(true);
    share_->setToolTip(tr("Percent of each column instead of counts (Y)"));
    asTable_ = new QToolButton;
    asTable_->setText(tr("Table"));
    asTable_->setCheckable(true);
    asTable_->setToolTip(tr("The chart's values as a table (Alt+T)"));
    auto* head = new QWidget;
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::s);
    line->addWidget(summary_);
    line->addWidget(unclassified_);
    line->addStretch();
    line->addWidget(share_);
    line->addWidget(asTable_);
    return head;
}

QWidget* DeliveryOverview::buildContent() {
    chart_ = new TimeSeriesWidget;
    chart_->setTitle(tr("Attempts by outcome"));
    chart_->setFixedHeight(chartHeight);
    buildTables();
    columns_ = new QSplitter;
    facets_ = new FacetList;
    columns_->addWidget(facets_);
    columns_->addWidget(trio_);
    columns_->setStretchFactor(1, 1);
    columns_->setSizes({236, 980});
    columns_->setChildrenCollapsible(false);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addWidget(buildLine());
    column->addWidget(chart_);
    column->addWidget(columns_, 1);
    return content;
}

void DeliveryOverview::buildTables() {
    groupModel_ = new RowModel(delivery::groupColumns(), this);
    groups_ = new DataTable;
    groups_->setAccessibleName(tr("Reply groups"));
    groups_->setRows(groupModel_);
    groups_->setItemDelegateForColumn(0, new OutcomeDelegate(groups_));
    groups_->setItemDelegateForColumn(1, new BarDelegate(groups_));
    groups_->setItemDelegateForColumn(2, new SparklineDelegate(groups_));
    groups_->setItemDelegateForColumn(4, new OutcomeDelegate(groups_));
    rows_ = new EventTable; // newest first, always: pages are found by key
    rows_->setAccessibleName(tr("Delivery attempts"));
    rows_->setColumns(delivery::eventColumns());
    historyModel_ = new RowModel(delivery::eventColumns(), this);
    history_ = new DataTable;
    history_->setAccessibleName(tr("Attempts of the same message and recipient"));
    history_->setRows(historyModel_);
    history_->setSortingEnabled(false);
    history_->setItemDelegateForColumn(1, new OutcomeDelegate(history_));
    history_->setCompact(true);
    history_->setTextElideMode(Qt::ElideRight);
    // Found again through the column chooser: the recipient names the domain, the raw line the queue, a facet
    // the stream.
    for (const auto& id : {u"domain"_s, u"stream"_s, u"queue"_s}) {
        history_->setColumnHidden(historyModel_->columnOf(id), true);
        rows_->setColumnShown(id, false);
    }
    groups_->setColumnHidden(groupModel_->columnOf(u"last"_s), true);
    groups_->setCompact(true);
    groups_->setTextElideMode(Qt::ElideRight);
    lower_ = new QTabWidget;
    lower_->setDocumentMode(true);
    lower_->addTab(rows_, tr("Attempts"));
    lower_->addTab(history_, tr("History of this message"));
    lower_->setTabEnabled(1, false);
    newRows_ = new QPushButton;
    newRows_->setProperty("link", true);
    newRows_->hide();
    lower_->setCornerWidget(newRows_, Qt::TopRightCorner);
    lists_ = new QSplitter(Qt::Vertical);
    lists_->addWidget(groups_);
    lists_->addWidget(lower_);
    lists_->setSizes({150, 180});
    lists_->setChildrenCollapsible(false);
    trio_ = new EvidenceTrio(lists_);
}

void DeliveryOverview::connectParts() {
    connect(facets_, &FacetList::chosenChanged, this, &DeliveryTab::valuesAsked);
    connect(chart_, &TimeSeriesWidget::rangeSelected, this,
            [this](qint64 from, qint64 to) { Q_EMIT viewAsked({from, to}, scope_.chips); });
    connect(chart_, &TimeSeriesWidget::barActivated, this, &DeliveryOverview::barChosen);
    connect(chart_, &TimeSeriesWidget::shareChanged, share_, &QToolButton::setChecked);
    connect(share_, &QToolButton::toggled, chart_, &TimeSeriesWidget::setShare);
    connect(asTable_, &QToolButton::toggled, chart_, &TimeSeriesWidget::setTableShown);
    connect(groups_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &DeliveryOverview::groupsChosen);
    connect(rows_, &EventTable::filterAsked, this, &DeliveryTab::termAsked);
    for (DataTable* table : {groups_, history_})
        connect(table, &DataTable::filterAsked, this, &DeliveryTab::termAsked);
    connect(rows_, &EventTable::rowCurrent, this, [this](const QString& key) { openEvent(key, false); });
    connect(history_, &DataTable::rowCurrent, this, [this](const QString& key) {
        if (!filling_) openEvent(key, true);
    });
    connect(newRows_, &QPushButton::clicked, this, &DeliveryTab::refresh);
    connect(unclassified_, &QPushButton::clicked, this,
            [this] { Q_EMIT termAsked(u"category:unclassified"_s); });
    rows_->onFetch([this](const WindowAsk& ask) { fetchRows(ask); });
    groupModel_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        if (grouped_) rows = delivery::groupRows(*grouped_, states_, ask.sortColumn, ask.order, scope_.zone);
        groupModel_->page(ask.ticket, std::move(rows), false);
    });
}

std::vector<KeyHelp> DeliveryOverview::keys() const {
    return {{u"i"_s, tr("chart on, off")},
            {u"y"_s, tr("count, share (in the chart)")},
            {u"Enter"_s, tr("rows of the bar, evidence of the row")},
            {u"Ctrl+click"_s, tr("several reply groups")}};
}

void DeliveryOverview::barChosen(int bucket, int state) {
    const TimeSeries& series = chart_->series();
    if (bucket < 0 || bucket >= static_cast<int>(series.buckets.size())) return;
    const Bucket& b = series.buckets[static_cast<size_t>(bucket)];
    const ResolvedRange range{std::max(b.start, scope_.range.from), std::min(b.end, scope_.range.to)};
    std::vector<Chip> chips = scope_.chips;
    for (int i = 0; state >= 0 && i < 5; ++i) {
        const auto outcome = static_cast<reply::Outcome>(i);
        if (static_cast<int>(markOf(outcome)) == state)
            chips = delivery::withValues(chips, u"outcome"_s, {qstr(reply::outcomeName(outcome))});
    }
    Q_EMIT viewAsked(range, chips);
}

void DeliveryOverview::groupsChosen() {
    if (filling_) return;
    QStringList keys;
    for (const QModelIndex& i : groups_->selectionModel()->selectedRows()) keys << i.data(KeyRole).toString();
    Q_EMIT valuesAsked(u"template"_s, keys);
}

void DeliveryOverview::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_I && event->modifiers() == Qt::NoModifier)
        return chart_->setVisible(!chart_->isVisible());
    DeliveryTab::keyPressEvent(event);
}

QByteArray DeliveryOverview::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << columns_->saveState() << lists_->saveState() << trio_->saveState() << groups_->saveLayout()
           << rows_->saveLayout() << history_->saveLayout() << facets_->hiddenGroups() << chart_->share();
    return out;
}

void DeliveryOverview::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray columns, lists, trio, groups, rows, history;
    QStringList hidden;
    bool share = false;
    stream >> columns >> lists >> trio >> groups >> rows >> history >> hidden >> share;
    if (stream.status() != QDataStream::Ok) return;
    columns_->restoreState(columns);
    lists_->restoreState(lists);
    trio_->restoreState(trio);
    groups_->restoreLayout(groups);
    rows_->restoreLayout(rows);
    history_->restoreLayout(history);
    facets_->setHiddenGroups(hidden);
    chart_->setShare(share);
}

} // namespace waypost::ui
