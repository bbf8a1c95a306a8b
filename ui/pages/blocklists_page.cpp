#include "ui/pages/blocklists_page.h"

#include "ui/pages/blocklists_matrix.h"
#include "ui/pages/blocklists_tables.h"
#include "ui/pages/job_banner.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QStackedWidget>
#include <QTabWidget>

using namespace Qt::StringLiterals;

namespace waypost::ui {

BlocklistsPage::BlocklistsPage(EngineBridge& bridge, QWidget* parent)
    : Page(parent), bridge_(bridge), banner_(new JobBanner(bridge)), tabs_(new QTabWidget),
      matrix_(new BlocklistsMatrix(bridge)), impact_(new BlocklistsImpact(bridge)),
      changes_(new BlocklistsChanges(bridge)), catalogue_(new BlocklistsCatalogue(bridge)),
      body_(new QStackedWidget), empty_(new EmptyState) {
    body_->addWidget(matrix_);
    body_->addWidget(empty_);
    tabs_->setDocumentMode(true);
    tabs_->addTab(body_, tr("Matrix"));
    tabs_->addTab(impact_, tr("Cost"));
    tabs_->addTab(changes_, tr("Changes"));
    tabs_->addTab(catalogue_, tr("Lists"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, 0, space::m, space::s);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(banner_);
    column->addWidget(tabs_, 1);
    connectParts();
}

QWidget* BlocklistsPage::buildHead() {
    summary_ = foreign::label({});
    summary_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    add_ = new QLineEdit;
    add_->setPlaceholderText(tr("Watch: address, range or domain"));
    add_->setAccessibleName(tr("Address, range or domain to watch"));
    add_->setMinimumWidth(250);
    add_->setMaxLength(4000);
    ours_ = new QPushButton(icon(u"plus"), tr("Watch what is ours"));
    ours_->setToolTip(
        tr("Adds the sending addresses and sender domains of stored events, and the watched domains"));
    check_ = new QPushButton(icon(u"refresh"), tr("Check now"));
    check_->setProperty("primary", true);
    auto* head = new QWidget;
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::s);
    line->addWidget(summary_, 1);
    line->addWidget(add_);
    line->addWidget(ours_);
    line->addWidget(check_);
    return head;
}

void BlocklistsPage::connectParts() {
    connect(add_, &QLineEdit::returnPressed, this, [this] { watch(add_->text()); });
    connect(ours_, &QPushButton::clicked, this, [this] { run(engine::WatchOurs{}); });
    connect(check_, &QPushButton::clicked, this, &BlocklistsPage::checkNow);
    connect(empty_, &EmptyState::actionClicked, this, [this] {
        if (empty_->kind() == EmptyState::Kind::CouldNotLook)
            refresh();
        else
            run(engine::WatchOurs{});
    });
    connect(banner_, &JobBanner::ended, this, &BlocklistsPage::refresh);
    connect(tabs_, &QTabWidget::currentChanged, this, &BlocklistsPage::tabChosen);
    // The replies that hold the list's zone: what a receiver quotes is text.
    const auto replies = [this](const QString& list) {
        Q_EMIT openRequested(u"delivery"_s, u"text:\""_s + zones_.value(list, list) + u'"');
    };
    connect(matrix_, &BlocklistsMatrix::repliesAsked, this, replies);
    connect(impact_, &BlocklistsImpact::repliesAsked, this, replies);
    connect(matrix_, &BlocklistsMatrix::againAsked, this, [this](const QString& target, const QString& list) {
        banner_->run(engine::SweepBlocklists{{target.toStdString()}, {list.toStdString()}, true});
    });
    connect(matrix_, &BlocklistsMatrix::unwatchAsked, this,
            [this](const QString& target) { run(engine::UnwatchTargets{{target.toStdString()}}); });
    connect(changes_, &BlocklistsChanges::cellAsked, this,
            [this](const QString& target, const QString& list) {
                tabs_->setCurrentIndex(Matrix);
                matrix_->choose(target, list);
            });
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what, const QString&) {
        if (what == "blocklists"_L1 && isVisible()) refresh();
    });
}

std::vector<KeyHelp> BlocklistsPage::keys() const {
    return {{u"arrows"_s, tr("move over the cells; the cell is explained below")},
            {u"/"_s, tr("find a target")}};
}

void BlocklistsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    refresh();
}

void BlocklistsPage::focusFilter() {
    tabs_->setCurrentIndex(Matrix);
    matrix_->focusFilter();
}

QByteArray BlocklistsPage::saveLayout() const {
    return matrix_->saveLayout();
}

void BlocklistsPage::restoreLayout(const QByteArray& state) {
    matrix_->restoreLayout(state);
}

void BlocklistsPage::open(const QString& object) {
    wanted_ = object;
    tabs_->setCurrentIndex(Matrix);
    refresh();
}

QString BlocklistsPage::summary() const {
    return summary_->text();
}

bool BlocklistsPage::showsMatrix() const {
    return body_->currentIndex() == 0;
}

void BlocklistsPage::refresh() {
    bridge_.ask(engine::BlocklistQuery{impactDays}, this, [this](const engine::Snapshot& s) {
        ui::take<engine::BlocklistMatrix>(
            s, [this](const engine::BlocklistMatrix& m) { take(m); },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The listings could not be read"),
                            qstr(e.text), tr("Try again"));
                body_->setCurrentIndex(1);
            });
        Q_EMIT shown();
    });
    tabChosen(tabs_->currentIndex());
}

void BlocklistsPage::tabChosen(int tab) {
    if (tab == Impact) impact_->ask(impactDays);
    if (tab == Changes) changes_->ask();
    if (tab == Catalogue) catalogue_->ask();
}

void BlocklistsPage::take(const engine::BlocklistMatrix& m) {
    for (const engine::ListColumn& l : m.lists) zones_.insert(qstr(l.id), qstr(l.zone));
    qint64 addresses = 0;
    for (const engine::WatchedTarget& t : m.targets)
        addresses += t.kind == "ipv4" || t.kind == "ipv6" ? 1 : 0;
    QStringList parts{tr("Watched: %1, %2")
                          .arg(counted(addresses, tr("1 address"), tr("%1 addresses")),
                               counted(qint64(m.targets.size()) - addresses, tr("1 name"), tr("%1 names"))),
                      tr("lists: %1 on").arg(m.on)};
    if (m.refusedUs > 0) parts << tr("%1 refused us").arg(m.refusedUs);
    if (m.unhealthy > 0) parts << tr("%1 unhealthy").arg(m.unhealthy);
    if (m.needKey > 0) parts << counted(m.needKey, tr("1 needs a key"), tr("%1 need a key"));
    parts << (m.swept.ms > 0 ? tr("checked %1").arg(ageText(m.swept.ms, QDateTime::currentMSecsSinceEpoch()))
                             : tr("never checked"));
    summary_->setText(parts.join(u" · "_s));
    summary_->setToolTip(summary_->text());
    check_->setEnabled(!m.targets.empty());
    if (m.targets.empty()) {
        empty_->set(EmptyState::Kind::NotSetUp, tr("Nothing is watched yet"),
                    tr("Type an address, a range such as 203.0.113.0/28 or a domain above, or take what the "
                       "workspace "
                       "knows is ours. Lists are asked only when you check, through your own resolver."),
                    tr("Watch what is ours"));
        return body_->setCurrentIndex(1);
    }
    matrix_->set(std::make_shared<const engine::BlocklistMatrix>(m), impactDays);
    body_->setCurrentIndex(0);
    if (wanted_.isEmpty()) return;
    const QStringList words = std::exchange(wanted_, {}).split(u' ', Qt::SkipEmptyParts);
    matrix_->choose(words.value(0), words.value(1));
}

void BlocklistsPage::watch(const QString& typed) {
    static const QRegularExpression between(u"[\\s,;]+"_s);
    engine::WatchTargets command;
    for (const QString& word : typed.split(between, Qt::SkipEmptyParts))
        command.targets.push_back(word.toStdString());
    if (!command.targets.empty()) run(std::move(command));
}

void BlocklistsPage::run(engine::Command command) {
    bridge_.run(std::move(command), this, [this](const engine::Snapshot& s) {
        if (const Error* e = std::get_if<Error>(&s))
            return banner_->say(foreign::printable(qstr(e->text)), true);
        add_->clear();
        refresh();
    });
}

void BlocklistsPage::checkNow() {
    banner_->run(engine::SweepBlocklists{});
}

} // namespace waypost::ui
