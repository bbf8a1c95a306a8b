#include "ui/pages/today_page.h"

#include "ui/charts/time_series_widget.h"
#include "ui/dialogs/prompts.h"
#include "ui/pages/delivery_drop.h"
#include "ui/pages/job_banner.h"
#include "ui/pages/page_values.h"
#include "ui/pages/today_cards.h"
#include "ui/pages/today_first_run.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QDateTime>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int refreshDelayMs = 400;
constexpr int chartHeight = 190;
constexpr qint64 dayMs = 86'400'000;
constexpr qint64 staleAfterMs = 15 * 60 * 1000;

UtcTime nowUtc() {
    return {QDateTime::currentMSecsSinceEpoch()};
}

// Worst first; what could not be looked at stands before warnings, for it may hide an error.
std::vector<engine::TodayCard> bySeverity(const std::vector<engine::TodayCard>& cards) {
    using S = engine::State;
    std::vector<engine::TodayCard> out;
    for (const S wanted : {S::Error, S::Unknown, S::Warning, S::Info, S::Absent, S::Ok})
        for (const engine::TodayCard& c : cards)
            if (c.severity == wanted) out.push_back(c);
    return out;
}

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setFont(Theme::current().section());
    return label;
}

} // namespace

TodayPage::TodayPage(EngineBridge& bridge, QWidget* parent) : Page(parent), bridge_(bridge) {
    build();
    connectParts();
    setAcceptDrops(true);
    soon_.setSingleShot(true);
    soon_.setInterval(refreshDelayMs);
}

void TodayPage::build() {
    banner_ = new JobBanner(bridge_, this);
    reading_ = new QLabel(tr("Reading the workspace…"));
    reading_->setAlignment(Qt::AlignCenter);
    reading_->setProperty("role", u"muted"_s);
    first_ = new FirstRun;
    failed_ = new EmptyState;
    content_ = buildContent();
    body_ = new QStackedWidget;
    for (QWidget* page : {static_cast<QWidget*>(reading_), static_cast<QWidget*>(first_),
                          static_cast<QWidget*>(failed_), content_})
        body_->addWidget(page);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->setSpacing(space::s);
    column->addWidget(banner_);
    column->addWidget(body_, 1);
}

QWidget* TodayPage::buildContent() {
    head_ = heading({});
    age_ = new AgeLabel;
    auto* line = new QHBoxLayout;
    line->addWidget(head_);
    line->addStretch();
    line->addWidget(age_);
    cards_ = new TodayCards;
    calm_ = new EmptyState;
    calm_->setMinimumHeight(150);
    chart_ = new TimeSeriesWidget;
    chart_->setTitle(tr("Outcome mix, last 24 hours"));
    chart_->setFixedHeight(chartHeight);
    quiet_ = new QLabel;
    quiet_->setTextFormat(Qt::PlainText);
    quiet_->setWordWrap(true);
    quiet_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* mix = new QVBoxLayout;
    mix->addWidget(heading(tr("Outcome mix, last 24 hours")));
    mix->addWidget(chart_);
    mix->addStretch();
    auto* middle = new QHBoxLayout;
    middle->setSpacing(space::xl);
    middle->addLayout(mix, 3);
    middle->addWidget(buildTiles(), 2);
    auto* inner = new QWidget;
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, space::xs, space::xs, space::s);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(cards_);
    column->addWidget(calm_);
    column->addSpacing(space::m);
    column->addLayout(middle);
    column->addSpacing(space::m);
    column->addWidget(heading(tr("Checked and quiet")));
    column->addWidget(quiet_);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inner);
    return scroll;
}

QWidget* TodayPage::tile(const QString& caption, QLabel* line, const QString& page) {
    auto* box = new QWidget;
    box->setProperty("panel", true);
    box->setAttribute(Qt::WA_StyledBackground);
    auto* head = new QLabel(caption);
    head->setProperty("role", u"muted"_s);
    line->setTextFormat(Qt::PlainText);
    line->setWordWrap(true);
    line->setFont(Theme::current().section());
    auto* open = new QPushButton(tr("Open"));
    open->setProperty("link", true);
    open->setAccessibleName(tr("Open %1").arg(caption));
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(space::m, space::s, space::s, space::m);
    grid->setVerticalSpacing(2);
    grid->addWidget(head, 0, 0);
    grid->addWidget(open, 0, 1, Qt::AlignRight);
    grid->addWidget(line, 1, 0, 1, 2);
    grid->setColumnStretch(0, 1);
    connect(open, &QPushButton::clicked, this, [this, page] { Q_EMIT openRequested(page, {}); });
    return box;
}

QWidget* TodayPage::buildTiles() {
    placement_ = new QLabel;
    domains_ = new QLabel;
    auto* tiles = new QWidget;
    auto* column = new QVBoxLayout(tiles);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(heading(tr("Where things stand")));
    column->addWidget(tile(tr("Placement, newest seed test"), placement_, u"placement"_s));
    column->addWidget(tile(tr("Domains"), domains_, u"domains"_s));
    column->addStretch();
    return tiles;
}

void TodayPage::connectParts() {
    connect(cards_, &TodayCards::opened, this, &TodayPage::openRequested);
    connect(first_, &FirstRun::domainAsked, this, &TodayPage::inspect);
    connect(first_, &FirstRun::messageAsked, this,
            [this] { openFile(tr("Open a message"), tr("Messages (*.eml);;All files (*)"), u"message"_s); });
    connect(first_, &FirstRun::logAsked, this,
            [this] { openFile(tr("Logs to import"), tr("All files (*)"), u"log"_s); });
    connect(first_, &FirstRun::seedsAsked, this, [this] {
        openFile(tr("Seed list to import"), tr("Seed lists (*.csv);;All files (*)"), u"seeds"_s);
    });
    connect(failed_, &EmptyState::actionClicked, this, &TodayPage::refresh);
    connect(chart_, &TimeSeriesWidget::barActivated, this,
            [this] { Q_EMIT openRequested(u"delivery"_s, {}); });
    connect(chart_->empty(), &EmptyState::actionClicked, this,
            [this] { Q_EMIT openRequested(u"delivery"_s, {}); });
    connect(&soon_, &QTimer::timeout, this, &TodayPage::refresh);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what != "events"_L1 && what != "domains"_L1 && what != "runs"_L1) return;
        stale_ = true;
        if (isVisible() && !soon_.isActive()) soon_.start();
    });
}

std::vector<KeyHelp> TodayPage::keys() const {
    return {{u"j k"_s, tr("next, previous card")}, {u"Enter"_s, tr("open the card's evidence")}};
}

bool TodayPage::showsFirstRun() const {
    return body_->currentWidget() == first_;
}

void TodayPage::setTimeRange(const ResolvedRange&, const QTimeZone& zone) {
    chart_->setZone(zone); // this screen always shows the last 24 hours
}

void TodayPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (stale_) refresh();
}

void TodayPage::refresh() {
    stale_ = false;
    const UtcTime now = nowUtc();
    range_ = {now - Millis(dayMs), now};
    bridge_.ask(engine::TodayQuery{range_}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Today>(
            s, [this](const engine::Today& today) { take(today); },
            [this](const Error& e) {
                failed_->set(EmptyState::Kind::CouldNotLook, tr("The workspace could not be read"),
                             qstr(e.text), tr("Try again"));
                body_->setCurrentWidget(failed_);
                Q_EMIT shown();
            });
    });
}

void TodayPage::take(const engine::Today& today) {
    if (!today.hasDomains && !today.hasRuns && !today.hasEvents) {
        body_->setCurrentWidget(first_);
        Q_EMIT shown();
        return;
    }
    const auto cards = static_cast<int>(today.cards.size());
    head_->setText(cards == 0 ? tr("Needs a person") : tr("Needs a person (%1)").arg(cards));
    age_->setSince(today.asOf.ms, staleAfterMs);
    cards_->setCards(bySeverity(today.cards), today.asOf);
    cards_->setVisible(cards > 0);
    calm_->setVisible(cards == 0);
    fillLines(today);
    fillChart(today);
    body_->setCurrentWidget(content_);
    if (cards > 0 && isVisible() && !cards_->hasFocus()) cards_->setFocus();
    Q_EMIT shown();
}

void TodayPage::fillLines(const engine::Today& today) {
    placement_->setText(today.placementLine.empty() ? tr("No seed test yet")
                                                    : foreign::printable(qstr(today.placementLine)));
    domains_->setText(today.domainLine.empty() ? tr("No domain inspected yet")
                                               : foreign::printable(qstr(today.domainLine)));
    QStringList quiet;
    for (const std::string& line : today.checked) quiet << foreign::printable(qstr(line));
    const QString nothing = tr("Nothing that was checked is quiet: each has a card above.");
    quiet_->setText(quiet.isEmpty() ? nothing : quiet.join(u'\n'));
    calm_->set(EmptyState::Kind::NothingHappened, tr("Nothing needs you"),
               quiet.isEmpty() ? tr("What is stored raised no card.")
                               : tr("Checked: %1.").arg(quiet.join(u"; "_s)));
}

void TodayPage::fillChart(const engine::Today& today) {
    TimeSeries series;
    series.from = range_.from.ms;
    series.to = range_.to.ms;
    series.unit = tr("attempts");
    double all = 0;
    for (const engine::OutcomeBucket& b : today.outcomes) {
        Bucket bucket;
        bucket.start = b.start.ms;
        bucket.end = b.start.ms + today.bucket.count();
        for (size_t i = 0; i < b.counts.size(); ++i)
            bucket.count[static_cast<size_t>(markOf(static_cast<reply::Outcome>(i)))] +=
                static_cast<double>(b.counts[i]);
        all += bucket.total();
        series.buckets.push_back(bucket);
    }
    if (all > 0) return chart_->setSeries(series);
    if (today.hasEvents)
        chart_->showEmpty(EmptyState::Kind::NothingMatched, tr("No attempt in the last 24 hours"),
                          tr("The stored delivery events are older."), tr("Open Delivery"));
    else
        chart_->showEmpty(EmptyState::Kind::NotSetUp, tr("No delivery events yet"),
                          tr("Import a mail log to see what receivers answered."), tr("Open Delivery"));
}

void TodayPage::inspect(const QString& name) {
    if (name.isEmpty()) return first_->say(tr("Type the name of a domain, like example.org."));
    bridge_.run(engine::InspectDomain{name.toStdString(), {}}, this, [this, name](const engine::Snapshot& s) {
        ui::take<engine::Done>(
            s, [this, name](const engine::Done&) { Q_EMIT openRequested(u"domains"_s, name); },
            [this](const Error& e) { first_->say(foreign::printable(qstr(e.text))); });
    });
}

void TodayPage::openFile(const QString& title, const QString& nameFilter, const QString& kind) {
    const QStringList files = prompts().openFiles(this, title, nameFilter);
    if (files.isEmpty()) return;
    if (kind == "message"_L1)
        return void(Q_EMIT openRequested(u"messages"_s, u"file:"_s + files.constFirst()));
    if (kind != "log"_L1) return void(Q_EMIT openRequested(u"placement"_s, kind + u':' + files.constFirst()));
    std::vector<std::string> names;
    names.reserve(files.size());
    for (const QString& f : files) names.push_back(f.toStdString());
    banner_->run(engine::ImportFiles{std::move(names)});
}

void TodayPage::dragEnterEvent(QDragEnterEvent* event) {
    if (!droppedFiles(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void TodayPage::dropEvent(QDropEvent* event) {
    dropped(droppedFiles(event->mimeData()));
    event->acceptProposedAction();
}

// By name: a message, a seed list, else a log; what is none of them is refused by its reader with a sentence.
void TodayPage::dropped(const QStringList& files) {
    std::vector<std::string> logs;
    for (const QString& file : files) {
        const QString suffix = QFileInfo(file).suffix().toLower();
        if (suffix == "eml"_L1) return void(Q_EMIT openRequested(u"messages"_s, u"file:"_s + file));
        if (suffix == "csv"_L1) return void(Q_EMIT openRequested(u"placement"_s, u"seeds:"_s + file));
        logs.push_back(file.toStdString());
    }
    if (!logs.empty()) banner_->run(engine::ImportFiles{std::move(logs)});
}

} // namespace waypost::ui
