#include "ui/pages/delivery_compare.h"

#include "ui/charts/share_compare.h"
#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/delivery_filter.h"
#include "ui/pages/delivery_rows.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

constexpr qint64 dayMs = 86'400'000;
enum Against { Previous, DayEarlier, WeekEarlier, Other };

QLabel* heading(const QString& text) {
    auto* label = new QLabel(text);
    label->setFont(Theme::current().section());
    return label;
}

Cell plain(const QString& text, const QString& filter = {}) {
    Cell c;
    c.text = text;
    c.filter = filter;
    return c;
}

Cell shareCell(const engine::ShareView& s) {
    Cell c;
    if (s.whole == 0) {
        c.text = u"?"_s;
        return c;
    }
    const double share = static_cast<double>(s.part) / static_cast<double>(s.whole);
    c.text = QString::number(100 * share, 'f', 1) + u" %"_s;
    c.raw = share;
    c.toolTip = DeliveryCompare::tr("%1 of %2; 95 %: %3–%4 %")
                    .arg(grouped(s.part), grouped(s.whole), QString::number(100 * s.low, 'f', 1),
                         QString::number(100 * s.high, 'f', 1));
    return c;
}

Cell changeCell(double points) {
    Cell c;
    c.text = (points >= 0 ? u"+"_s : u"−"_s) + QString::number(std::abs(100 * points), 'f', 2);
    c.raw = points;
    return c;
}

Cell categoryCell(const std::string& category) {
    Cell c = plain(delivery::categoryWord(category), delivery::termText(u"category"_s, qstr(category)));
    const auto known = reply::categoryFromName(category);
    c.state = known ? markOf(reply::outcomeOf(*known)) : Outcome::Unknown;
    return c;
}

std::vector<Column> categoryColumns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter, right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"category"_s, DeliveryCompare::tr("Category"), left, 190, false, false},
            {u"before"_s, DeliveryCompare::tr("Before"), right, 72, false, false},
            {u"now"_s, DeliveryCompare::tr("Now"), right, 72, false, false},
            {u"change"_s, DeliveryCompare::tr("Points"), right, 66, false, false},
            {u"chance"_s, DeliveryCompare::tr("Intervals"), left, 90, false, false}};
}

std::vector<Column> templateColumns() {
    const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter, right = Qt::AlignRight | Qt::AlignVCenter;
    return {{u"category"_s, DeliveryCompare::tr("Category"), left, 160, false, false},
            {u"before"_s, DeliveryCompare::tr("Before"), right, 76, false, false},
            {u"now"_s, DeliveryCompare::tr("Now"), right, 76, false, false},
            {u"change"_s, DeliveryCompare::tr("Points"), right, 66, false, false},
            {u"provider"_s, DeliveryCompare::tr("Provider"), left, 90, false, false},
            {u"template"_s, DeliveryCompare::tr("Reply"), left, 240, false, false}};
}

QString rangeText(const engine::TimeRange& r, const QTimeZone& zone) {
    return shortStamp(r.from, zone) + u" – "_s + shortStamp(r.to, zone);
}

} // namespace

DeliveryCompare::DeliveryCompare(EngineBridge& bridge, QWidget* parent) : DeliveryTab(bridge, parent) {
    outcomes_ = new ShareCompare;
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(buildHead());
    column->addWidget(outcomes_);
    column->addWidget(buildTables(), 1);
    setContent(content);
    connect(against_, &QComboBox::currentIndexChanged, this, [this](int index) {
        other_->setVisible(index == Other);
        if (index != Other || !other_->text().trimmed().isEmpty()) refresh();
        if (index == Other) other_->setFocus();
    });
    connect(other_, &QLineEdit::editingFinished, this, &DeliveryTab::refresh);
    connect(outcomes_, &ShareCompare::rowActivated, this, [this](const QString& outcome) {
        Q_EMIT rowsAsked(scope_.range, delivery::withValues(scope_.chips, u"outcome"_s, {outcome}));
    });
    connect(templates_, &DataTable::rowActivated, this, [this](const QString& key) {
        Q_EMIT rowsAsked(scope_.range,
                         delivery::withValues(scope_.chips, u"template"_s, {key.section(u'\n', 0, 0)}));
    });
    for (DataTable* table : {categories_, templates_})
        connect(table, &DataTable::filterAsked, this, &DeliveryTab::termAsked);
}

QWidget* DeliveryCompare::buildHead() {
    against_ = new QComboBox;
    against_->setAccessibleName(tr("Compare with"));
    against_->addItems(
        {tr("the range before"), tr("a day earlier"), tr("a week earlier"), tr("another range…")});
    other_ = new QLineEdit;
    other_->setAccessibleName(tr("The other range"));
    other_->setPlaceholderText(tr("yesterday, now-7d..now-6d, 2026-05-01..2026-05-02"));
    other_->setMinimumWidth(280);
    other_->hide();
    ranges_ = foreign::label({});
    ranges_->setProperty("role", u"muted"_s);
    ranges_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* caption = new QLabel(tr("&Compare with"));
    caption->setBuddy(against_);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(caption);
    line->addWidget(against_);
    line->addWidget(other_);
    line->addWidget(ranges_, 1);
    verdict_ = foreign::label({});
    verdict_->setFont(Theme::current().section());
    verdict_->setWordWrap(true);
    note_ = foreign::label({});
    note_->setProperty("role", u"muted"_s);
    note_->setWordWrap(true);
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addLayout(line);
    column->addSpacing(space::xs);
    column->addWidget(verdict_);
    column->addWidget(note_);
    return head;
}

QWidget* DeliveryCompare::buildTables() {
    categoryModel_ = new RowModel(categoryColumns(), this);
    categories_ = new DataTable;
    categories_->setAccessibleName(tr("Categories of both ranges"));
    templateModel_ = new RowModel(templateColumns(), this);
    templates_ = new DataTable;
    templates_->setAccessibleName(tr("Reply templates that carry the difference"));
    for (auto [table, model] :
         {std::pair(categories_, categoryModel_), std::pair(templates_, templateModel_)}) {
        table->setRows(model);
        table->setSortingEnabled(false); // largest part of the difference first
        table->setCompact(true);
        table->setTextElideMode(Qt::ElideRight);
        table->setItemDelegateForColumn(0, new OutcomeDelegate(table));
    }
    const auto titled = [](const QString& title, QWidget* part) {
        auto* box = new QWidget;
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(space::xs);
        column->addWidget(heading(title));
        column->addWidget(part, 1);
        return box;
    };
    split_ = new QSplitter;
    split_->addWidget(titled(tr("Categories"), categories_));
    split_->addWidget(titled(tr("Replies that carry the difference"), templates_));
    split_->setSizes({480, 700});
    split_->setChildrenCollapsible(false);
    return split_;
}

QString DeliveryCompare::verdict() const {
    return verdict_->text();
}

std::vector<KeyHelp> DeliveryCompare::keys() const {
    return {{u"Enter"_s, tr("attempts of the outcome or reply")}};
}

std::optional<ResolvedRange> DeliveryCompare::before() {
    const ResolvedRange& now = scope_.range;
    const qint64 length = now.to - now.from;
    switch (against_->currentIndex()) {
    case DayEarlier: return ResolvedRange{now.from - dayMs, now.to - dayMs};
    case WeekEarlier: return ResolvedRange{now.from - 7 * dayMs, now.to - 7 * dayMs};
    case Other: {
        const RangeVerdict verdict =
            resolveRange(other_->text().trimmed(), QDateTime::currentMSecsSinceEpoch(), scope_.zone);
        if (!verdict.range) Q_EMIT said(verdict.error, true);
        return verdict.range;
    }
    default: return ResolvedRange{now.from - length, now.from};
    }
}

void DeliveryCompare::ask() {
    const auto other = before();
    if (!other) return;
    const quint64 question = ++question_;
    const engine::TimeRange was{UtcTime{other->from}, UtcTime{other->to}};
    bridge_.ask(engine::CompareQuery{was, scope_.engineRange(), scope_.filter()}, this,
                [this, question](const engine::Snapshot& snapshot) {
                    if (question != question_) return;
                    take<engine::Comparison>(
                        snapshot, [this](const engine::Comparison& c) { show(c); },
                        [this](const Error& e) { showFailed(e); });
                    Q_EMIT shown();
                });
}

void DeliveryCompare::show(const engine::Comparison& c) {
    comparison_ = c;
    if (c.eventsNow == 0 && c.eventsBefore == 0) return showNothing(c.stored, c.asOf);
    ranges_->setText(tr("before %1 (%2 attempts) · now %3 (%4 attempts)")
                         .arg(rangeText(c.before, scope_.zone), grouped(c.eventsBefore),
                              rangeText(c.now, scope_.zone), grouped(c.eventsNow)));
    ranges_->setToolTip(ranges_->text());
    verdict_->setText(qstr(c.verdict));
    note_->setText(qstr(c.note));
    note_->setVisible(!c.note.empty());
    std::vector<ShareRow> rows;
    for (const engine::Comparison::Line& l : c.outcomes) {
        if (l.before.part == 0 && l.now.part == 0) continue;
        ShareRow row;
        row.name = row.key = qstr(l.key);
        for (int i = 0; i < 5; ++i)
            if (l.key == reply::outcomeName(static_cast<reply::Outcome>(i)))
                row.state = markOf(static_cast<reply::Outcome>(i));
        const auto side = [](const engine::ShareView& s) {
            return ShareSide{static_cast<double>(s.part), static_cast<double>(s.whole), s.low, s.high};
        };
        row.before = side(l.before);
        row.now = side(l.now);
        row.couldBeChance = l.couldBeChance;
        rows.push_back(row);
    }
    outcomes_->setRows(rows);
    outcomes_->setFixedHeight(outcomes_->sizeHint().height());
    categoryModel_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> list;
        list.reserve(comparison_.categories.size());
        for (const engine::Comparison::Line& l : comparison_.categories)
            list.push_back({qstr(l.key),
                            {categoryCell(l.key), shareCell(l.before), shareCell(l.now), changeCell(l.change),
                             plain(l.couldBeChance ? tr("overlap") : tr("apart"))}});
        categoryModel_->page(ask.ticket, std::move(list), false);
    });
    templateModel_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> list;
        list.reserve(comparison_.templates.size());
        for (const engine::Comparison::Template& t : comparison_.templates)
            list.push_back({qstr(t.key) + u'\n' + qstr(t.provider),
                            {categoryCell(t.category), plain(grouped(t.before)), plain(grouped(t.now)),
                             changeCell(t.change),
                             plain(t.provider.empty() ? tr("unknown") : qstr(t.provider),
                                   delivery::termText(u"provider"_s, qstr(t.provider))),
                             plain(qstr(t.text), delivery::termText(u"template"_s, qstr(t.key)))}});
        templateModel_->page(ask.ticket, std::move(list), false);
    });
    categoryModel_->ask();
    templateModel_->ask();
    showContent();
}

QByteArray DeliveryCompare::saveLayout() const {
    return split_->saveState();
}

void DeliveryCompare::restoreLayout(const QByteArray& state) {
    split_->restoreState(state);
}

} // namespace waypost::ui
