#include "ui/pages/settings_page.h"

#include "ui/pages/page_values.h"
#include "ui/pages/settings_routes.h"
#include "ui/pages/settings_streams.h"
#include "ui/pages/settings_values.h"
#include "ui/theme/tokens.h"
#include "ui/widgets/empty_state.h"

#include <QLineEdit>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

SettingsPage::SettingsPage(EngineBridge& bridge, QWidget* parent)
    : Page(parent), bridge_(bridge), search_(new QLineEdit), body_(new QStackedWidget), tabs_(new QTabWidget),
      values_(new SettingsValues(bridge)), routes_(new SettingsRoutes(bridge)),
      streams_(new SettingsStreams(bridge)), empty_(new EmptyState) {
    search_->setPlaceholderText(tr("Search settings, routes and stream rules"));
    search_->setClearButtonEnabled(true);
    search_->setAccessibleName(tr("Search the settings"));
    tabs_->setDocumentMode(true);
    tabs_->addTab(values_, tr("Settings"));
    tabs_->addTab(routes_, tr("Routes"));
    tabs_->addTab(streams_, tr("Streams"));
    body_->addWidget(tabs_);
    body_->addWidget(empty_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->setSpacing(space::s);
    column->addWidget(search_);
    column->addWidget(body_, 1);
    connect(search_, &QLineEdit::textChanged, this, &SettingsPage::look);
    connect(tabs_, &QTabWidget::currentChanged, this, &Page::crumbsChanged);
    connect(empty_, &EmptyState::actionClicked, this, [this] {
        if (empty_->kind() == EmptyState::Kind::NothingMatched) return search_->clear();
        refresh();
    });
    connect(values_, &SettingsValues::undoOffered, this, &Page::undoOffered);
    connect(routes_, &SettingsRoutes::undoOffered, this, &Page::undoOffered);
    connect(streams_, &SettingsStreams::undoOffered, this, &Page::undoOffered);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what == "settings"_L1 && isVisible()) refresh();
    });
}

QStringList SettingsPage::crumbs() const {
    return tabs_->currentIndex() == 0 ? QStringList() : QStringList{tabs_->tabText(tabs_->currentIndex())};
}

std::vector<KeyHelp> SettingsPage::keys() const {
    return {{u"/"_s, tr("search")}};
}

bool SettingsPage::showsContent() const {
    return body_->currentWidget() == tabs_;
}

void SettingsPage::focusFilter() {
    search_->setFocus();
    search_->selectAll();
}

void SettingsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    refresh();
}

void SettingsPage::open(const QString& object) {
    const QStringList names{u"values"_s, u"routes"_s, u"streams"_s};
    if (names.contains(object))
        tabs_->setCurrentIndex(static_cast<int>(names.indexOf(object)));
    else if (!object.isEmpty())
        search_->setText(object);
}

void SettingsPage::refresh() {
    bridge_.ask(engine::SettingsQuery{}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::Settings>(
            s,
            [this](const engine::Settings& all) {
                values_->setSettings(all.settings);
                routes_->setRoutes(all.routes);
                streams_->setRules(all.streams);
                look();
            },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The settings could not be read"),
                            qstr(e.text), tr("Try again"));
                body_->setCurrentWidget(empty_);
            });
        Q_EMIT shown();
    });
}

// The tab in front stays unless only another one has a match.
void SettingsPage::look() {
    const QString words = search_->text();
    const int found[] = {values_->search(words), routes_->search(words), streams_->search(words)};
    if (!words.trimmed().isEmpty()) {
        if (found[0] + found[1] + found[2] == 0) {
            empty_->set(EmptyState::Kind::NothingMatched, tr("No setting has these words"),
                        tr("Keys, titles, values and explanations were searched."), tr("Clear the search"));
            body_->setCurrentWidget(empty_);
            return;
        }
        for (int i = 0; i < 3 && found[tabs_->currentIndex()] == 0; ++i)
            if (found[i] > 0) tabs_->setCurrentIndex(i);
    }
    body_->setCurrentWidget(tabs_);
}

} // namespace waypost::ui
