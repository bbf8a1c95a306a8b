#include "ui/pages/placement_page.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_drop.h"
#include "ui/pages/page_values.h"
#include "ui/pages/placement_new_test.h"
#include "ui/pages/placement_rows.h"
#include "ui/pages/placement_run_view.h"
#include "ui/pages/placement_seed_editor.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int refreshDelayMs = 200;

std::vector<Column> columns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
    const Qt::Alignment right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"name"_s, PlacementPage::tr("Run"), left, 102, false, false},
            {u"settled"_s, PlacementPage::tr("Settled"), right, 62, false, false},
            {u"started"_s, PlacementPage::tr("Started"), right, 104, false, false}};
}

Row lineRow(const engine::RunLine& run, const QTimeZone& zone) {
    const auto [word, mark] = placement::runState(run.state);
    const QString stamp = shortStamp(run.started, zone);
    Row row;
    row.key = qstr(run.id);
    row.cells = {Cell{qstr(run.name), {}, mark, {}, {}, word + u": "_s + qstr(run.name)},
                 Cell{u"%1/%2"_s.arg(run.settled).arg(run.seeds), run.settled, {}, {}, {}, {}},
                 Cell{stamp.left(stamp.size() - 3), qlonglong(run.started.ms), {}, {}, {}, stamp}};
    return row;
}

} // namespace

PlacementPage::PlacementPage(EngineBridge& bridge, QWidget* parent) : Page(parent), bridge_(bridge) {
    empty_ = new EmptyState;
    run_ = new RunView(bridge_);
    new_ = new NewTest(bridge_);
    seeds_ = new SeedEditor(bridge_);
    stack_ = new QStackedWidget;
    for (QWidget* pane : {static_cast<QWidget*>(empty_), static_cast<QWidget*>(run_),
                          static_cast<QWidget*>(new_), static_cast<QWidget*>(seeds_)})
        stack_->addWidget(pane);
    columns_ = new QSplitter;
    columns_->addWidget(buildRail());
    columns_->addWidget(stack_);
    columns_->setSizes({284, 1000});
    columns_->setStretchFactor(1, 1);
    columns_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->addWidget(columns_);
    setAcceptDrops(true);
    soon_.setSingleShot(true);
    soon_.setInterval(refreshDelayMs);
    connectParts();
}

QWidget* PlacementPage::buildRail() {
    newTest_ = new QPushButton(icon(u"plus"), tr("New test"));
    newTest_->setToolTip(tr("A new seed test (N)"));
    seedLists_ = new QPushButton(icon(u"edit"), tr("Seed lists"));
    model_ = new RowModel(columns(), this);
    runs_ = new DataTable;
    runs_->setRows(model_);
    runs_->setSortingEnabled(false);
    runs_->setAccessibleName(tr("Runs, newest first"));
    runs_->setItemDelegateForColumn(0, new OutcomeDelegate(runs_));
    runs_->setSelectionMode(QAbstractItemView::SingleSelection);
    noRuns_ = new QLabel(tr("No run yet"));
    noRuns_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    noRuns_->setProperty("role", u"muted"_s);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(newTest_, 1);
    buttons->addWidget(seedLists_, 1);
    auto* rail = new QWidget;
    auto* column = new QVBoxLayout(rail);
    column->setContentsMargins(0, 0, space::xs, 0);
    column->setSpacing(space::s);
    column->addLayout(buttons);
    column->addWidget(noRuns_);
    column->addWidget(runs_, 1);
    column->addStretch();
    rail->setMinimumWidth(260);
    return rail;
}

void PlacementPage::connectParts() {
    connect(newTest_, &QPushButton::clicked, this, &PlacementPage::openNewTest);
    connect(seedLists_, &QPushButton::clicked, this, [this] { openSeeds(); });
    connect(runs_, &DataTable::rowCurrent, this, [this](const QString& run) {
        if (!filling_) openRun(run);
    });
    connect(runs_, &QTableView::clicked, this, [this] { openRun(runs_->currentKey()); });
    connect(empty_, &EmptyState::actionClicked, this, [this] { emptyAction(false); });
    connect(empty_, &EmptyState::secondaryClicked, this, [this] { emptyAction(true); });
    connect(run_, &RunView::failed, this, [this](const QString& sentence) {
        empty_->set(EmptyState::Kind::CouldNotLook, tr("The run could not be read"), sentence,
                    tr("Try again"));
        empty_->setSecondary({});
        showPane(empty_);
    });
    connect(run_, &RunView::openRequested, this, &PlacementPage::openRequested);
    connect(new_, &NewTest::started, this, &PlacementPage::runStarted);
    connect(new_, &NewTest::editSeedsAsked, this, &PlacementPage::openSeeds);
    connect(new_, &NewTest::cancelled, this, [this] { goBack(); });
    connect(seeds_, &SeedEditor::closed, this, [this] { goBack(); });
    connect(seeds_, &SeedEditor::undoOffered, this, &Page::undoOffered);
    connect(&soon_, &QTimer::timeout, this, &PlacementPage::askRuns);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what, const QString& object) {
        if (what == "runs"_L1) {
            if (!soon_.isActive()) soon_.start();
            if (object == run_->runId()) run_->reload();
        }
        if (what == "seeds"_L1) askLists();
        if (what == "settings"_L1) askSettings();
    });
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(lines_.size());
        for (const engine::RunLine& r : lines_) rows.push_back(lineRow(r, zone_));
        model_->page(ask.ticket, std::move(rows), false);
    });
}

QStringList PlacementPage::crumbs() const {
    if (current() == new_) return {tr("New test")};
    if (current() == seeds_) return {tr("Seed lists")};
    if (current() == run_) return {foreign::printable(qstr(run_->run().line.name))};
    return {};
}

QWidget* PlacementPage::current() const {
    return stack_->currentWidget();
}

void PlacementPage::showPane(QWidget* pane) {
    stack_->setCurrentWidget(pane);
    Q_EMIT crumbsChanged();
}

bool PlacementPage::goBack() {
    if (current() != new_ && current() != seeds_) return false;
    if (lines_.empty())
        showNothing();
    else
        openRun(runs_->currentKey().isEmpty() ? qstr(lines_.front().id) : runs_->currentKey());
    return true;
}

std::vector<KeyHelp> PlacementPage::keys() const {
    return {{u"n"_s, tr("new test")},
            {u"j k"_s, tr("next, previous row")},
            {u"e"_s, tr("next seed with a problem")},
            {u"Esc"_s, tr("back to the run")}};
}

void PlacementPage::setTimeRange(const ResolvedRange&, const QTimeZone& zone) {
    zone_ = zone;
    run_->setZone(zone);
    model_->ask();
}

void PlacementPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    refresh();
}

void PlacementPage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_N && event->modifiers() == Qt::NoModifier) return openNewTest();
    Page::keyPressEvent(event);
}

void PlacementPage::refresh() {
    askRuns();
    askLists();
    askSettings();
}

void PlacementPage::askRuns() {
    bridge_.ask(engine::RunsQuery{}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Runs>(
            s, [this](const engine::Runs& runs) { takeRuns(runs); },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The runs could not be read"), qstr(e.text),
                            tr("Try again"));
                empty_->setSecondary({});
                showPane(empty_);
            });
    });
}

void PlacementPage::askLists() {
    bridge_.ask(engine::SeedListsQuery{}, this, [this](const engine::Snapshot& s) {
        const auto* answer = std::get_if<engine::SeedLists>(&s);
        if (!answer) return;
        lists_ = answer->lists;
        listsKnown_ = true;
        seeds_->setLists(lists_);
        new_->setLists(lists_);
        if (runsKnown_ && lines_.empty() && current() == empty_) showNothing();
    });
}

void PlacementPage::askSettings() {
    bridge_.ask(engine::SettingsQuery{}, this, [this](const engine::Snapshot& s) {
        if (const auto* settings = std::get_if<engine::Settings>(&s)) new_->setRoutes(*settings);
    });
    bridge_.ask(engine::StatusQuery{}, this, [this](const engine::Snapshot& s) {
        if (const auto* status = std::get_if<engine::Status>(&s))
            new_->setProduction(status->workspaceKind == "production");
    });
}

void PlacementPage::takeRuns(const engine::Runs& runs) {
    const QString chosen = runs_->currentKey();
    filling_ = true;
    lines_ = runs.runs;
    runsKnown_ = true;
    std::vector<Row> rows;
    rows.reserve(lines_.size());
    for (const engine::RunLine& r : lines_) rows.push_back(lineRow(r, zone_));
    const bool same =
        static_cast<int>(rows.size()) == model_->rowCount() &&
        std::all_of(rows.begin(), rows.end(), [this](const Row& r) { return model_->rowOf(r.key) >= 0; });
    if (same)
        model_->update(rows);
    else
        model_->ask();
    if (!same && model_->rowOf(chosen) >= 0) runs_->setCurrentIndex(model_->index(model_->rowOf(chosen), 0));
    filling_ = false;
    noRuns_->setVisible(lines_.empty());
    runs_->setVisible(!lines_.empty());
    if (!job_.isEmpty() && !lines_.empty()) { // the newest is the one just started
        run_->setJob(qstr(lines_.front().id), job_);
        job_.clear();
        wanted_ = qstr(lines_.front().id);
    }
    if (!wanted_.isEmpty() && model_->rowOf(wanted_) >= 0) {
        const QString run = wanted_;
        wanted_.clear();
        openRun(run);
    } else if (current() == empty_) {
        if (lines_.empty())
            showNothing();
        else
            openRun(qstr(lines_.front().id));
    }
    Q_EMIT runsShown();
}

void PlacementPage::runStarted(const QString& job) {
    job_ = job;
    askRuns();
}

void PlacementPage::openRun(const QString& run) {
    if (run.isEmpty()) return;
    filling_ = true;
    runs_->setCurrentIndex(model_->index(std::max(0, model_->rowOf(run)), 0));
    filling_ = false;
    run_->open(run);
    showPane(run_);
}

void PlacementPage::openNewTest() {
    if (listsKnown_ && lists_.empty()) return showNothing();
    showPane(new_);
    new_->name()->setFocus();
}

void PlacementPage::openSeeds(const QString& list) {
    const bool known = !list.isEmpty();
    if (known)
        seeds_->openList(list);
    else if (seeds_->listId().isEmpty() && !lists_.empty())
        seeds_->openList(qstr(lists_.front().id));
    showPane(seeds_);
}

void PlacementPage::open(const QString& object) {
    if (object.isEmpty()) return;
    if (object == "new"_L1) return openNewTest();
    if (object == "seeds"_L1) return openSeeds();
    if (object.startsWith("message:"_L1)) {
        showPane(new_);
        return new_->useMessageFile(object.mid(8));
    }
    if (object.startsWith("seeds:"_L1)) {
        showPane(seeds_);
        return seeds_->importFile(object.mid(6));
    }
    wanted_ = object;
    askRuns();
}

void PlacementPage::showNothing() {
    if (!listsKnown_ || !runsKnown_) return;
    if (lists_.empty()) {
        empty_->set(EmptyState::Kind::NotSetUp, tr("A seed test needs seed mailboxes"),
                    tr("Seeds are mailboxes of your own at the providers you send to. A test sends one "
                       "message to each and then looks, over IMAP, into which folder it went. They show "
                       "change, not what your readers see: a sample of mailboxes that never open or "
                       "complain."),
                    tr("Import CSV…"));
        empty_->setSecondary(tr("Add by hand"));
    } else {
        empty_->set(EmptyState::Kind::NotSetUp, tr("No seed test has run yet"),
                    tr("%1 has %2: %3. A test shows a preview first; nothing is sent before you "
                       "press Send.")
                        .arg(foreign::printable(qstr(lists_.front().name)),
                             counted(placement::enabledSeeds(lists_.front()), tr("1 seed"), tr("%1 seeds")),
                             placement::providerCounts(lists_.front())),
                    tr("New test"));
        empty_->setSecondary({});
    }
    showPane(empty_);
}

void PlacementPage::emptyAction(bool second) {
    if (empty_->kind() == EmptyState::Kind::CouldNotLook) {
        stack_->setCurrentWidget(empty_);
        return refresh();
    }
    if (!lists_.empty()) return openNewTest();
    showPane(seeds_);
    if (second)
        seeds_->addButton()->click();
    else
        seeds_->chooseCsv();
}

void PlacementPage::dragEnterEvent(QDragEnterEvent* event) {
    if (!droppedFiles(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void PlacementPage::dropEvent(QDropEvent* event) {
    const QStringList files = droppedFiles(event->mimeData());
    if (files.isEmpty()) return;
    event->acceptProposedAction();
    const bool seedList = files.constFirst().endsWith(".csv"_L1, Qt::CaseInsensitive);
    open((seedList ? u"seeds:"_s : u"message:"_s) + files.constFirst());
}

QByteArray PlacementPage::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << columns_->saveState() << run_->saveLayout();
    return out;
}

void PlacementPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray columns, run;
    stream >> columns >> run;
    if (stream.status() != QDataStream::Ok) return;
    columns_->restoreState(columns);
    run_->restoreLayout(run);
}

} // namespace waypost::ui
