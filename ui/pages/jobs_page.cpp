#include "ui/pages/jobs_page.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/models/count_trend.h"
#include "ui/models/row_model.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

struct JobWords {
    Q_DECLARE_TR_FUNCTIONS(JobWords)
};

std::pair<QString, Outcome> stateOf(const engine::JobView& job) {
    using S = engine::JobState;
    switch (job.state) {
    case S::Queued: return {JobWords::tr("queued"), Outcome::Unknown};
    case S::Running: return {JobWords::tr("running"), Outcome::Neutral};
    case S::Done: return {JobWords::tr("done"), Outcome::Accepted};
    case S::Failed: return {JobWords::tr("failed"), Outcome::Bounced};
    case S::Cancelled: return {JobWords::tr("cancelled, partial"), Outcome::Deferred};
    case S::Interrupted: break;
    }
    return {JobWords::tr("interrupted"), Outcome::Deferred};
}

bool isLive(const engine::JobView& job) {
    return job.state == engine::JobState::Queued || job.state == engine::JobState::Running;
}

// Where the results of a job are.
QString screenOf(const std::string& kind) {
    if (kind == "placement") return u"placement"_s;
    if (kind == "inspect") return u"domains"_s;
    if (kind == "import" || kind == "export") return u"delivery"_s;
    return {};
}

std::vector<Column> columns() {
    const Qt::Alignment right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"state"_s, JobWords::tr("State"), Qt::AlignLeft | Qt::AlignVCenter, 150, false, false},
            {u"title"_s, JobWords::tr("Job"), Qt::AlignLeft | Qt::AlignVCenter, 330, false, false},
            {u"progress"_s, JobWords::tr("Progress"), right, 130, false, false},
            {u"started"_s, JobWords::tr("Started (UTC)"), right, 140, false, false},
            {u"took"_s, JobWords::tr("Took"), right, 80, false, false},
            {u"text"_s, JobWords::tr("What it does, or how it ended"), Qt::AlignLeft | Qt::AlignVCenter, 400,
             false, false}};
}

Row rowOf(const engine::JobView& job) {
    const auto [word, state] = stateOf(job);
    QString progress;
    if (job.total > 0) progress = JobWords::tr("%1 of %2").arg(job.done).arg(job.total);
    const qint64 end = isLive(job) ? QDateTime::currentMSecsSinceEpoch() : job.finished.ms;
    const qint64 took = job.started.ms == 0 || end == 0 ? -1 : std::max<qint64>(0, end - job.started.ms);
    QString duration = took < 0 ? JobWords::tr("not known")
                                : durationText(static_cast<int>(std::min<qint64>(took, 2'000'000'000)));
    Row row;
    row.key = qstr(job.id);
    row.cells = {Cell{word, {}, state, {}, {}, {}},
                 Cell{qstr(job.title), {}, {}, {}, {}, {}},
                 Cell{progress, QVariant::fromValue(qlonglong(job.done)), {}, {}, {}, {}},
                 Cell{shortStamp(job.started, QTimeZone::utc()), qlonglong(job.started.ms), {}, {}, {}, {}},
                 Cell{duration, took, {}, {}, {}, {}},
                 Cell{qstr(job.text), {}, {}, {}, {}, {}}};
    return row;
}

} // namespace

JobsPage::JobsPage(EngineBridge& bridge, QWidget* parent)
    : Page(parent), bridge_(bridge), model_(new RowModel(columns(), this)), table_(new DataTable),
      body_(new QStackedWidget), empty_(new EmptyState) {
    table_->setRows(model_);
    table_->setSortingEnabled(false);
    table_->setAccessibleName(tr("Jobs"));
    table_->setItemDelegateForColumn(0, new OutcomeDelegate(table_));
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(jobs_.size());
        for (const engine::JobView& job : jobs_) rows.push_back(rowOf(job));
        model_->page(ask.ticket, std::move(rows), false);
    });
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(table_);
    split->addWidget(buildDetail());
    split->setStretchFactor(0, 1);
    split->setSizes({500, 130});
    split->setChildrenCollapsible(false);
    body_->addWidget(split);
    body_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->addWidget(body_);
    connect(table_, &DataTable::rowCurrent, this, &JobsPage::showJob);
    connect(table_, &DataTable::rowActivated, this, [this](const QString& id) {
        const engine::JobView* job = find(id);
        if (job && !screenOf(job->kind).isEmpty()) Q_EMIT openRequested(screenOf(job->kind), {});
    });
    connect(empty_, &EmptyState::actionClicked, this, &JobsPage::refresh);
    connect(copy_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(command_->text()); });
    connect(cancel_, &QPushButton::clicked, this, [this] {
        const QString id = table_->currentKey();
        cancel_->setEnabled(false);
        text_->setText(tr("cancelling…"));
        bridge_.run(engine::CancelJob{id.toStdString()}, this, [this](const engine::Snapshot& s) {
            if (const Error* e = std::get_if<Error>(&s)) text_->setText(foreign::printable(qstr(e->text)));
        });
    });
    connect(&bridge_, &EngineBridge::jobChanged, this, &JobsPage::jobChanged);
}

QWidget* JobsPage::buildDetail() {
    title_ = foreign::label({});
    title_->setFont(Theme::current().section());
    text_ = foreign::label({});
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    command_ = new QLineEdit;
    command_->setReadOnly(true);
    command_->setFont(Theme::current().mono());
    command_->setAccessibleName(tr("The same on the command line"));
    copy_ = new QPushButton(icon(u"copy"), tr("Copy as command"));
    cancel_ = new QPushButton(icon(u"stop"), tr("Cancel the job"));
    auto* line = new QHBoxLayout;
    line->addWidget(command_, 1);
    line->addWidget(copy_);
    line->addWidget(cancel_);
    auto* detail = new QWidget;
    auto* column = new QVBoxLayout(detail);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(title_);
    column->addWidget(text_);
    column->addLayout(line);
    column->addStretch();
    return detail;
}

std::vector<KeyHelp> JobsPage::keys() const {
    return {{u"j k"_s, tr("next, previous job")},
            {u"e"_s, tr("next job that failed")},
            {u"Enter"_s, tr("open the screen with its results")}};
}

void JobsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    refresh();
}

void JobsPage::open(const QString& job) {
    wanted_ = job;
    refresh();
}

void JobsPage::refresh() {
    bridge_.ask(engine::JobsQuery{}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Jobs>(
            s, [this](const engine::Jobs& jobs) { take(jobs); },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The jobs could not be read"), qstr(e.text),
                            tr("Try again"));
                body_->setCurrentIndex(1);
            });
    });
}

void JobsPage::take(const engine::Jobs& jobs) {
    const QString chosen = wanted_.isEmpty() ? table_->currentKey() : wanted_;
    wanted_.clear();
    jobs_ = jobs.jobs;
    std::sort(jobs_.begin(), jobs_.end(), [](const engine::JobView& a, const engine::JobView& b) {
        if (isLive(a) != isLive(b)) return isLive(a);
        return a.started != b.started ? a.started > b.started : a.id > b.id;
    });
    model_->ask();
    if (jobs_.empty()) {
        empty_->set(EmptyState::Kind::NothingHappened, tr("No job has run yet"),
                    tr("Seed tests, inspections, imports and exports appear here while they run and stay "
                       "afterwards."));
        return body_->setCurrentIndex(1);
    }
    body_->setCurrentIndex(0);
    const int row = std::max(0, model_->rowOf(chosen));
    table_->setCurrentIndex(model_->index(row, 0));
    showJob(table_->currentKey());
}

void JobsPage::jobChanged(const engine::JobView& job) {
    const QString id = qstr(job.id);
    auto at = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& j) { return j.id == job.id; });
    if (at == jobs_.end()) {
        if (isVisible()) refresh();
        return;
    }
    *at = job;
    model_->update({rowOf(job)});
    if (table_->currentKey() == id) showJob(id);
}

const engine::JobView* JobsPage::find(const QString& id) const {
    for (const engine::JobView& job : jobs_)
        if (qstr(job.id) == id) return &job;
    return nullptr;
}

void JobsPage::showJob(const QString& id) {
    const engine::JobView* job = find(id);
    if (!job) return;
    title_->setText(foreign::printable(qstr(job->title)));
    text_->setText(job->text.empty() ? stateOf(*job).first : foreign::printable(qstr(job->text)));
    command_->setText(qstr(job->command));
    command_->setPlaceholderText(tr("This job has no form on the command line."));
    command_->setCursorPosition(0);
    copy_->setEnabled(!job->command.empty());
    cancel_->setEnabled(isLive(*job));
    cancel_->setToolTip(isLive(*job) ? tr("Results so far are kept and marked partial")
                                     : tr("The job has ended"));
}

} // namespace waypost::ui
