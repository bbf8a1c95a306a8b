#include "ui/pages/placement_run_view.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/page_values.h"
#include "ui/pages/placement_evidence.h"
#include "ui/pages/placement_rows.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/verdict_badge.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int reloadDelayMs = 150; // a run changes many seeds at once
constexpr int shareExtra = 120;    // beyond its column's smallest width: an interval that can be read off
} // namespace

RunView::RunView(EngineBridge& bridge, QWidget* parent) : QWidget(parent), bridge_(bridge) {
    auto* top = new QWidget;
    auto* upper = new QVBoxLayout(top);
    upper->setContentsMargins(0, 0, 0, space::xs);
    upper->setSpacing(space::s);
    upper->addWidget(buildProviders());
    prove_ = foreign::label({});
    prove_->setWordWrap(true);
    prove_->setProperty("role", u"muted"_s);
    prove_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    upper->addWidget(prove_);
    seedModel_ = new RowModel(placement::seedColumns(), this);
    seeds_ = new DataTable;
    seeds_->setRows(seedModel_);
    seeds_->setCompact(true);
    seeds_->setAccessibleName(tr("Seeds"));
    seeds_->setItemDelegateForColumn(0, new OutcomeDelegate(seeds_));
    evidence_ = new SeedEvidenceView;
    split_ = new QSplitter(Qt::Vertical);
    split_->addWidget(top);
    split_->addWidget(seeds_);
    split_->addWidget(evidence_);
    split_->setSizes({280, 210, 260});
    split_->setStretchFactor(0, 0);
    split_->setStretchFactor(1, 1);
    split_->setStretchFactor(2, 1);
    split_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::m, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(split_, 1);
    soon_.setSingleShot(true);
    soon_.setInterval(reloadDelayMs);
    connect(&soon_, &QTimer::timeout, this, [this] { open(run_); });
    connect(seeds_, &DataTable::rowCurrent, this, &RunView::openSeed);
    connect(cancel_, &QPushButton::clicked, this, &RunView::cancel);
    connect(evidence_, &SeedEvidenceView::labAsked, this, [this](const QString& seed) {
        Q_EMIT openRequested(u"messages"_s, u"seed:"_s + run_ + u'/' + seed);
    });
    seedModel_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(view_.seeds.size());
        for (const engine::SeedRow& r : view_.seeds) rows.push_back(placement::seedRow(r));
        placement::sortRows(rows, seedModel_->columns(), ask);
        seedModel_->page(ask.ticket, std::move(rows), false);
    });
    providerModel_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(view_.providers.size());
        for (const engine::ProviderRow& r : view_.providers) rows.push_back(placement::providerRow(r));
        providerModel_->page(ask.ticket, std::move(rows), false);
    });
}

QWidget* RunView::buildHead() {
    title_ = foreign::label({});
    title_->setFont(Theme::current().section());
    when_ = new QLabel;
    when_->setProperty("role", u"muted"_s);
    state_ = new VerdictBadge;
    progress_ = new QProgressBar;
    progress_->setTextVisible(false);
    progress_->setFixedWidth(120);
    progress_->setAccessibleName(tr("Settled seeds"));
    settled_ = new QLabel;
    cancel_ = new QPushButton(icon(u"stop"), tr("Cancel the test"));
    cancel_->setToolTip(tr("No more seeds are sent or looked up; results so far are kept as partial"));
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::m);
    row->addWidget(title_);
    row->addWidget(state_);
    row->addWidget(when_);
    row->addStretch();
    row->addWidget(settled_);
    row->addWidget(progress_);
    row->addWidget(cancel_);
    head->setFixedHeight(space::toolbar);
    return head;
}

QWidget* RunView::buildProviders() {
    providerModel_ = new RowModel(placement::providerColumns(), this);
    providers_ = new DataTable;
    providers_->setRows(providerModel_);
    providers_->setSortingEnabled(false);
    providers_->setAccessibleName(tr("Counts by provider"));
    providers_->installEventFilter(this);
    const int share = providerModel_->columnOf(u"share"_s);
    providers_->setItemDelegateForColumn(share, new placement::ShareDelegate(providers_));
    return providers_;
}

void RunView::open(const QString& run) {
    if (run != run_) {
        run_ = run;
        view_ = {};
        shownSeed_.clear();
        evidence_->showEmpty(tr("Reading the run…"), {});
    }
    const quint64 question = ++question_;
    bridge_.ask(engine::RunQuery{run.toStdString()}, this, [this, question](const engine::Snapshot& s) {
        if (question != question_) return;
        ui::take<engine::RunView>(
            s, [this](const engine::RunView& view) { take(view); },
            [this](const Error& e) { Q_EMIT failed(qstr(e.text)); });
    });
}

void RunView::reload() {
    if (!run_.isEmpty() && !soon_.isActive()) soon_.start();
}

void RunView::setJob(const QString& run, const QString& job) {
    jobs_[run] = job;
}

void RunView::take(const engine::RunView& view) {
    view_ = view;
    fillHead();
    fillProviders();
    fillSeeds();
    QStringList lines;
    for (const std::string& sentence : view_.canProve) lines << foreign::printable(qstr(sentence));
    prove_->setText(lines.join(u'\n'));
    Q_EMIT shown();
}

void RunView::fillHead() {
    const engine::RunLine& line = view_.line;
    title_->setText(foreign::printable(qstr(line.name)));
    when_->setText(tr("started %1 %2").arg(shortStamp(line.started, zone_), QString::fromUtf8(zone_.id())));
    const auto [word, mark] = placement::runState(line.state);
    state_->set(mark, word);
    settled_->setText(
        tr("%1 of %2 settled").arg(line.settled).arg(counted(line.seeds, tr("1 seed"), tr("%1 seeds"))));
    progress_->setRange(0, std::max(1, line.seeds));
    progress_->setValue(line.settled);
    const bool live = placement::runIsLive(line);
    progress_->setVisible(live);
    cancel_->setVisible(live);
    if (!live) cancel_->setEnabled(true);
}

void RunView::fillProviders() {
    const int before = providerModel_->rowCount();
    std::vector<Row> rows;
    rows.reserve(view_.providers.size());
    for (const engine::ProviderRow& r : view_.providers) rows.push_back(placement::providerRow(r));
    const auto known = [this](const Row& r) { return providerModel_->rowOf(r.key) >= 0; };
    if (before == static_cast<int>(rows.size()) && std::all_of(rows.begin(), rows.end(), known))
        providerModel_->update(rows);
    else
        providerModel_->ask();
    fitProviders();
}

// The share is what the table is read for: where there is too little room, counts that are zero everywhere
// give way to it, the rarest first.
void RunView::fitProviders() {
    int need = 2 * providers_->frameWidth() + shareExtra;
    for (const Column& c : providerModel_->columns()) need += c.width;
    const int rows = providerModel_->rowCount();
    const auto isZero = [&](int column) {
        for (int r = 0; r < rows; ++r)
            if (providerModel_->index(r, column).data(RawRole).toInt() != 0) return false;
        return true;
    };
    for (const QString& id :
         {u"waiting"_s, u"mailbox"_s, u"other"_s, u"category"_s, u"not_sent"_s, u"missing"_s, u"junk"_s}) {
        const int column = providerModel_->columnOf(id);
        const bool hide = need > providers_->width() && isZero(column);
        if (hide) need -= providerModel_->columns()[static_cast<size_t>(column)].width;
        if (hide == gaveWay_.contains(column)) continue;
        providers_->setColumnHidden(column, hide);
        hide ? void(gaveWay_.insert(column)) : void(gaveWay_.remove(column));
    }
    const int bar =
        need - shareExtra > providers_->width() ? providers_->horizontalScrollBar()->sizeHint().height() : 0;
    providers_->setFixedHeight(providers_->horizontalHeader()->sizeHint().height() +
                               std::clamp(rows, 2, 12) * space::rowComfortable + bar + 12);
}

// The table's own size: the splitter lays it out after the view was resized.
bool RunView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == providers_ && event->type() == QEvent::Resize) fitProviders();
    return QWidget::eventFilter(watched, event);
}

void RunView::fillSeeds() {
    std::vector<Row> rows;
    rows.reserve(view_.seeds.size());
    for (const engine::SeedRow& r : view_.seeds) rows.push_back(placement::seedRow(r));
    const auto known = [this](const Row& r) { return seedModel_->rowOf(r.key) >= 0; };
    if (seedModel_->rowCount() == static_cast<int>(rows.size()) &&
        std::all_of(rows.begin(), rows.end(), known))
        seedModel_->update(rows);
    else
        seedModel_->ask();
    if (rows.empty())
        return evidence_->showEmpty(tr("The seeds are being prepared"), tr("Each appears here at once."));
    if (!seeds_->currentIndex().isValid())
        seeds_->setCurrentIndex(seedModel_->index(0, 0));
    else
        openSeed(seeds_->currentKey());
}

void RunView::openSeed(const QString& seed) {
    if (seed.isEmpty()) return;
    const engine::SeedRow* row = nullptr;
    for (const engine::SeedRow& r : view_.seeds)
        if (qstr(r.seed) == seed) row = &r;
    const std::string now = row ? row->state + row->text : std::string();
    if (seed == shownSeed_ && now == shownSeedState_) return;
    shownSeed_ = seed;
    shownSeedState_ = now;
    bridge_.ask(engine::SeedEvidenceQuery{run_.toStdString(), seed.toStdString()}, this,
                [this, seed](const engine::Snapshot& s) {
                    if (seed != shownSeed_) return;
                    ui::take<engine::SeedEvidence>(
                        s, [this](const engine::SeedEvidence& e) { evidence_->show(e); },
                        [this](const Error& e) {
                            evidence_->showEmpty(tr("The evidence could not be read"), qstr(e.text), true);
                        });
                });
}

void RunView::cancel() {
    cancel_->setEnabled(false);
    settled_->setText(tr("cancelling…"));
    const QString known = jobs_.value(run_);
    if (!known.isEmpty()) return cancelJob(known.toStdString());
    // Started elsewhere: the one placement job that runs.
    bridge_.ask(engine::JobsQuery{}, this, [this](const engine::Snapshot& s) {
        std::vector<std::string> live;
        if (const auto* jobs = std::get_if<engine::Jobs>(&s))
            for (const engine::JobView& job : jobs->jobs)
                if (job.kind == "placement" && job.state == engine::JobState::Running) live.push_back(job.id);
        if (live.size() == 1) return cancelJob(live.front());
        Q_EMIT failed(live.empty() ? tr("No running job belongs to this test.")
                                   : tr("Several tests run; cancel this one under Jobs."));
    });
}

void RunView::cancelJob(const std::string& job) {
    bridge_.run(engine::CancelJob{job}, this, [this](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s)) Q_EMIT failed(qstr(e->text));
    });
}

QByteArray RunView::saveLayout() const {
    return split_->saveState();
}

void RunView::restoreLayout(const QByteArray& state) {
    split_->restoreState(state);
}

} // namespace waypost::ui
