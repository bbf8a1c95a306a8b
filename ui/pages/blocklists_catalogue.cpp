#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/blocklists_tables.h"
#include "ui/pages/blocklists_words.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/foreign_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

struct CatalogueWords {
    Q_DECLARE_TR_FUNCTIONS(CatalogueWords)
};

const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
const Qt::Alignment right = Qt::AlignRight | Qt::AlignVCenter;

// May it be asked at all, and is it?
QString useWord(const engine::CatalogueRow& r) {
    const std::string& status = r.column.status;
    if (status == "dead") return CatalogueWords::tr("dead, never asked");
    if (status == "private") return CatalogueWords::tr("in replies only");
    if (status == "needs-key" && !r.hasKey) return CatalogueWords::tr("needs a key");
    if (!r.column.enabled) return CatalogueWords::tr("off");
    return CatalogueWords::tr("on");
}

Row rowOf(const engine::CatalogueRow& r) {
    const engine::ListColumn& c = r.column;
    const bool asked = useWord(r) == CatalogueWords::tr("on");
    const std::optional<Outcome> health =
        asked ? std::optional(blocklists::healthMark(c.health)) : std::nullopt;
    Row row;
    row.key = qstr(c.id);
    row.cells = {Cell{qstr(c.name), {}, {}, {}, {}, {}},
                 Cell{c.zone.empty() ? CatalogueWords::tr("none") : qstr(c.zone), {}, {}, {}, {}, {}},
                 Cell{useWord(r), {}, {}, {}, {}, {}},
                 Cell{asked ? blocklists::health(c.health) : CatalogueWords::tr("not asked"),
                      {},
                      health,
                      {},
                      {},
                      qstr(c.finding)},
                 Cell{qstr(r.asks), {}, {}, {}, {}, {}},
                 Cell{QString::number(c.weight), c.weight, {}, {}, {}, {}},
                 Cell{r.perDay > 0 ? CatalogueWords::tr("%1 of %2").arg(r.askedToday).arg(r.perDay)
                                   : QString::number(r.askedToday),
                      QVariant::fromValue(qlonglong(r.askedToday)),
                      {},
                      {},
                      {},
                      {}}};
    return row;
}

ExplanationNode node(const QString& label, const QString& value) {
    ExplanationNode n;
    n.text = label;
    n.value = value;
    n.toolTip = value.isEmpty() ? label : label + u": "_s + value;
    return n;
}

std::vector<ExplanationNode> detailOf(const engine::CatalogueRow& r) {
    std::vector<ExplanationNode> out;
    auto add = [&out](const QString& label, const std::string& value) {
        if (!value.empty()) out.push_back(node(label, qstr(value)));
    };
    add(CatalogueWords::tr("Finding"), r.column.finding);
    add(CatalogueWords::tr("Status"), r.statusNote.empty() ? r.column.status : r.statusNote);
    add(CatalogueWords::tr("Since"), r.since);
    add(CatalogueWords::tr("Operator"), r.operatorName);
    add(CatalogueWords::tr("Site"), r.site);
    add(CatalogueWords::tr("Terms"), r.terms);
    add(CatalogueWords::tr("Key in the secret store"), r.keySecret);
    if (!r.publicResolvers)
        out.push_back(node(CatalogueWords::tr("Resolvers"),
                           CatalogueWords::tr("refuses public resolvers: use one of your own")));
    out.push_back(node(CatalogueWords::tr("Our limits"),
                       CatalogueWords::tr("%1 at once, %2 a second").arg(r.inFlight).arg(r.perSecond)));
    ExplanationNode codes =
        node(CatalogueWords::tr("Codes"), r.codes.empty() ? CatalogueWords::tr("none published") : QString());
    for (const std::string& c : r.codes) codes.children.push_back(node(qstr(c), {}));
    out.push_back(std::move(codes));
    ExplanationNode off = node(CatalogueWords::tr("Getting off it"), qstr(r.delistPage));
    for (const std::string& s : r.delistSteps) off.children.push_back(node(qstr(s), {}));
    out.push_back(std::move(off));
    add(CatalogueWords::tr("Expires"), r.expires);
    add(CatalogueWords::tr("Note"), r.note);
    return out;
}

} // namespace

BlocklistsCatalogue::BlocklistsCatalogue(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge),
      model_(new RowModel({{u"name"_s, tr("List"), left, 150, false, false},
                           {u"zone"_s, tr("Zone"), left, 190, true, false},
                           {u"use"_s, tr("Use"), left, 110, false, false},
                           {u"health"_s, tr("Health"), left, 130, false, false},
                           {u"asks"_s, tr("Asks"), left, 84, false, false},
                           {u"weight"_s, tr("Weight"), right, 60, false, false},
                           {u"today"_s, tr("Asked today"), right, 92, false, false}},
                          this)),
      table_(new DataTable), detail_(new ExplanationTree), title_(foreign::label({})),
      sentence_(foreign::label({})), onOff_(new QPushButton(tr("Switch off"))) {
    table_->setAccessibleName(tr("Lists"));
    table_->setRows(model_);
    table_->setSortingEnabled(false);
    table_->setItemDelegateForColumn(3, new OutcomeDelegate(table_));
    detail_->setAccessibleName(tr("About the list"));
    title_->setFont(Theme::current().section());
    sentence_->setProperty("role", u"muted"_s);
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(catalogue_.lists.size());
        for (const engine::CatalogueRow& r : catalogue_.lists) rows.push_back(rowOf(r));
        model_->page(ask.ticket, std::move(rows), false);
    });
    auto* head = new QHBoxLayout;
    head->addWidget(title_, 1);
    head->addWidget(onOff_);
    auto* side = new QWidget;
    auto* rows = new QVBoxLayout(side);
    rows->setContentsMargins(space::s, 0, 0, 0);
    rows->setSpacing(space::s);
    rows->addLayout(head);
    rows->addWidget(detail_, 1);
    auto* split = new QSplitter;
    split->addWidget(table_);
    split->addWidget(side);
    split->setSizes({840, 380});
    split->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(sentence_);
    column->addWidget(split, 1);
    connect(table_, &DataTable::rowCurrent, this, &BlocklistsCatalogue::showList);
    connect(onOff_, &QPushButton::clicked, this, &BlocklistsCatalogue::switchList);
}

void BlocklistsCatalogue::ask() {
    bridge_.ask(engine::ListCatalogueQuery{}, this, [this](const engine::Snapshot& s) {
        take<engine::ListCatalogue>(
            s,
            [this](const engine::ListCatalogue& c) {
                const QString chosen = table_->currentKey();
                catalogue_ = c;
                model_->ask();
                sentence_->setText(c.userFile.empty() ? tr("Catalogue of %1.").arg(qstr(c.date))
                                                      : tr("Catalogue of %1; entries of %2 come first.")
                                                            .arg(qstr(c.date), qstr(c.userFile)));
                if (c.lists.empty()) return;
                table_->setCurrentIndex(model_->index(std::max(0, model_->rowOf(chosen)), 0));
                showList(table_->currentKey());
            },
            [this](const Error& e) { sentence_->setText(foreign::printable(qstr(e.text))); });
        Q_EMIT shown();
    });
}

const engine::CatalogueRow* BlocklistsCatalogue::find(const QString& id) const {
    for (const engine::CatalogueRow& r : catalogue_.lists)
        if (qstr(r.column.id) == id) return &r;
    return nullptr;
}

void BlocklistsCatalogue::showList(const QString& id) {
    const engine::CatalogueRow* r = find(id);
    if (!r) return;
    title_->setText(foreign::printable(qstr(r->column.name)));
    detail_->setNodes(detailOf(*r));
    detail_->expandAll();
    const bool may = r->column.status != "dead" && r->column.status != "private";
    onOff_->setEnabled(may);
    onOff_->setText(r->column.enabled ? tr("Switch off") : tr("Switch on"));
    onOff_->setToolTip(may ? QString() : tr("This list is never asked"));
}

void BlocklistsCatalogue::switchList() {
    const engine::CatalogueRow* r = find(table_->currentKey());
    if (!r) return;
    bridge_.run(engine::EnableList{r->column.id, !r->column.enabled}, this,
                [this](const engine::Snapshot& s) {
                    if (const Error* e = std::get_if<Error>(&s))
                        return sentence_->setText(foreign::printable(qstr(e->text)));
                    ask();
                });
}

} // namespace waypost::ui
