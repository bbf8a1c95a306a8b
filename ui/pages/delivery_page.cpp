#include "ui/pages/delivery_page.h"

#include "ui/dialogs/prompts.h"
#include "ui/pages/delivery_compare.h"
#include "ui/pages/delivery_drop.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_latency.h"
#include "ui/pages/delivery_matrix.h"
#include "ui/pages/delivery_replies.h"
#include "ui/pages/delivery_rules.h"
#include "ui/pages/job_banner.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/event_table.h"
#include "ui/widgets/filter_bar.h"

#include <QDataStream>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QIODevice>
#include <QPushButton>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int refreshDelayMs = 400; // a running import says often that there is more
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
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    tabs_->setAccessibleName(tr("Views of the delivery attempts"));
    overviewTab_ = new DeliveryOverview(bridge_);
    addTab(overviewTab_, u"overview"_s, tr("Overview"));
    addTab(new DeliveryMatrix(bridge_), u"matrix"_s, tr("Matrix"));
    addTab(new DeliveryLatency(bridge_), u"latency"_s, tr("Latency"));
    addTab(new DeliveryCompare(bridge_), u"compare"_s, tr("Compare"));
    auto* replies = new DeliveryReplies(bridge_);
    auto* rules = new DeliveryRules(bridge_);
    addTab(replies, u"replies"_s, tr("Replies"));
    addTab(rules, u"rules"_s, tr("Rules"));
    connect(replies, &DeliveryReplies::ruleAsked, this, [this, rules](const QString& templateKey) {
        tabs_->setCurrentWidget(rules);
        rules->propose(templateKey);
    });
    connect(rules, &DeliveryRules::saveAsked, this, [this](const engine::SaveRule& command) {
        if (banner_->isBusy())
            return banner_->say(tr("Another import or export of this screen is still running."), true);
        banner_->run(command);
    });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(banner_);
    column->addWidget(tabs_, 1);
    overlay_ = new DropOverlay(this);
}

void DeliveryPage::addTab(DeliveryTab* tab, const QString& id, const QString& title) {
    tab->setObjectName(id);
    all_.push_back(tab);
    tabs_->addTab(tab, title);
    connect(tab, &DeliveryTab::termAsked, this, &DeliveryPage::addTerm);
    connect(tab, &DeliveryTab::valuesAsked, this, [this](const QString& field, const QStringList& values) {
        setChips(delivery::withValues(scope_.chips, field, values));
    });
    connect(tab, &DeliveryTab::viewAsked, this, &DeliveryPage::setView);
    connect(tab, &DeliveryTab::rowsAsked, this,
            [this](const ResolvedRange& range, const std::vector<Chip>& chips) {
                setView(range, chips);
                tabs_->setCurrentWidget(overviewTab_);
            });
    connect(tab, &DeliveryTab::emptyAction, this, &DeliveryPage::emptyAction);
    connect(tab, &DeliveryTab::said, banner_, &JobBanner::say);
}

DeliveryTab* DeliveryPage::tab(const QString& id) const {
    for (DeliveryTab* t : all_)
        if (t->objectName() == id) return t;
    return nullptr;
}

void DeliveryPage::open(const QString& object) {
    constexpr QLatin1String replies("replies/");
    if (!object.startsWith(replies)) {
        tabs_->setCurrentWidget(overviewTab_);
        return showTerms(object, {}); // a card's evidence is what its filter says and nothing else
    }
    auto* tab = static_cast<DeliveryReplies*>(this->tab(u"replies"_s));
    tabs_->setCurrentWidget(tab);
    tab->showState(object.mid(replies.size()));
}

bool DeliveryPage::showTab(const QString& id) {
    DeliveryTab* wanted = tab(id);
    if (wanted) tabs_->setCurrentWidget(wanted);
    return wanted != nullptr;
}

QWidget* DeliveryPage::buildHead() {
    filter_ = new FilterBar;
    filter_->setPlaceholder(
        tr("Recipient, queue id or words of a reply; or provider:gmail code:4.7.* -stream:marketing"));
    filter_->setJudge([](const QString& text) { return delivery::parseTyped(text).verdict; });
    filter_->setCompleter([this](const QString& text, int cursor) {
        return delivery::offersFor(text, cursor, overview().get());
    });
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

void DeliveryPage::connectParts() {
    connect(import_, &QPushButton::clicked, this, &DeliveryPage::chooseFiles);
    connect(export_, &QPushButton::clicked, this, &DeliveryPage::exportView);
    connect(filter_, &FilterBar::appliedChanged, this, [this](const QString& typed) {
        if (typed.isEmpty()) return;
        filter_->setText({}); // its terms become chips
        showFilter(typed);
    });
    connect(filter_, &FilterBar::replaced, this, [this](const QString& term, const QString& typed) {
        filter_->setText({});
        const auto edited = delivery::parseTyped(term).chips, typedChips = delivery::parseTyped(typed).chips;
        std::vector<Chip> chips = scope_.chips;
        std::erase_if(chips, [&](const Chip& c) { return !edited.empty() && c.term == edited.front().term; });
        setChips(delivery::withChips(std::move(chips), typedChips));
    });
    connect(filter_->chips(), &ChipBar::changed, this, &DeliveryPage::chipsChanged);
    connect(overviewTab_, &DeliveryTab::shown, this, &DeliveryPage::focusContent);
    connect(&refreshSoon_, &QTimer::timeout, this, [this] {
        for (DeliveryTab* tab : all_) tab->eventsChanged();
    });
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what != "events"_L1) return;
        if (!isVisible())
            stale_ = true;
        else if (!refreshSoon_.isActive())
            refreshSoon_.start();
    });
}

// The way in has the focus until there is something to read.
void DeliveryPage::focusContent() {
    if (!showsContent()) return setFocusProxy(import_);
    setFocusProxy(rows());
    if (import_->hasFocus() && rows()->currentKey().isEmpty()) rows()->setFocus();
}

// --- what the operator does

QStringList DeliveryPage::crumbs() const {
    QStringList out;
    for (const Chip& c : scope_.chips)
        if (c.enabled && !c.term.startsWith("template"_L1)) out << delivery::crumbOf(c);
    return out;
}

std::vector<KeyHelp> DeliveryPage::keys() const {
    const auto* tab = qobject_cast<DeliveryTab*>(tabs_->currentWidget());
    return tab ? tab->keys() : std::vector<KeyHelp>();
}

void DeliveryPage::remember() {
    if (back_.size() == backLimit) back_.erase(back_.begin());
    back_.push_back(scope_);
}

bool DeliveryPage::goBack() {
    const DeliveryScope was = scope_;
    if (back_.empty()) {
        if (scope_.chips.empty()) return false;
        scope_.chips.clear();
    } else {
        scope_.range = back_.back().range;
        scope_.chips = std::move(back_.back().chips);
        back_.pop_back();
    }
    scopeChanged(scope_.range != was.range, true);
    return true;
}

void DeliveryPage::scopeChanged(bool range, bool chips) {
    if (chips) filter_->chips()->setChips(scope_.chips);
    for (DeliveryTab* tab : all_) tab->setScope(scope_);
    if (chips) Q_EMIT crumbsChanged();
    if (range) Q_EMIT rangeAsked(scope_.range);
}

void DeliveryPage::setTimeRange(const ResolvedRange& range, const QTimeZone& zone) {
    if (range == scope_.range && zone == scope_.zone) return;
    scope_.range = range;
    scope_.zone = zone;
    scopeChanged(false, false);
}

void DeliveryPage::refresh() {
    for (DeliveryTab* tab : all_) tab->refresh();
}

void DeliveryPage::setChips(const std::vector<Chip>& chips) {
    if (chips == scope_.chips) return;
    remember();
    scope_.chips = chips;
    scopeChanged(false, true);
}

void DeliveryPage::setView(const ResolvedRange& range, const std::vector<Chip>& chips) {
    if (range == scope_.range && chips == scope_.chips) return;
    remember();
    const bool other = range != scope_.range;
    scope_.range = range;
    scope_.chips = chips;
    scopeChanged(other, true);
}

void DeliveryPage::chipsChanged() {
    setChips(filter_->chips()->chips());
}

void DeliveryPage::addTerm(const QString& term) {
    showFilter(term);
}

void DeliveryPage::showFilter(const QString& terms) {
    showTerms(terms, scope_.chips);
}

void DeliveryPage::showTerms(const QString& terms, std::vector<Chip> chips) {
    const delivery::Typed typed = delivery::parseTyped(terms);
    if (!typed.verdict.error.isEmpty()) return banner_->say(typed.verdict.error, true);
    setChips(delivery::withChips(std::move(chips), typed.chips));
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
    if (!overview() || overview()->events == 0)
        return banner_->say(tr("There are no rows to export in this view."), true);
    const QString file = prompts().saveFile(
        this, counted(static_cast<qint64>(overview()->events), tr("Export 1 row"), tr("Export %1 rows")),
        u"delivery.csv"_s, tr("CSV (*.csv)"));
    if (file.isEmpty()) return;
    banner_->run(engine::ExportEvents{scope_.engineRange(), scope_.filter(), file.toStdString()});
}

void DeliveryPage::emptyAction(EmptyState::Kind kind) {
    switch (kind) {
    case EmptyState::Kind::NotSetUp: return chooseFiles();
    case EmptyState::Kind::NothingMatched: return setChips({});
    case EmptyState::Kind::CouldNotLook: return refresh();
    case EmptyState::Kind::NothingHappened: break;
    }
    if (!overview() || !overview()->stored) return;
    setView({overview()->stored->from.ms, overview()->stored->to.ms + 1}, scope_.chips);
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
    QHash<QString, QByteArray> layouts;
    for (const DeliveryTab* tab : all_) layouts.insert(tab->objectName(), tab->saveLayout());
    stream << layouts << tabs_->currentWidget()->objectName();
    return out;
}

void DeliveryPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QHash<QString, QByteArray> layouts;
    QString current;
    stream >> layouts >> current;
    if (stream.status() != QDataStream::Ok) return;
    for (DeliveryTab* tab : all_)
        if (layouts.contains(tab->objectName())) tab->restoreLayout(layouts[tab->objectName()]);
    showTab(current);
}

} // namespace waypost::ui
