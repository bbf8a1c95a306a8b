// "Plan change": a draft of the SPF record, what it would cost, and who would gain or lose a pass.
#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_spf.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr int lookupLimit = 10, voidLimit = 2;
const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;

QString shellQuoted(QString text) {
    return u'\'' + text.replace(u'\'', u"'\\''"_s) + u'\'';
}

QPushButton* copyButton(const QString& title) {
    auto* button = new QPushButton(icon(u"copy"), title);
    button->setProperty("link", true);
    return button;
}

QPlainTextEdit* recordBox(const QString& name, int lines) {
    auto* box = new QPlainTextEdit;
    box->setAccessibleName(name);
    box->setTabChangesFocus(true);
    box->setFont(Theme::current().mono());
    box->setFixedHeight(QFontMetrics(Theme::current().mono()).lineSpacing() * lines + 18);
    return box;
}

Cell resultCell(const std::string& result) {
    Cell out;
    out.text = qstr(result);
    out.state = markOf(spfState(result));
    return out;
}

Cell effectCell(const engine::SpfTrialRow& r) {
    const bool now = r.now == "pass", then = r.then == "pass";
    Cell out;
    out.text = now == then ? r.now == r.then ? SpfDraftPane::tr("same") : SpfDraftPane::tr("changes")
               : then ? SpfDraftPane::tr("gains a pass")
                           : SpfDraftPane::tr("loses its pass");
    if (now != then) out.state = then ? Outcome::Accepted : Outcome::Bounced;
    return out;
}

} // namespace

SpfDraftPane::SpfDraftPane(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), split_(new QSplitter(Qt::Vertical)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildEditor());
    column->addWidget(buildResult(), 1);
    connect(try_, &QPushButton::clicked, this, &SpfDraftPane::tryDraft);
    connect(
        new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return), box_, nullptr, nullptr, Qt::WidgetShortcut),
        &QShortcut::activated, this, &SpfDraftPane::tryDraft);
    connect(reset_, &QPushButton::clicked, this, [this] { box_->setPlainText(published_); });
    connect(copy_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(box_->toPlainText().simplified()); });
    connect(copyCli_, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(u"waypost-cli spf draft "_s + qstr(domain_) + u" --record "_s +
                                           shellQuoted(box_->toPlainText().simplified()));
    });
    connect(copyFlat_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(flat_->toPlainText()); });
    connect(wait_, &WaitLine::stopped, this, [this] { ++question_; });
    connect(tree_->tree(), &DetailTree::answerChosen, this, [this](int answer) {
        if (answers_) Q_EMIT foreignAnswerChosen(answers_, answer);
    });
}

QWidget* SpfDraftPane::buildEditor() {
    box_ = recordBox(tr("Draft of the SPF record"), 3);
    box_->setPlaceholderText(tr("v=spf1 … -all"));
    try_ = new QPushButton(tr("Try draft"));
    try_->setProperty("primary", true);
    try_->setToolTip(tr("Ctrl+Return: nothing is published"));
    reset_ = new QPushButton(tr("Published record"));
    reset_->setToolTip(tr("Put the published record back into the box"));
    copy_ = copyButton(tr("Copy record"));
    copyCli_ = copyButton(tr("Copy as waypost-cli"));
    budget_ = foreign::label(tr("Edit the record and try it: nothing is published."));
    // A long sentence must not set how narrow the window can be.
    budget_->setWordWrap(true);
    budget_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    problems_ = foreign::label({});
    problems_->setWordWrap(true);
    problems_->hide();
    wait_ = new WaitLine;
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(try_);
    line->addWidget(reset_);
    line->addWidget(budget_, 1);
    line->addWidget(copy_);
    line->addWidget(copyCli_);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(box_);
    column->addLayout(line);
    column->addWidget(problems_);
    column->addWidget(wait_);
    box->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    return box;
}

QWidget* SpfDraftPane::buildResult() {
    effectModel_ = new RowModel({{u"ip"_s, tr("Address"), left, 120, false, false},
                                 {u"now"_s, tr("Now"), left, 90, false, false},
                                 {u"then"_s, tr("With draft"), left, 90, false, false},
                                 {u"effect"_s, tr("Effect"), left, 114, false, false},
                                 {u"source"_s, tr("Known from"), left, 90, false, false}},
                                this);
    effects_ = new DataTable;
    effects_->setAccessibleName(tr("Effect on known sending addresses"));
    effects_->setRows(effectModel_);
    effects_->setSortingEnabled(false);
    for (const int column : {1, 2, 3})
        effects_->setItemDelegateForColumn(column, new OutcomeDelegate(effects_));
    tree_ = new DetailPane(tr("Draft"), {{tr("Term of the draft"), 300}, {tr("Cost and remarks"), 360}}, 0);
    flat_ = recordBox(tr("Flattened record"), 4);
    flat_->setReadOnly(true);
    flat_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
    price_ = foreign::label(
        tr("Try a draft to see it with every include replaced by addresses, and what that costs."));
    price_->setWordWrap(true);
    copyFlat_ = copyButton(tr("Copy flattened record"));
    copyFlat_->setEnabled(false);
    auto* flat = new QWidget;
    auto* column = new QVBoxLayout(flat);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(price_);
    column->addWidget(flat_);
    column->addWidget(copyFlat_, 0, Qt::AlignLeft);
    column->addStretch();
    auto* tabs = new QTabWidget;
    tabs->setDocumentMode(true);
    tabs->addTab(tree_, tr("Terms of the draft"));
    tabs->addTab(flat, tr("Flattened"));
    split_->setOrientation(Qt::Horizontal);
    split_->addWidget(effects_);
    split_->addWidget(tabs);
    split_->setSizes({540, 440});
    split_->setChildrenCollapsible(false);
    return split_;
}

void SpfDraftPane::setView(const DomainViewPtr& view, const QString& published) {
    const std::string domain = view ? view->name : std::string();
    const bool untouched = box_->toPlainText().isEmpty() || box_->toPlainText() == published_;
    const bool other = domain != domain_;
    domain_ = domain;
    published_ = published;
    if (other || untouched) box_->setPlainText(published);
    if (!other) return;
    ++question_;
    wait_->end();
    answers_.reset();
    budget_->setText(tr("Edit the record and try it: nothing is published."));
    problems_->hide();
    flat_->clear();
    copyFlat_->setEnabled(false);
    price_->setText(
        tr("Try a draft to see it with every include replaced by addresses, and what that costs."));
    fillEffects({});
    tree_->showEmpty(static_cast<int>(EmptyState::Kind::NotSetUp), tr("No draft was tried yet"),
                     tr("The terms of the draft stand here with what each costs."));
}

void SpfDraftPane::tryDraft() {
    const QString draft = box_->toPlainText().simplified();
    problems_->setVisible(draft.isEmpty());
    if (draft.isEmpty())
        return problems_->setText(
            stateText(engine::State::Error, tr("The draft is empty. A record begins with v=spf1.")));
    const quint64 question = ++question_;
    wait_->begin(tr("Trying the draft on the known sending addresses…"));
    bridge_.ask(engine::SpfTrialQuery{domain_, draft.toStdString(), {}, {}, {}}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    wait_->end();
                    take<engine::SpfTrial>(
                        snapshot, [this](const engine::SpfTrial& t) { show(t); },
                        [this](const Error& e) {
                            problems_->setText(
                                stateText(engine::State::Error, foreign::printable(qstr(e.describe()))));
                            problems_->show();
                        });
                    Q_EMIT shown();
                });
}

void SpfDraftPane::showBudget(const engine::SpfTrial& t) {
    const bool broken = !t.problems.empty();
    if (broken) {
        budget_->setText(stateText(engine::State::Error, tr("Receivers would answer permerror")));
    } else {
        const bool over = t.lookupsThen > lookupLimit || t.voidsThen > voidLimit;
        const QString room = t.lookupsThen > lookupLimit ? tr("%1 too many").arg(t.lookupsThen - lookupLimit)
                                                         : tr("headroom %1").arg(lookupLimit - t.lookupsThen);
        budget_->setText(stateText(over ? engine::State::Error : engine::State::Ok,
                                   tr("%1 of 10 lookups (now %2), %3 of 2 void (now %4), %5")
                                       .arg(t.lookupsThen)
                                       .arg(t.lookupsNow)
                                       .arg(t.voidsThen)
                                       .arg(t.voidsNow)
                                       .arg(room)));
    }
    QStringList lines;
    for (const std::string& p : t.problems)
        lines << stateText(engine::State::Error, foreign::printable(qstr(p)));
    problems_->setText(lines.join(u'\n'));
    problems_->setVisible(broken);
}

void SpfDraftPane::fillEffects(const engine::SpfTrial& trial) {
    std::vector<Row> rows;
    rows.reserve(trial.rows.size());
    for (const engine::SpfTrialRow& r : trial.rows)
        rows.push_back({qstr(r.ip),
                        {Cell{qstr(r.ip), {}, {}, {}, {}, {}}, resultCell(r.now), resultCell(r.then),
                         effectCell(r), Cell{qstr(r.source), {}, {}, {}, {}, {}}}});
    // Whom the change concerns stands first.
    std::vector<Row> sorted;
    for (const bool concerned : {true, false})
        for (const Row& r : rows)
            if (r.cells[3].state.has_value() == concerned) sorted.push_back(r);
    rows = std::move(sorted);
    effectModel_->onFetch(
        [this, rows = std::move(rows)](const PageAsk& ask) { effectModel_->page(ask.ticket, rows, false); });
    effectModel_->ask();
}

void SpfDraftPane::show(const engine::SpfTrial& t) {
    showBudget(t);
    fillEffects(t);
    answers_ = std::make_shared<const std::vector<engine::AnswerView>>(t.answers);
    engine::DetailTable table;
    table.rows = nodeRows(t.draftTree);
    table.absent = "The draft has no terms that could be read.";
    table.state = engine::State::Absent;
    tree_->show(&table);
    flat_->setPlainText(qstr(t.flattened));
    copyFlat_->setEnabled(!t.flattened.empty());
    price_->setText(foreign::printable(t.flattened.empty()
                                           ? tr("Cannot be flattened: %1").arg(qstr(t.flattenedPrice))
                                           : qstr(t.flattenedPrice)));
}

QString SpfDraftPane::budget() const {
    return budget_->text();
}

QString SpfDraftPane::problems() const {
    return problems_->isHidden() ? QString() : problems_->text();
}

QByteArray SpfDraftPane::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << split_->saveState() << effects_->saveLayout() << tree_->tree()->saveLayout();
    return out;
}

void SpfDraftPane::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split, effects, tree;
    stream >> split >> effects >> tree;
    if (stream.status() != QDataStream::Ok) return;
    split_->restoreState(split);
    effects_->restoreLayout(effects);
    tree_->tree()->restoreLayout(tree);
}

} // namespace waypost::ui
