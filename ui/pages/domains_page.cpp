#include "ui/pages/domains_page.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/dialogs/prompts.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_area.h"
#include "ui/pages/domains_evidence.h"
#include "ui/pages/domains_finding.h"
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
    columns_->setStretchFactor(1, 1);
    columns_->setSizes({330, 880});
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
    listModel_ = new RowModel({{u"domain"_s, tr("Domain"), left, 128, false, false},
                               {u"state"_s, tr("Found"), left, 112, false, false},
                               {u"checked"_s, tr("Checked"), left, 70, false, false}},
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
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, space::s, 0);
    column->setSpacing(space::s);
    column->addLayout(entry);
    column->addWidget(refused_);
    column->addWidget(list_, 1);
    return side;
}

QWidget* DomainsPage::buildHead() {
    name_ = foreign::label({});
    name_->setFont(Theme::current().section());
    age_ = new AgeLabel;
    again_ = new QPushButton(icon(u"refresh"), tr("Check again"));
    forget_ = new QPushButton(tr("Stop watching…"));
    job_ = new JobRow;
    job_->hide();
    auto* head = new QWidget;
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::s);
    line->addWidget(name_);
    line->addWidget(age_);
    line->addStretch();
    line->addWidget(job_);
    line->addWidget(again_);
    line->addWidget(forget_);
    return head;
}

QWidget* DomainsPage::buildReport() {
    areas_ = new AreaTiles;
    findingModel_ = new RowModel({{u"severity"_s, tr("Severity"), left, 92, false, false},
                                  {u"seen"_s, tr("Finding"), left, 380, false, false},
                                  {u"subject"_s, tr("About"), left, 170, false, false}},
                                 this);
    findings_ = new DataTable;
    findings_->setAccessibleName(tr("Findings"));
    findings_->setRows(findingModel_);
    findings_->setSortingEnabled(false);
    findings_->setTextElideMode(Qt::ElideRight);
    findings_->horizontalHeader()->setStretchLastSection(false);
    findings_->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    findings_->setItemDelegateForColumn(0, new OutcomeDelegate(findings_));
    why_ = new FindingPanel;
    findingSplit_ = new QSplitter;
    findingSplit_->addWidget(findings_);
    findingSplit_->addWidget(why_);
    findingSplit_->setSizes({600, 340});
    findingSplit_->setChildrenCollapsible(false);
    historyModel_ = new RowModel({{u"first"_s, tr("First seen"), left, 130, false, false},
                                  {u"last"_s, tr("Last seen"), left, 130, false, false},
                                  {u"status"_s, tr("Status"), left, 90, false, false},
                                  {u"server"_s, tr("Server"), left, 140, false, false},
                                  {u"records"_s, tr("Records"), left, 500, true, false}},
                                 this);
    history_ = new DataTable;
    history_->setAccessibleName(tr("Recorded answers"));
    history_->setRows(historyModel_);
    history_->setSortingEnabled(false);
    historyOf_ = foreign::label({});
    historyOf_->setProperty("role", u"muted"_s);
    historyOf_->setWordWrap(true);
    auto* past = new QWidget;
    auto* pastColumn = new QVBoxLayout(past);
    pastColumn->setContentsMargins(0, space::xs, 0, 0);
    pastColumn->addWidget(historyOf_);
    pastColumn->addWidget(history_, 1);
    tabs_ = new QTabWidget;
    tabs_->setDocumentMode(true);
    tabs_->addTab(findingSplit_, tr("Findings"));
    tabs_->addTab(past, tr("History"));
    evidence_ = new DomainEvidence;
    halves_ = new QSplitter(Qt::Vertical);
    halves_->addWidget(tabs_);
    halves_->addWidget(evidence_);
    halves_->setSizes({270, 300});
    halves_->setChildrenCollapsible(false);
    auto* report = new QWidget;
    auto* column = new QVBoxLayout(report);
    column->setContentsMargins(space::s, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(areas_);
    column->addWidget(halves_, 1);
    return report;
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
    connect(areas_, &AreaTiles::areaChosen, this, [this](int area) { evidence_->showArea(area); });
    connect(findings_, &DataTable::rowCurrent, this, &DomainsPage::findingChosen);
    connect(evidence_, &DomainEvidence::answerShown, this, &DomainsPage::askHistory);
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
    return {{u"/"_s, tr("domain to inspect")}, {u"j k"_s, tr("next, previous domain or finding")}};
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
    if (!view_) return out;
    for (const engine::AreaView& area : view_->areas)
        if (area.id == "dkim" && !area.tree.empty())
            for (const engine::Node& part : area.tree.front().children)
                if (part.label == "selectors")
                    for (const engine::Node& selector : part.children) out.push_back(selector.label);
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
           << history_->saveLayout();
    return out;
}

void DomainsPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray columns, halves, split, evidence, list, findings, history;
    stream >> columns >> halves >> split >> evidence >> list >> findings >> history;
    if (stream.status() != QDataStream::Ok) return;
    columns_->restoreState(columns);
    halves_->restoreState(halves);
    findingSplit_->restoreState(split);
    evidence_->restoreState(evidence);
    list_->restoreLayout(list);
    findings_->restoreLayout(findings);
    history_->restoreLayout(history);
}

} // namespace waypost::ui
