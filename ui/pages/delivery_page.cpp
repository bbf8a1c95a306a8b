#include "ui/pages/delivery_page.h"

#include "ui/charts/time_series_widget.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_drop.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/job_banner.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/evidence_trio.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/filter_bar.h"

#include <QDataStream>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QIODevice>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int refreshDelayMs = 400; // a running import says often that there is more
constexpr int chartHeight = 164;
constexpr size_t backLimit = 50;
} // namespace

DeliveryPage::DeliveryPage(EngineBridge& bridge, QWidget* parent) : Page(parent), bridge_(bridge) {
    build();
    connectParts();
    setAcceptDrops(true);
    refreshSoon_.setSingleShot(true);
    refreshSoon_.setInterval(refreshDelayMs);
}

void DeliveryPage::build() {
    banner_ = new JobBanner(bridge_, this);
    body_ = new QStackedWidget;
    reading_ = new QLabel(tr("Reading the stored events…"));
    reading_->setProperty("role", u"muted"_s);
    static_cast<QLabel*>(reading_)->setAlignment(Qt::AlignCenter);
    empty_ = new EmptyState;
    content_ = buildContent();
    body_->addWidget(reading_);
    body_->addWidget(content_);
    body_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(banner_);
    column->addWidget(body_, 1);
    overlay_ = new DropOverlay(this);
}

QWidget* DeliveryPage::buildHead() {
    filter_ = new FilterBar;
    filter_->setPlaceholder(tr("Recipient, queue id or message id; or provider:gmail outcome:deferred"));
    filter_->setJudge([](const QString& text) { return delivery::parseTyped(text).verdict; });
    import_ = new QPushButton(icon(u"import"), tr("Import a log…"));
    export_ = new QPushButton(icon(u"export"), tr("Export rows…"));
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::s);
    row->addWidget(filter_, 1);
    row->addWidget(import_, 0, Qt::AlignTop);
    row->addWidget(export_, 0, Qt::AlignTop);
    return head;
}

QWidget* DeliveryPage::buildContent() {
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
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(summary_);
    line->addWidget(unclassified_);
    line->addStretch();
    line->addWidget(share_);
    line->addWidget(asTable_);
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
    column->addLayout(line);
    column->addWidget(chart_);
    column->addWidget(columns_, 1);
    return content;
}

void DeliveryPage::buildTables() {
    groupModel_ = new RowModel(delivery::groupColumns(), this);
    groups_ = new DataTable;
    groups_->setAccessibleName(tr("Reply groups"));
    groups_->setRows(groupModel_);
    groups_->setItemDelegateForColumn(0, new OutcomeDelegate(groups_));
    groups_->setItemDelegateForColumn(1, new BarDelegate(groups_));
    groups_->setItemDelegateForColumn(2, new SparklineDelegate(groups_));
    rowModel_ = new RowModel(delivery::eventColumns(), this);
    rows_ = new DataTable;
    rows_->setAccessibleName(tr("Delivery attempts"));
    historyModel_ = new RowModel(delivery::eventColumns(), this);
    history_ = new DataTable;
    history_->setAccessibleName(tr("Attempts of the same message and recipient"));
    for (auto [table, model] : {std::pair(rows_, rowModel_), std::pair(history_, historyModel_)}) {
        table->setRows(model);
        table->setSortingEnabled(false); // newest first, always: pages are found by key
        table->setItemDelegateForColumn(1, new OutcomeDelegate(table));
        table->setCompact(true);
        table->setTextElideMode(Qt::ElideRight);
        // Found again through the column chooser: the recipient names the domain, the raw line the queue, a
        // facet the stream.
        for (const char16_t* id : {u"domain", u"stream", u"queue"})
            table->setColumnHidden(model->columnOf(QStringView(id).toString()), true);
    }
    groups_->setColumnHidden(groupModel_->columnOf(u"last"_s), true);
    groups_->setCompact(true);
    groups_->setTextElideMode(Qt::ElideRight);
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    tabs_->addTab(rows_, tr("Attempts"));
    tabs_->addTab(history_, tr("History of this message"));
    tabs_->setTabEnabled(1, false);
    newRows_ = new QPushButton;
    newRows_->setProperty("link", true);
    newRows_->hide();
    tabs_->setCornerWidget(newRows_, Qt::TopRightCorner);
    lists_ = new QSplitter(Qt::Vertical);
    lists_->addWidget(groups_);
    lists_->addWidget(tabs_);
    lists_->setSizes({150, 180});
    lists_->setChildrenCollapsible(false);
    trio_ = new EvidenceTrio(lists_);
}

void DeliveryPage::connectParts() {
    connect(import_, &QPushButton::clicked, this, &DeliveryPage::chooseFiles);
    connect(export_, &QPushButton::clicked, this, &DeliveryPage::exportView);
    connect(filter_, &FilterBar::appliedChanged, this, [this](const QString& typed) {
        if (typed.isEmpty()) return;
        filter_->setText({}); // its terms become chips
        showFilter(typed);
    });
    connect(filter_->chips(), &ChipBar::changed, this, &DeliveryPage::chipsChanged);
    connect(facets_, &FacetList::chosenChanged, this,
            [this](const QString& field, const QStringList& values) {
                setChips(delivery::withValues(chips_, field, values));
            });
    connect(chart_, &TimeSeriesWidget::rangeSelected, this, [this](qint64 from, qint64 to) {
        remember();
        narrow({from, to});
    });
    connect(chart_, &TimeSeriesWidget::barActivated, this, &DeliveryPage::barChosen);
    connect(chart_, &TimeSeriesWidget::shareChanged, share_, &QToolButton::setChecked);
    connect(share_, &QToolButton::toggled, chart_, &TimeSeriesWidget::setShare);
    connect(asTable_, &QToolButton::toggled, chart_, &TimeSeriesWidget::setTableShown);
    connect(groups_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &DeliveryPage::groupsChosen);
    for (DataTable* table : {groups_, rows_, history_})
        connect(table, &DataTable::filterAsked, this, &DeliveryPage::addTerm);
    connect(rows_, &DataTable::rowCurrent, this, [this](const QString& key) { openEvent(key, false); });
    connect(history_, &DataTable::rowCurrent, this, [this](const QString& key) {
        if (!filling_) openEvent(key, true);
    });
    connect(newRows_, &QPushButton::clicked, this, &DeliveryPage::refresh);
    connect(unclassified_, &QPushButton::clicked, this, [this] { addTerm(u"category:unclassified"_s); });
    connect(empty_, &EmptyState::actionClicked, this, &DeliveryPage::emptyAction);
    connect(&refreshSoon_, &QTimer::timeout, this, [this] {
        askOverview();
        lookForNewRows();
    });
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what != "events"_L1) return;
        if (!isVisible())
            stale_ = true;
        else if (!refreshSoon_.isActive())
            refreshSoon_.start();
    });
    rowModel_->onFetch([this](const PageAsk& ask) { fetchRows(ask); });
    groupModel_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        if (grouped_) rows = delivery::groupRows(*grouped_, ask.sortColumn, ask.order, zone_);
        groupModel_->page(ask.ticket, std::move(rows), false);
    });
}

// --- what the operator does

QStringList DeliveryPage::crumbs() const {
    QStringList out;
    for (const Chip& c : chips_)
        if (const auto term = delivery::parseTerm(c.term); term && c.enabled && term->field != "template"_L1)
            out << (term->value.isEmpty() ? tr("unassigned") : term->value);
    return out;
}

std::vector<KeyHelp> DeliveryPage::keys() const {
    return {{u"i"_s, tr("chart on, off")},
            {u"y"_s, tr("count, share (in the chart)")},
            {u"Enter"_s, tr("rows of the bar, evidence of the row")},
            {u"Ctrl+click"_s, tr("several reply groups")}};
}

void DeliveryPage::remember() {
    if (back_.size() == backLimit) back_.erase(back_.begin());
    back_.push_back({range_, chips_});
}

bool DeliveryPage::goBack() {
    if (back_.empty()) {
        if (chips_.empty()) return false;
        chips_.clear();
    } else {
        const View view = std::move(back_.back());
        back_.pop_back();
        chips_ = view.chips;
        narrow(view.range);
    }
    filter_->chips()->setChips(chips_);
    askAll();
    Q_EMIT crumbsChanged();
    return true;
}

void DeliveryPage::setChips(const std::vector<Chip>& chips) {
    if (chips == chips_) return;
    remember();
    chips_ = chips;
    filter_->chips()->setChips(chips_);
    askAll();
    Q_EMIT crumbsChanged();
}

void DeliveryPage::chipsChanged() {
    std::vector<Chip> chips = filter_->chips()->chips();
    const auto negated = std::find_if(chips.begin(), chips.end(), [](const Chip& c) { return c.negated; });
    if (negated == chips.end()) return setChips(chips);
    const auto term = delivery::parseTerm(negated->term);
    filter_->chips()->setChips(chips_);
    if (term) exclude(term->field, term->value);
}

// "Not this one" is said with the values that stay: the chips then name exactly what is counted.
void DeliveryPage::exclude(const QString& field, const QString& value) {
    QStringList others;
    if (overview_)
        for (const engine::Facet& f : overview_->facets)
            if (qstr(f.field) == field)
                for (const engine::FacetValue& v : f.values)
                    if (qstr(v.value) != value) others << qstr(v.value);
    if (others.isEmpty())
        return banner_->say(tr("There is nothing else to show for %1 in this view.").arg(field), true);
    setChips(delivery::withValues(chips_, field, others));
}

void DeliveryPage::addTerm(const QString& term) {
    const bool negated = term.startsWith(u'-');
    const auto parsed = delivery::parseTerm(negated ? term.mid(1) : term);
    if (!parsed) return;
    if (negated) return exclude(parsed->field, parsed->value);
    QStringList values = delivery::valuesOf(chips_, parsed->field);
    if (parsed->field == "find"_L1) values.clear();
    if (!values.contains(parsed->value)) values << parsed->value;
    setChips(delivery::withValues(chips_, parsed->field, values));
}

void DeliveryPage::showFilter(const QString& terms) {
    const delivery::Typed typed = delivery::parseTyped(terms);
    if (!typed.verdict.error.isEmpty()) return banner_->say(typed.verdict.error, true);
    std::vector<Chip> chips = chips_;
    for (const delivery::Term& t : typed.terms) {
        QStringList values = t.field == "find"_L1 ? QStringList() : delivery::valuesOf(chips, t.field);
        if (!values.contains(t.value)) values << t.value;
        chips = delivery::withValues(chips, t.field, values);
    }
    setChips(chips);
}

void DeliveryPage::narrow(const ResolvedRange& range) {
    if (range == range_) return;
    range_ = range;
    askAll();
    Q_EMIT rangeAsked(range);
}

void DeliveryPage::barChosen(int bucket, int state) {
    const TimeSeries& series = chart_->series();
    if (bucket < 0 || bucket >= static_cast<int>(series.buckets.size())) return;
    const Bucket& b = series.buckets[static_cast<size_t>(bucket)];
    const ResolvedRange range{std::max(b.start, range_.from), std::min(b.end, range_.to)};
    remember();
    if (state >= 0) {
        for (int i = 0; i < 5; ++i) {
            const auto outcome = static_cast<reply::Outcome>(i);
            if (static_cast<int>(markOf(outcome)) == state)
                chips_ = delivery::withValues(chips_, u"outcome"_s, {qstr(reply::outcomeName(outcome))});
        }
        filter_->chips()->setChips(chips_);
        Q_EMIT crumbsChanged();
    }
    if (range == range_) return askAll();
    narrow(range);
}

void DeliveryPage::groupsChosen() {
    if (filling_) return;
    QStringList keys;
    for (const QModelIndex& i : groups_->selectionModel()->selectedRows()) keys << i.data(KeyRole).toString();
    setChips(delivery::withValues(chips_, u"template"_s, keys));
}

void DeliveryPage::focusFilter() {
    filter_->focusField();
}

void DeliveryPage::chooseFiles() {
    importFiles(prompts().openFiles(this, tr("Import mail logs"),
                                    tr("Mail logs (*.log* *.gz *.txt);;All files (*)")));
}

void DeliveryPage::importFiles(const QStringList& files) {
    if (files.isEmpty()) return;
    if (banner_->isBusy())
        return banner_->say(tr("Another import or export of this screen is still running."), true);
    engine::ImportFiles command;
    for (const QString& f : files) command.files.push_back(f.toStdString());
    banner_->run(std::move(command));
}

void DeliveryPage::exportView() {
    if (!overview_ || overview_->events == 0)
        return banner_->say(tr("There are no rows to export in this view."), true);
    const QString file = prompts().saveFile(
        this, counted(static_cast<qint64>(overview_->events), tr("Export 1 row"), tr("Export %1 rows")),
        u"delivery.csv"_s, tr("CSV (*.csv)"));
    if (file.isEmpty()) return;
    banner_->run(engine::ExportEvents{engineRange(), delivery::toFilter(chips_), file.toStdString()});
}

void DeliveryPage::emptyAction() {
    switch (empty_->kind()) {
    case EmptyState::Kind::NotSetUp: return chooseFiles();
    case EmptyState::Kind::NothingMatched: return setChips({});
    case EmptyState::Kind::CouldNotLook: return refresh();
    case EmptyState::Kind::NothingHappened: break;
    }
    if (!overview_ || !overview_->stored) return;
    remember();
    narrow({overview_->stored->from.ms, overview_->stored->to.ms + 1});
}

// --- events of the widget

void DeliveryPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (std::exchange(stale_, false)) refreshSoon_.start();
}

void DeliveryPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    overlay_->setGeometry(rect());
}

void DeliveryPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_I && event->modifiers() == Qt::NoModifier)
        return chart_->setVisible(!chart_->isVisible());
    Page::keyPressEvent(event);
}

void DeliveryPage::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasUrls()) return;
    const QStringList files = droppedFiles(event->mimeData());
    overlay_->offer(files);
    event->setDropAction(Qt::CopyAction);
    event->accept();
}

void DeliveryPage::dragLeaveEvent(QDragLeaveEvent*) {
    overlay_->hide();
}

void DeliveryPage::dropEvent(QDropEvent* event) {
    overlay_->hide();
    event->acceptProposedAction();
    importFiles(droppedFiles(event->mimeData()));
}

QByteArray DeliveryPage::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << columns_->saveState() << lists_->saveState() << trio_->saveState() << groups_->saveLayout()
           << rows_->saveLayout() << history_->saveLayout() << facets_->hiddenGroups() << chart_->share();
    return out;
}

void DeliveryPage::restoreLayout(const QByteArray& state) {
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
