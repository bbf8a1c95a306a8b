#include "ui/shell/main_window.h"

#include "ui/shell/breadcrumb.h"
#include "ui/shell/keys_help.h"
#include "ui/shell/status_strip.h"
#include "ui/shell/time_range_control.h"
#include "ui/shell/undo_bar.h"
#include "ui/shell/window_tint.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

// Keys belong to the screen as soon as it is shown.
void focusContent(QWidget& page) {
    if (page.focusProxy() || page.focusPolicy() != Qt::NoFocus) return page.setFocus(Qt::OtherFocusReason);
    for (QWidget* w : page.findChildren<QWidget*>())
        if ((w->focusPolicy() & Qt::TabFocus) && w->isVisibleTo(&page) && !w->inherits("QLineEdit"))
            return w->setFocus(Qt::OtherFocusReason);
}

constexpr int saveDelayMs = 800; // layout is on disk within a second of a change
constexpr int trailLimit = 50;
} // namespace

// Pages and commands, as the palette shows them.
class MainWindow::Commands final : public PaletteProvider {
  public:
    std::vector<PaletteItem> offer(const QString&) override { return items; }
    std::vector<PaletteItem> items;
};

MainWindow::MainWindow(const QString& layoutFile, std::function<qint64()> now, QWidget* parent)
    : QMainWindow(parent), store_(layoutFile), header_(new HeaderBar), rail_(new NavRail), bar_(new QWidget),
      crumbs_(new Breadcrumb), range_(new TimeRangeControl(nullptr, std::move(now))), noRange_(new QLabel),
      stack_(new QStackedWidget), strip_(new StatusStrip), commands_(std::make_shared<Commands>()) {
    buildFrame();
    omnibox_ = new Omnibox(centralWidget());
    omnibox_->addProvider(commands_);
    undo_ = new UndoBar(centralWidget());
    help_ = new KeysHelp(centralWidget());
    tint_ = new WindowTint(centralWidget());
    setMinimumSize(smallest);
    resize(usual);
    setWindowTitle(u"Waypost"_s);
    connect(rail_, &NavRail::chosen, this, &MainWindow::openPage);
    connect(header_, &HeaderBar::paletteAsked, this, [this] { omnibox_->popUp(); });
    connect(header_, &HeaderBar::helpAsked, this, &MainWindow::showKeys);
    connect(range_, &TimeRangeControl::rangeChanged, this, [this] { giveRange(currentAsPage()); });
    connect(range_, &TimeRangeControl::zoneChanged, this, [this] { giveRange(currentAsPage()); });
    connect(strip_, &StatusStrip::segmentOpened, this, &MainWindow::segmentOpened);
    connect(strip_, &StatusStrip::jobsOpened, this, [this] { openPage(u"jobs"_s); });
    connect(crumbs_, &Breadcrumb::stepChosen, this, [this](int index) {
        Page* page = currentAsPage();
        while (page && page->crumbs().size() > index && page->goBack()) {
        }
        refreshCrumbs();
    });
    saveSoon_.setSingleShot(true);
    saveSoon_.setInterval(saveDelayMs);
    connect(&saveSoon_, &QTimer::timeout, this, &MainWindow::saveLayout);
    connect(rail_, &NavRail::collapsedChanged, &saveSoon_, qOverload<>(&QTimer::start));
    connect(range_, &TimeRangeControl::rangeChanged, &saveSoon_, qOverload<>(&QTimer::start));
    addStandardCommands();
    restoreLayout();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildFrame() {
    noRange_->setText(tr("This screen does not use the time range"));
    noRange_->setProperty("role", u"muted"_s);
    noRange_->hide();
    bar_->setFixedHeight(48);
    auto* bar = new QHBoxLayout(bar_);
    bar->setContentsMargins(space::l, 0, space::m, 0);
    bar->addWidget(crumbs_, 1);
    bar->addWidget(noRange_);
    bar->addWidget(range_);
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(bar_);
    right->addWidget(stack_, 1);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(rail_);
    middle->addLayout(right, 1);
    auto* whole = new QWidget;
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addLayout(middle, 1);
    column->addWidget(strip_);
    setCentralWidget(whole);
}

void MainWindow::addPage(const QString& id, const QString& title, const QString& iconName, QWidget* page,
                         const QString& shortcut, NavRail::Section section) {
    pages_.push_back({id, title, iconName, shortcut, page});
    stack_->addWidget(page);
    rail_->add(id, title, iconName, shortcut, section);
    if (auto* asPage = qobject_cast<Page*>(page)) wirePage(asPage);
    addCommand(u"page."_s + id, tr("Go to"), title, shortcut, [this, id] { openPage(id); });
    commands_->items.back().icon = iconName;
    const QByteArray saved = store_.value(u"page/"_s + id).toByteArray();
    if (auto* asPage = qobject_cast<Page*>(page); asPage && !saved.isEmpty()) asPage->restoreLayout(saved);
    if (pages_.size() == 1 || store_.value(u"page"_s).toString() == id) openPage(id);
}

void MainWindow::wirePage(Page* page) {
    connect(page, &Page::crumbsChanged, this, &MainWindow::refreshCrumbs);
    connect(page, &Page::rangeAsked, range_, &TimeRangeControl::setRange);
    connect(page, &Page::undoOffered, this, &MainWindow::offerUndo);
}

const MainWindow::Entry* MainWindow::entry(const QString& id) const {
    for (const Entry& e : pages_)
        if (e.id == id) return &e;
    return nullptr;
}

QWidget* MainWindow::page(const QString& id) const {
    const Entry* e = entry(id);
    return e ? e->widget : nullptr;
}

Page* MainWindow::currentAsPage() const {
    return qobject_cast<Page*>(stack_->currentWidget());
}

void MainWindow::openPage(const QString& id) {
    const Entry* e = entry(id);
    if (!e || id == current_) return;
    if (!current_.isEmpty()) trail_.append(current_);
    while (trail_.size() > trailLimit) trail_.removeFirst();
    showPage(*e);
}

void MainWindow::showPage(const Entry& e) {
    current_ = e.id;
    stack_->setCurrentWidget(e.widget);
    rail_->setCurrent(e.id);
    focusContent(*e.widget);
    refreshCrumbs();
    giveRange(currentAsPage());
    saveSoon_.start();
    Q_EMIT pageOpened(e.id);
}

void MainWindow::giveRange(Page* page) {
    const bool uses = page && page->usesTimeRange();
    range_->setVisible(uses);
    noRange_->setVisible(false);
    if (uses) page->setTimeRange(range_->range(), range_->zone());
}

void MainWindow::refreshCrumbs() {
    const Entry* e = entry(current_);
    QStringList steps{e ? e->title : QString()};
    if (const Page* page = currentAsPage()) steps += page->crumbs();
    crumbs_->setSteps(steps);
}

void MainWindow::setWorkspace(const QString& name, WorkspaceKind kind) {
    header_->setWorkspace(name, kind);
    static_cast<WindowTint*>(tint_)->setKind(kind);
    const QString word = workspaceKindWord(kind);
    setWindowTitle(word.isEmpty() ? u"%1 – Waypost"_s.arg(name) : u"%1 (%2) – Waypost"_s.arg(name, word));
}

void MainWindow::addCommand(const QString& id, const QString& category, const QString& title,
                            const QString& keys, std::function<void()> run) {
    PaletteItem item;
    item.group = PaletteItem::Group::Command;
    item.id = id;
    item.title = title;
    item.category = category;
    item.keys = keys;
    item.icon = u"play"_s;
    item.run = run;
    commands_->items.push_back(std::move(item));
    if (keys.isEmpty()) return;
    auto* action = new QAction(title, this);
    action->setObjectName(id);
    action->setShortcuts(QKeySequence::listFromString(keys));
    action->setShortcutContext(Qt::WindowShortcut);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    addAction(action);
}

void MainWindow::offerUndo(const QString& sentence, std::function<void()> undo) {
    undo_->offer(sentence, std::move(undo));
}

void MainWindow::closeEvent(QCloseEvent* event) {
    saveLayout();
    QMainWindow::closeEvent(event);
}

} // namespace waypost::ui
