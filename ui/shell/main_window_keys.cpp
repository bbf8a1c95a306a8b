// The window's keys, standard commands and saved layout.
#include "ui/shell/breadcrumb.h"
#include "ui/shell/keys_help.h"
#include "ui/shell/main_window.h"
#include "ui/shell/time_range_control.h"
#include "ui/shell/undo_bar.h"
#include "ui/theme/theme.h"

#include <QAbstractButton>
#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QStackedWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

// Single letters never act while somebody types.
bool isTyping() {
    const QWidget* f = QApplication::focusWidget();
    if (const auto* line = qobject_cast<const QLineEdit*>(f)) return !line->isReadOnly();
    if (const auto* text = qobject_cast<const QPlainTextEdit*>(f)) return !text->isReadOnly();
    return f && f->inherits("QAbstractSpinBox");
}

} // namespace

void MainWindow::addStandardCommands() {
    qApp->installEventFilter(this);
    const QString view = tr("View"), go = tr("Go to"), range = tr("Time range");
    addCommand(u"palette"_s, go, tr("Palette"), u"Ctrl+K"_s, [this] { omnibox_->popUp(); });
    addCommand(u"help"_s, view, tr("Keys and help"), u"F1"_s, [this] { showKeys(); });
    addCommand(u"back"_s, go, tr("Back"), u"Alt+Left"_s, [this] {
        if (trail_.isEmpty()) return;
        if (const Entry* e = entry(trail_.takeLast())) showPage(*e);
    });
    addCommand(u"refresh"_s, view, tr("Refresh"), u"F5"_s, [this] {
        range_->refresh();
        if (Page* page = currentAsPage()) page->refresh();
    });
    addCommand(u"export"_s, view, tr("Export this view"), u"Ctrl+E"_s, [this] {
        if (Page* page = currentAsPage()) page->exportView();
    });
    addCommand(u"pane.next"_s, go, tr("Next pane"), u"F6"_s, [this] { nextPane(1); });
    addCommand(u"pane.previous"_s, go, tr("Previous pane"), u"Shift+F6"_s, [this] { nextPane(-1); });
    addCommand(u"undo"_s, view, tr("Undo"), u"Ctrl+Z"_s, [this] { undo_->undo(); });
    addCommand(u"quit"_s, view, tr("Quit"), u"Ctrl+Q"_s, [this] { close(); });
    addCommand(u"full"_s, view, tr("Full screen"), u"F11"_s,
               [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    addCommand(u"rail"_s, view, tr("Collapse navigation"), u"Ctrl+B"_s,
               [this] { rail_->setCollapsed(!rail_->isCollapsed()); });
    addCommand(u"layout.reset"_s, view, tr("Reset layout"), {}, [this] { resetLayout(); });
    addCommand(u"range.hour"_s, range, tr("Last hour"), {}, [this] { range_->setText(u"now-1h..now"_s); });
    addCommand(u"range.day"_s, range, tr("Last 24 hours"), {},
               [this] { range_->setText(u"now-24h..now"_s); });
    addCommand(u"range.week"_s, range, tr("Last 7 days"), {}, [this] { range_->setText(u"now-7d..now"_s); });
    const auto mode = [this](Theme::Mode m) {
        return [this, m] {
            Theme::current().setMode(m);
            store_.set(u"theme"_s, static_cast<int>(m));
        };
    };
    addCommand(u"theme.light"_s, view, tr("Light colours"), {}, mode(Theme::Mode::Light));
    addCommand(u"theme.dark"_s, view, tr("Dark colours"), {}, mode(Theme::Mode::Dark));
    addCommand(u"theme.system"_s, view, tr("Colours of the desktop"), {}, mode(Theme::Mode::System));
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && isActiveWindow() && watched == QApplication::focusWidget() &&
        QApplication::focusWidget()->window() == this && !isTyping() &&
        windowKey(*static_cast<QKeyEvent*>(event)))
        return true;
    return QMainWindow::eventFilter(watched, event);
}

bool MainWindow::windowKey(QKeyEvent& key) {
    if (key.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) return false;
    const QString text = key.text();
    if (range_->isVisible()) {
        if (text == "["_L1) return range_->step(-1), true;
        if (text == "]"_L1) return range_->step(1), true;
        if (text == "-"_L1) return range_->zoom(2), true;
        if (text == "+"_L1) return range_->zoom(0.5), true;
    }
    if (text == "/"_L1) {
        if (Page* page = currentAsPage()) page->focusFilter();
        return true;
    }
    if (text == ":"_L1) return omnibox_->popUp(), true;
    if (text == "?"_L1) return showKeys(), true;
    return false;
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return goBack();
    QMainWindow::keyPressEvent(event);
}

void MainWindow::goBack() {
    if (omnibox_->isVisible()) return omnibox_->dismiss();
    if (help_->isVisible()) return help_->hide();
    Page* page = currentAsPage();
    if (page && page->goBack()) refreshCrumbs();
}

void MainWindow::nextPane(int direction) {
    QList<QWidget*> panes;
    for (QWidget* w : stack_->currentWidget()->findChildren<QWidget*>()) {
        const bool isPane = w->inherits("QAbstractScrollArea") || w->property("pane").toBool();
        if (isPane && w->isVisible() && (w->focusPolicy() & Qt::TabFocus)) panes << w;
    }
    for (QAbstractButton* b : rail_->findChildren<QAbstractButton*>())
        if (b->isChecked()) panes << b;
    if (panes.isEmpty()) return;
    const qsizetype at = panes.indexOf(QApplication::focusWidget());
    const qsizetype next = at < 0 ? 0 : (at + direction + panes.size()) % panes.size();
    panes[next]->setFocus(direction > 0 ? Qt::TabFocusReason : Qt::BacktabFocusReason);
}

void MainWindow::showKeys() {
    if (help_->isVisible()) return help_->hide();
    std::vector<KeyHelp> window{{u"Ctrl+K  :"_s, tr("palette")},
                                {u"/"_s, tr("filter")},
                                {u"Esc"_s, tr("one level back")},
                                {u"[  ]"_s, tr("earlier, later range")},
                                {u"-  +"_s, tr("longer, shorter range")},
                                {u"Alt+Left"_s, tr("screen before")},
                                {u"F5"_s, tr("refresh")},
                                {u"Ctrl+E"_s, tr("export this view")},
                                {u"Ctrl+Z"_s, tr("undo")},
                                {u"Ctrl+B"_s, tr("collapse navigation")},
                                {u"Alt+T"_s, tr("chart as table")},
                                {u"F6  Shift+F6"_s, tr("next, previous pane")},
                                {u"j k"_s, tr("next, previous row")},
                                {u"e  Shift+E"_s, tr("next, previous problem")},
                                {u"F1  ?"_s, tr("these keys")}};
    for (const Entry& e : pages_)
        if (!e.keys.isEmpty()) window.push_back({e.keys, e.title});
    const Entry* e = entry(current_);
    const Page* page = currentAsPage();
    help_->open(e ? e->title : QString(), page ? page->keys() : std::vector<KeyHelp>{}, window);
}

void MainWindow::saveLayout() {
    store_.set(u"geometry"_s, saveGeometry());
    store_.set(u"rail/collapsed"_s, rail_->isCollapsed());
    store_.set(u"page"_s, current_);
    if (followsClock(range_->text())) store_.set(u"range"_s, range_->text()); // a past range is not a habit
    store_.set(u"palette/recents"_s, omnibox_->recents());
    for (const Entry& e : pages_)
        if (const auto* page = qobject_cast<const Page*>(e.widget))
            store_.set(u"page/"_s + e.id, page->saveLayout());
    store_.flush();
}

void MainWindow::restoreLayout() {
    const QByteArray geometry = store_.value(u"geometry"_s).toByteArray();
    if (!geometry.isEmpty()) restoreGeometry(geometry);
    rail_->setCollapsed(store_.value(u"rail/collapsed"_s).toBool());
    const QString range = store_.value(u"range"_s).toString();
    if (!range.isEmpty()) range_->setText(range);
    omnibox_->setRecents(store_.value(u"palette/recents"_s).toStringList());
    if (store_.value(u"theme"_s).isValid())
        Theme::current().setMode(
            static_cast<Theme::Mode>(std::clamp(store_.value(u"theme"_s).toInt(), 0, 2)));
}

void MainWindow::resetLayout() {
    store_.reset();
    rail_->setCollapsed(false);
    resize(usual);
    range_->setText(u"now-24h..now"_s);
    for (const Entry& e : pages_)
        if (auto* page = qobject_cast<Page*>(e.widget)) page->restoreLayout({});
}

} // namespace waypost::ui
