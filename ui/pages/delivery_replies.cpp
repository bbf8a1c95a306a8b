#include "ui/pages/delivery_replies.h"

#include "ui/charts/time_axis.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/models/count_trend.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/pages/reply_detail.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/foreign_text.h"

#include <QButtonGroup>
#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr char16_t unclassified[] = u"unclassified";
constexpr const char16_t* stateIds[] = {u"",         u"new",   u"regressed", u"known",
                                        u"resolved", u"muted", unclassified};

QString rowKey(const engine::ReplyTemplate& t) {
    return qstr(t.key) + u'\n' + qstr(t.provider);
}

Cell plain(const QString& text, const QString& filter = {}) {
    Cell c;
    c.text = text;
    c.filter = filter;
    return c;
}

Cell stamp(UtcTime at, const QTimeZone& zone) {
    Cell c;
    c.text = shortStamp(at, zone);
    c.raw = QVariant::fromValue<qint64>(at.ms);
    c.toolTip = stampText(at.ms, zone);
    return c;
}

Row rowOf(const engine::ReplyTemplate& t, const QTimeZone& zone) {
    Cell state = plain(delivery::templateStateWord(t.state));
    state.state = delivery::templateStateMark(t.state);
    CountTrend day;
    day.count = t.dayEvents;
    day.total = t.dayOfProvider;
    const auto known = reply::categoryFromName(t.category);
    day.state = known ? markOf(reply::outcomeOf(*known)) : Outcome::Unknown;
    Cell share = plain(grouped(t.dayEvents));
    share.raw = QVariant::fromValue<qulonglong>(t.dayEvents);
    share.trend = QVariant::fromValue(day);
    share.toolTip = t.dayOfProvider == 0
                        ? DeliveryReplies::tr("no attempt of this provider in the last day")
                        : DeliveryReplies::tr("%1 of %2 attempts at this provider in the last day")
                              .arg(grouped(t.dayEvents), grouped(t.dayOfProvider));
    Cell all = plain(grouped(t.events));
    all.raw = QVariant::fromValue<qulonglong>(t.events);
    Cell category =
        plain(delivery::categoryWord(t.category), delivery::termText(u"category"_s, qstr(t.category)));
    category.state = day.state;
    return {rowKey(t),
            {state, share, all, stamp(t.firstSeen, zone), stamp(t.lastSeen, zone),
             plain(qstr(t.providerLabel), delivery::termText(u"provider"_s, qstr(t.provider))), category,
             plain(qstr(t.name.empty() ? t.text : t.name + ": " + t.text),
                   delivery::termText(u"template"_s, qstr(t.key)))}};
}

std::vector<Column> columns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter, right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"state"_s, DeliveryReplies::tr("State"), left, 100, false, false},
            {u"day"_s, DeliveryReplies::tr("Last day"), right, 84, false, false},
            {u"events"_s, DeliveryReplies::tr("All"), right, 76, false, false},
            {u"first"_s, DeliveryReplies::tr("First seen"), left, 118, false, false},
            {u"last"_s, DeliveryReplies::tr("Last seen"), left, 118, false, false},
            {u"provider"_s, DeliveryReplies::tr("Provider"), left, 90, false, false},
            {u"category"_s, DeliveryReplies::tr("Category"), left, 160, false, false},
            {u"template"_s, DeliveryReplies::tr("Reply"), left, 260, false, false}};
}

} // namespace

DeliveryReplies::DeliveryReplies(EngineBridge& bridge, QWidget* parent) : DeliveryTab(bridge, parent) {
    model_ = new RowModel(columns(), this);
    table_ = new DataTable;
    table_->setAccessibleName(tr("Reply templates"));
    table_->setRows(model_);
    table_->setSortingEnabled(false); // news first
    table_->setCompact(true);
    table_->setTextElideMode(Qt::ElideRight);
    table_->setItemDelegateForColumn(0, new OutcomeDelegate(table_));
    table_->setItemDelegateForColumn(1, new BarDelegate(table_));
    table_->setItemDelegateForColumn(6, new OutcomeDelegate(table_));
    table_->setColumnHidden(model_->columnOf(u"last"_s), true);
    detail_ = new ReplyDetail(bridge_);
    split_ = new QSplitter;
    split_->addWidget(table_);
    split_->addWidget(detail_);
    split_->setSizes({800, 420});
    split_->setChildrenCollapsible(false);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildStates());
    column->addWidget(split_, 1);
    setContent(content);
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(templates_.rows.size());
        for (const engine::ReplyTemplate& t : templates_.rows) rows.push_back(rowOf(t, scope_.zone));
        model_->page(ask.ticket, std::move(rows), false);
    });
    connect(table_, &DataTable::rowCurrent, this, &DeliveryReplies::open);
    connect(table_, &DataTable::filterAsked, this, &DeliveryTab::termAsked);
    connect(detail_, &ReplyDetail::said, this, &DeliveryTab::said);
    connect(detail_, &ReplyDetail::ruleAsked, this, &DeliveryReplies::ruleAsked);
    connect(detail_, &ReplyDetail::attemptsAsked, this, [this](const QString& key, const QString& provider) {
        std::vector<Chip> chips = delivery::withValues(scope_.chips, u"template"_s, {key});
        Q_EMIT rowsAsked(scope_.range, delivery::withValues(chips, u"provider"_s, {provider}));
    });
    connect(&bridge_, &EngineBridge::dataChanged, this, [this](const QString& what) {
        if (what == "templates"_L1) refresh();
    });
}

QWidget* DeliveryReplies::buildStates() {
    states_ = new QButtonGroup(this);
    auto* bar = new QWidget;
    auto* flow = new FlowLayout(space::s, bar);
    int id = 0;
    for (const char16_t* state : stateIds) {
        auto* button = new QPushButton;
        button->setCheckable(true);
        button->setChecked(*state == 0);
        button->setObjectName(u"state-"_s + QStringView(state).toString());
        states_->addButton(button, id++);
        flow->addWidget(button);
    }
    summary_ = foreign::label({});
    summary_->setProperty("role", u"muted"_s);
    flow->addWidget(summary_);
    connect(states_, &QButtonGroup::idClicked, this,
            [this](int chosen) { showState(QStringView(stateIds[chosen]).toString()); });
    return bar;
}

QString DeliveryReplies::summary() const {
    return summary_->text();
}

std::vector<KeyHelp> DeliveryReplies::keys() const {
    return {{u"j k"_s, tr("next, previous template")}, {u"e"_s, tr("next template with a problem")}};
}

void DeliveryReplies::showState(const QString& state) {
    state_ = state;
    for (int i = 0; i < int(std::size(stateIds)); ++i)
        if (state == QStringView(stateIds[i])) states_->button(i)->setChecked(true);
    refresh();
}

void DeliveryReplies::ask() {
    const quint64 question = ++question_;
    engine::TemplatesQuery query;
    const engine::DeliveryFilter filter = scope_.filter();
    if (filter.providers.size() == 1) query.provider = filter.providers.front();
    query.onlyUnclassified = state_ == QStringView(unclassified);
    if (!query.onlyUnclassified) query.state = state_.toStdString();
    bridge_.ask(std::move(query), this, [this, question](const engine::Snapshot& snapshot) {
        if (question != question_) return;
        take<engine::Templates>(
            snapshot, [this](const engine::Templates& t) { show(t); },
            [this](const Error& e) { showFailed(e); });
        Q_EMIT shown();
    });
}

void DeliveryReplies::show(const engine::Templates& templates) {
    templates_ = templates;
    const auto wanted = scope_.filter().providers;
    if (wanted.size() > 1)
        std::erase_if(templates_.rows, [&](const engine::ReplyTemplate& t) {
            return std::find(wanted.begin(), wanted.end(), t.provider) == wanted.end();
        });
    if (templates.events == 0) return showNothing(std::nullopt, templates.asOf);
    showCounts();
    fill();
    showContent();
}

void DeliveryReplies::showCounts() {
    std::uint64_t all = 0;
    for (const auto& [name, count] : templates_.byState) all += count;
    for (int i = 0; i < int(std::size(stateIds)); ++i) {
        const QString id = QStringView(stateIds[i]).toString();
        std::uint64_t count = id.isEmpty() ? all : templates_.unclassifiedTemplates;
        for (const auto& [name, n] : templates_.byState)
            if (qstr(name) == id) count = n;
        const QString word = id.isEmpty() ? tr("all")
                             : id == QStringView(unclassified)
                                 ? tr("unclassified")
                                 : delivery::templateStateWord(id.toStdString());
        states_->button(i)->setText(word + u' ' + grouped(count));
    }
    const double share =
        100.0 * static_cast<double>(templates_.unclassified) / static_cast<double>(templates_.events);
    summary_->setText(tr("%1 of %2 attempts of all times say something no rule knows (%3 %)")
                          .arg(grouped(templates_.unclassified), grouped(templates_.events))
                          .arg(share, 0, 'f', 1));
}

void DeliveryReplies::fill() {
    const QString was = table_->currentKey();
    detail_->setOthers(templates_.rows);
    model_->ask();
    if (templates_.rows.empty())
        return detail_->showEmpty(tr("No template in this state"), tr("Choose another state above, or all."));
    const int row = std::max(0, model_->rowOf(was));
    table_->selectRow(row);
    open(model_->row(row).key);
}

const engine::ReplyTemplate* DeliveryReplies::find(const QString& key) const {
    for (const engine::ReplyTemplate& t : templates_.rows)
        if (rowKey(t) == key) return &t;
    return nullptr;
}

void DeliveryReplies::open(const QString& key) {
    const engine::ReplyTemplate* t = find(key);
    if (!t) return;
    const quint64 question = ++detailQuestion_;
    bridge_.ask(
        engine::TemplateQuery{t->key, t->provider}, this, [this, question](const engine::Snapshot& snapshot) {
            if (question != detailQuestion_) return;
            take<engine::TemplateView>(
                snapshot, [this](const engine::TemplateView& v) { detail_->show(v, scope_.zone); },
                [this](const Error& e) {
                    detail_->showEmpty(tr("This template could not be read"), qstr(e.describe()), true);
                });
        });
}

QByteArray DeliveryReplies::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << split_->saveState() << table_->saveLayout();
    return out;
}

void DeliveryReplies::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split, table;
    stream >> split >> table;
    if (stream.status() != QDataStream::Ok) return;
    split_->restoreState(split);
    table_->restoreLayout(table);
}

} // namespace waypost::ui
