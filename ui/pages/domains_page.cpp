#include "ui/pages/domains_page.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_area.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/domains_finding.h"
#include "ui/pages/domains_tab.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/job_row.h"

#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int ageEveryMs = 15'000;
const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
} // namespace

DomainsPage::DomainsPage(EngineBridge& bridge, QWidget* parent) : Page(parent), bridge_(bridge) {
    columns_ = new QSplitter;
    columns_->addWidget(buildList());
    body_ = new QStackedWidget;
    reading_ = new QLabel(tr("Reading the stored inspections…"));
    reading_->setProperty("role", u"muted"_s);
    reading_->setAlignment(Qt::AlignCenter);
    empty_ = new EmptyState;
    report_ = buildReport();
    body_->addWidget(reading_);
    body_->addWidget(report_);
    body_->addWidget(empty_);
    columns_->addWidget(body_);
    columns_->setStretchFactor(0, 0);
    columns_->setStretchFactor(1, 1);
    columns_->setSizes({345, 895});
    columns_->setChildrenCollapsible(false);
    auto* row = new QVBoxLayout(this);
    row->setContentsMargins(space::l, 0, space::m, space::s);
    row->addWidget(columns_);
    setFocusProxy(list_);
    connectParts();
    askList();
}

QWidget* DomainsPage::buildList() {
    add_ = new QLineEdit;
    add_->setPlaceholderText(tr("example.org [selector …]"));
    add_->setAccessibleName(tr("Domain to inspect"));
    add_->setToolTip(tr("A domain, then DKIM selectors to look at when they are known"));
    add_->addAction(icon(u"search"), QLineEdit::LeadingPosition);
    inspect_ = new QPushButton(tr("Inspect"));
    refused_ = foreign::label({});
    refused_->setWordWrap(true);
    refused_->setProperty("role", u"error"_s);
    refused_->hide();
    listModel_ = new RowModel({{u"domain"_s, tr("Domain"), left, 110, false, false},
                               {u"state"_s, tr("Found"), left, 114, false, false},
                               {u"checked"_s, tr("Checked"), left, 80, false, false}},
                              this);
    list_ = new DataTable;
    list_->setAccessibleName(tr("Watched domains"));
    list_->setRows(listModel_);
    list_->setSortingEnabled(false);
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    list_->setItemDelegateForColumn(1, new OutcomeDelegate(list_));
    auto* entry = new QHBoxLayout;
    entry->setSpacing(space::s);
    entry->addWidget(add_, 1);
    entry->addWidget(inspect_);
    list_->horizontalHeader()->setStretchLastSection(false);
    list_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    auto* side = new QWidget;
    side->setMinimumWidth(252);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, space::s, 0);
    column->setSpacing(space::s);
    column->addLayout(entry);
    column->addWidget(refused_);
    column->addWidget(list_, 1);
    return side;
}

void DomainsPage::connectParts() {
    const auto typed = [this] { inspect(add_->text()); };
    connect(add_, &QLineEdit::returnPressed, this, typed);
    connect(inspect_, &QPushButton::clicked, this, typed);
    connect(add_, &QLineEdit::textEdited, refused_, &QWidget::hide);
    connect(list_, &DataTable::rowCurrent, this, [this](const QString& name) {
        if (!filling_) open(name);
    });
    connect(again_, &QPushButton::clicked, this, &DomainsPage::checkAgain);
    connect(forget_, &QPushButton::clicked, this, &DomainsPage::forget);
    connectTabs();
    connect(job_, &JobRow::cancelAsked, this,
            [this](const QString& id) { bridge_.run(engine::CancelJob{id.toStdString()}, this, {}); });
    connect(empty_, &EmptyState::actionClicked, this, [this] {
        if (empty_->kind() == EmptyState::Kind::NotSetUp && current_.isEmpty()) return add_->setFocus();
        checkAgain();
    });
    connect(&ages_, &QTimer::timeout, this, [this] { showList(engine::Domains(domains_)); });
    ages_.start(ageEveryMs);
    connect(&bridge_, &EngineBridge::jobChanged, this, &DomainsPage::jobChanged);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what, const QString& object) {
        if (what != "domains"_L1) return;
        askList();
        if (object.isEmpty() || object == current_) askReport();
    });
}

QStringList DomainsPage::crumbs() const {
    return current_.isEmpty() ? QStringList() : QStringList{current_};
}

std::vector<KeyHelp> DomainsPage::keys() const {
    return {{u"/"_s, tr("domain to inspect")},
            {u"j k"_s, tr("next, previous row")},
            {u"n p"_s, tr("next, previous difference")},
            {u"e Shift+E"_s, tr("next, previous problem")},
            {u"Ctrl+Return"_s, tr("try the SPF draft")},
            {u"Ctrl+Tab"_s, tr("next tab")},
            {u"Esc"_s, tr("from an older report back to now")}};
}

void DomainsPage::focusFilter() {
    add_->setFocus(Qt::ShortcutFocusReason);
    add_->selectAll();
}

void DomainsPage::refresh() {
    askList();
    askReport();
}

void DomainsPage::say(const QString& sentence) {
    refused_->setText(outcomeGlyph(Outcome::Bounced) + u' ' + foreign::printable(sentence));
    refused_->show();
}

void DomainsPage::inspect(const QString& typed) {
    const QStringList words = typed.simplified().split(u' ', Qt::SkipEmptyParts);
    if (words.isEmpty()) return say(tr("Type a domain name, for example example.org."));
    engine::InspectDomain command;
    command.name = words.front().toLower().toStdString();
    for (const QString& selector : words.mid(1)) command.selectors.push_back(selector.toStdString());
    const QString name = words.front().toLower();
    bridge_.run(std::move(command), this, [this, name](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot,
            [&](const engine::Done&) {
                refused_->hide();
                add_->clear();
                askList();
                open(name);
            },
            [&](const Error& e) { say(qstr(e.describe())); });
    });
}

void DomainsPage::checkAgain() {
    if (current_.isEmpty()) return;
    engine::InspectDomain command{current_.toStdString(), knownSelectors()};
    bridge_.run(std::move(command), this, [this](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot, [](const engine::Done&) {}, [this](const Error& e) { say(qstr(e.describe())); });
    });
}

// A new look at a domain must not lose the selectors the last one knew.
std::vector<std::string> DomainsPage::knownSelectors() const {
    std::vector<std::string> out;
    if (const engine::DetailTable* keys = detail(view_, "dkim"))
        for (const engine::DetailRow& row : keys->rows)
            if (std::find(out.begin(), out.end(), row.cells.front()) == out.end())
                out.push_back(row.cells.front());
    return out;
}

void DomainsPage::forget() {
    Confirmation what;
    what.title = tr("Stop watching %1").arg(current_);
    what.text = tr("The domain leaves the list and its inspections are deleted. Recorded DNS answers stay.");
    what.button = tr("Stop watching %1").arg(current_);
    what.destructive = true;
    if (!prompts().confirm(this, what)) return;
    bridge_.run(engine::ForgetDomain{current_.toStdString()}, this, [this](const engine::Snapshot& snapshot) {
        take<engine::Done>(
            snapshot,
            [this](const engine::Done&) {
                current_.clear();
                view_.reset();
                askList();
            },
            [this](const Error& e) { say(qstr(e.describe())); });
    });
}

void DomainsPage::open(const QString& domain) {
    if (domain == current_ && view_) return;
    current_ = domain;
    view_.reset();
    asOf_.reset();
    rejudged_ = false;
    lastFailure_.clear();
    const int row = listModel_->rowOf(domain);
    filling_ = true;
    if (row >= 0 && list_->currentKey() != domain) list_->selectRow(row);
    filling_ = false;
    askReport();
    Q_EMIT crumbsChanged();
}

QByteArray DomainsPage::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << columns_->saveState() << halves_->saveState() << findingSplit_->saveState()
           << evidence_->saveState() << list_->saveLayout() << findings_->saveLayout()
           << tabs_->currentIndex();
    for (const DomainTab* part : parts_) stream << part->saveLayout();
    return out;
}

void DomainsPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray columns, halves, split, evidence, list, findings;
    int tab = 0;
    stream >> columns >> halves >> split >> evidence >> list >> findings >> tab;
    if (stream.status() != QDataStream::Ok) return;
    columns_->restoreState(columns);
    halves_->restoreState(halves);
    findingSplit_->restoreState(split);
    evidence_->restoreState(evidence);
    list_->restoreLayout(list);
    findings_->restoreLayout(findings);
    for (DomainTab* part : parts_) {
        QByteArray one;
        stream >> one;
        if (stream.status() == QDataStream::Ok) part->restoreLayout(one);
    }
    tabs_->setCurrentIndex(std::clamp(tab, 0, tabs_->count() - 1));
}

} // namespace waypost::ui
