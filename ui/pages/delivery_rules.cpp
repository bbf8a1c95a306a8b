#include "ui/pages/delivery_rules.h"

#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/pages/rule_editor.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;

Cell plain(const QString& text) {
    Cell c;
    c.text = text;
    return c;
}

Cell categoryCell(const std::string& category) {
    Cell c = plain(delivery::categoryWord(category));
    const auto known = reply::categoryFromName(category);
    c.state = known ? markOf(reply::outcomeOf(*known)) : Outcome::Unknown;
    return c;
}

std::vector<Column> ruleColumns() {
    return {{u"rule"_s, DeliveryRules::tr("Rule"), left, 210, false, false},
            {u"from"_s, DeliveryRules::tr("From"), left, 64, false, false},
            {u"provider"_s, DeliveryRules::tr("Provider"), left, 90, false, false},
            {u"category"_s, DeliveryRules::tr("Category"), left, 160, false, false},
            {u"pattern"_s, DeliveryRules::tr("Pattern"), left, 160, true, false}};
}

// The vocabularies' columns are titled once their names are known: RowModel's columns do not change.
std::vector<Column> crosswalkColumns() {
    return {{u"category"_s, DeliveryRules::tr("Category"), left, 180, false, false},
            {u"rfc3463"_s, u"RFC 3463"_s, left, 120, false, false},
            {u"powermta"_s, u"PowerMTA"_s, left, 130, false, false},
            {u"kumomta"_s, u"KumoMTA"_s, left, 130, false, false},
            {u"sparkpost"_s, u"SparkPost"_s, left, 130, false, false},
            {u"sisimai"_s, u"Sisimai"_s, left, 120, false, false},
            {u"disagreement"_s, DeliveryRules::tr("Where they part"), left, 220, false, false}};
}

DataTable* tableOf(RowModel* model, const QString& name) {
    auto* table = new DataTable;
    table->setAccessibleName(name);
    table->setRows(model);
    table->setSortingEnabled(false);
    table->setCompact(true);
    table->setTextElideMode(Qt::ElideRight);
    return table;
}

bool contains(const engine::RuleView& r, const QString& words) {
    for (const std::string* text :
         {&r.id, &r.provider, &r.category, &r.pattern, &r.source, &r.code, &r.enhanced})
        if (qstr(*text).contains(words, Qt::CaseInsensitive)) return true;
    return false;
}

} // namespace

DeliveryRules::DeliveryRules(EngineBridge& bridge, QWidget* parent) : DeliveryTab(bridge, parent) {
    editor_ = new RuleEditor(bridge_);
    crosswalkModel_ = new RowModel(crosswalkColumns(), this);
    crosswalk_ = tableOf(crosswalkModel_, tr("The same reply in other vocabularies"));
    crosswalk_->setItemDelegateForColumn(0, new OutcomeDelegate(crosswalk_));
    right_ = new QTabWidget;
    right_->setDocumentMode(true);
    right_->addTab(editor_, tr("Editor"));
    right_->addTab(crosswalk_, tr("Crosswalk"));
    split_ = new QSplitter;
    split_->addWidget(buildList());
    split_->addWidget(right_);
    split_->setSizes({560, 640});
    split_->setChildrenCollapsible(false);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, space::s, 0, 0);
    column->addWidget(split_);
    setContent(content);
    connect(find_, &QLineEdit::textChanged, this, &DeliveryRules::fill);
    connect(table_, &DataTable::rowCurrent, this, &DeliveryRules::open);
    connect(editor_, &RuleEditor::saveAsked, this, &DeliveryRules::saveAsked);
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what == "rules"_L1) refresh();
    });
}

QWidget* DeliveryRules::buildList() {
    model_ = new RowModel(ruleColumns(), this);
    table_ = tableOf(model_, tr("Rules in force"));
    table_->setItemDelegateForColumn(3, new OutcomeDelegate(table_));
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        const QString words = find_->text().trimmed();
        for (const engine::RuleView& r : rules_.rules)
            if (words.isEmpty() || contains(r, words))
                rows.push_back(
                    {qstr(r.id),
                     {plain(qstr(r.id)), plain(r.own ? tr("own") : tr("shipped")),
                      plain(r.provider.empty() ? tr("any") : qstr(r.provider)), categoryCell(r.category),
                      plain(r.pattern.empty() ? tr("codes alone") : qstr(r.pattern))}});
        model_->page(ask.ticket, std::move(rows), false);
    });
    find_ = new QLineEdit;
    find_->setAccessibleName(tr("Find a rule"));
    find_->setPlaceholderText(tr("Find a rule: id, provider, category, words of the pattern"));
    find_->setClearButtonEnabled(true);
    summary_ = foreign::label({});
    summary_->setProperty("role", u"muted"_s);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, space::s, 0);
    column->setSpacing(space::s);
    column->addWidget(find_);
    column->addWidget(table_, 1);
    column->addWidget(summary_);
    return box;
}

std::vector<KeyHelp> DeliveryRules::keys() const {
    return {{u"j k"_s, tr("next, previous rule")}};
}

void DeliveryRules::ask() {
    const quint64 question = ++question_;
    bridge_.ask(engine::RulesQuery{}, this, [this, question](const engine::Snapshot& snapshot) {
        if (question != question_) return;
        take<engine::Rules>(
            snapshot, [this](const engine::Rules& r) { show(r); }, [this](const Error& e) { showFailed(e); });
        Q_EMIT shown();
    });
    askCrosswalk();
}

void DeliveryRules::askCrosswalk() {
    bridge_.ask(engine::CrosswalkQuery{}, this, [this](const engine::Snapshot& snapshot) {
        const auto* got = std::get_if<engine::CrosswalkView>(&snapshot);
        if (!got) return;
        crosswalkModel_->onFetch([this, view = *got](const PageAsk& ask) {
            std::vector<Row> rows;
            for (const engine::CrosswalkView::Row& r : view.rows) {
                Row row{qstr(r.category), {categoryCell(r.category)}};
                for (size_t i = 0; i < 5; ++i) {
                    const bool said = i < r.terms.size() && !r.terms[i].empty();
                    row.cells.push_back(plain(said ? qstr(r.terms[i]) : u"–"_s));
                }
                row.cells.push_back(plain(qstr(r.disagreement)));
                rows.push_back(std::move(row));
            }
            crosswalkModel_->page(ask.ticket, std::move(rows), false);
        });
        crosswalkModel_->ask();
    });
}

void DeliveryRules::show(const engine::Rules& rules) {
    rules_ = rules;
    editor_->setWords(rules);
    const auto own = std::count_if(rules.rules.begin(), rules.rules.end(),
                                   [](const engine::RuleView& r) { return r.own; });
    summary_->setText(
        tr("%1 rules, %2 of them own; own ones are tried first").arg(grouped(rules.rules.size())).arg(own));
    fill();
    showContent();
}

void DeliveryRules::fill() {
    const QString was = table_->currentKey();
    model_->ask();
    if (model_->rowCount() == 0 || editor_->isChanged() || proposing_) return;
    const int row = std::max(0, model_->rowOf(was));
    table_->selectRow(row);
    open(model_->row(row).key);
}

void DeliveryRules::open(const QString& key) {
    for (const engine::RuleView& r : rules_.rules)
        if (qstr(r.id) == key) {
            right_->setCurrentWidget(editor_);
            return editor_->show(r);
        }
}

void DeliveryRules::propose(const QString& templateKey) {
    proposing_ = true;
    right_->setCurrentWidget(editor_);
    bridge_.ask(engine::ProposeRuleQuery{templateKey.toStdString()}, this,
                [this](const engine::Snapshot& snapshot) {
                    take<engine::RuleProposalView>(
                        snapshot,
                        [this](const engine::RuleProposalView& p) {
                            editor_->show(p.rule);
                            editor_->rehearse();
                        },
                        [this](const Error& e) { Q_EMIT said(qstr(e.text), true); });
                    proposing_ = false;
                });
}

QByteArray DeliveryRules::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << split_->saveState() << table_->saveLayout() << crosswalk_->saveLayout();
    return out;
}

void DeliveryRules::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split, table, crosswalk;
    stream >> split >> table >> crosswalk;
    if (stream.status() != QDataStream::Ok) return;
    split_->restoreState(split);
    table_->restoreLayout(table);
    crosswalk_->restoreLayout(crosswalk);
}

} // namespace waypost::ui
