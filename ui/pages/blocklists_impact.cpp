#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/blocklists_tables.h"
#include "ui/pages/blocklists_words.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"

#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
const Qt::Alignment right = Qt::AlignRight | Qt::AlignVCenter;

QString joined(const std::vector<std::string>& words) {
    QStringList out;
    for (const std::string& w : words) out << qstr(w);
    return out.join(u", "_s);
}

} // namespace

BlocklistsImpact::BlocklistsImpact(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge),
      model_(new RowModel({{u"list"_s, tr("List"), left, 190, false, false},
                           {u"messages"_s, tr("Messages"), right, 90, false, false},
                           {u"ours"_s, tr("Our own look"), left, 120, false, false},
                           {u"providers"_s, tr("Receivers that quote it"), left, 220, false, false},
                           {u"targets"_s, tr("Sending addresses"), left, 170, false, false},
                           {u"last"_s, tr("Last (UTC)"), left, 130, false, false},
                           {u"sample"_s, tr("What a receiver said"), left, 420, false, false}},
                          this)),
      table_(new DataTable), sentence_(foreign::label({})), body_(new QStackedWidget),
      empty_(new EmptyState) {
    table_->setAccessibleName(tr("Lists by what they cost"));
    table_->setRows(model_);
    table_->setSortingEnabled(false);
    table_->setItemDelegateForColumn(2, new OutcomeDelegate(table_));
    sentence_->setProperty("role", u"muted"_s);
    sentence_->setWordWrap(true);
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(impact_.lists.size());
        for (const engine::ListImpact& i : impact_.lists) {
            Row row;
            row.key = qstr(i.list);
            const QString seen = i.listedByUs
                                     ? QString()
                                     : tr("Our own looks show no listing: clean when we looked, no usable "
                                          "answer, or never looked. The cell says which.");
            const Outcome mark = i.listedByUs ? Outcome::Blocked : Outcome::Unknown;
            row.cells = {
                Cell{qstr(i.name), {}, {}, {}, {}, {}},
                Cell{grouped(i.messages), QVariant::fromValue(qulonglong(i.messages)), {}, {}, {}, {}},
                Cell{i.listedByUs ? tr("listed too") : tr("no listing seen"), {}, mark, {}, {}, seen},
                Cell{joined(i.providers), {}, {}, {}, {}, {}},
                Cell{joined(i.targets), {}, {}, {}, {}, {}},
                Cell{shortStamp(i.lastSeen, QTimeZone::utc()), {}, {}, {}, {}, {}},
                Cell{qstr(i.sample), {}, {}, {}, {}, {}}};
            rows.push_back(std::move(row));
        }
        model_->page(ask.ticket, std::move(rows), false);
    });
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, space::s, 0, 0);
    column->setSpacing(space::s);
    column->addWidget(sentence_);
    column->addWidget(table_, 1);
    body_->addWidget(content);
    body_->addWidget(empty_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(body_);
    connect(table_, &DataTable::rowActivated, this, &BlocklistsImpact::repliesAsked);
}

void BlocklistsImpact::ask(int days) {
    bridge_.ask(engine::BlocklistImpactQuery{days}, this, [this](const engine::Snapshot& s) {
        take<engine::BlocklistImpact>(
            s, [this](const engine::BlocklistImpact& i) { show(i); },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The replies could not be read"),
                            qstr(e.text));
                body_->setCurrentIndex(1);
            });
        Q_EMIT shown();
    });
}

void BlocklistsImpact::show(const engine::BlocklistImpact& impact) {
    impact_ = impact;
    model_->ask();
    if (impact_.lists.empty()) {
        empty_->set(
            EmptyState::Kind::NothingMatched, tr("No receiver quotes a list"),
            tr("From %1 to %2 UTC no stored reply names a list of the catalogue.")
                .arg(shortStamp(impact_.from, QTimeZone::utc()), shortStamp(impact_.to, QTimeZone::utc())));
        return body_->setCurrentIndex(1);
    }
    sentence_->setText(
        tr("Replies from %1 to %2 UTC that name a list, most messages first. A receiver that quotes a "
           "list saw us on it, whatever our own look says: caches are stale, mirrors private.")
            .arg(shortStamp(impact_.from, QTimeZone::utc()), shortStamp(impact_.to, QTimeZone::utc())));
    body_->setCurrentIndex(0);
}

BlocklistsChanges::BlocklistsChanges(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge),
      model_(new RowModel({{u"at"_s, tr("At (UTC)"), left, 140, false, false},
                           {u"change"_s, tr("Change"), left, 130, false, false},
                           {u"target"_s, tr("Target"), left, 200, false, false},
                           {u"list"_s, tr("List"), left, 190, false, false},
                           {u"answer"_s, tr("Answer"), left, 130, true, false},
                           {u"meaning"_s, tr("Meaning"), left, 420, false, false}},
                          this)),
      table_(new DataTable), body_(new QStackedWidget), empty_(new EmptyState) {
    table_->setAccessibleName(tr("Changes, newest first"));
    table_->setRows(model_);
    table_->setSortingEnabled(false);
    table_->setItemDelegateForColumn(1, new OutcomeDelegate(table_));
    model_->onFetch([this](const PageAsk& ask) {
        std::vector<Row> rows;
        rows.reserve(changes_.rows.size());
        for (const engine::BlocklistChange& c : changes_.rows) {
            Row row;
            row.key = QString::number(c.id);
            Outcome mark = Outcome::Accepted;
            if (c.change == "raised") mark = Outcome::Blocked;
            if (c.change == "unhealthy") mark = Outcome::Unknown;
            row.cells = {Cell{shortStamp(c.at, QTimeZone::utc()), qlonglong(c.at.ms), {}, {}, {}, {}},
                         Cell{qstr(c.change), {}, mark, {}, {}, {}},
                         Cell{qstr(c.target), {}, {}, {}, {}, {}},
                         Cell{qstr(c.list), {}, {}, {}, {}, {}},
                         Cell{qstr(c.answer), {}, {}, {}, {}, {}},
                         Cell{qstr(c.meaning), {}, {}, {}, {}, {}}};
            rows.push_back(std::move(row));
        }
        model_->page(ask.ticket, std::move(rows), false);
    });
    body_->addWidget(table_);
    body_->addWidget(empty_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, space::s, 0, 0);
    all->addWidget(body_);
    connect(table_, &DataTable::rowActivated, this, [this](const QString& key) {
        for (const engine::BlocklistChange& c : changes_.rows)
            if (QString::number(c.id) == key) Q_EMIT cellAsked(qstr(c.target), qstr(c.list));
    });
}

void BlocklistsChanges::ask() {
    bridge_.ask(engine::BlocklistChangesQuery{}, this, [this](const engine::Snapshot& s) {
        take<engine::BlocklistChanges>(
            s,
            [this](const engine::BlocklistChanges& c) {
                changes_ = c;
                model_->ask();
                if (c.rows.empty())
                    empty_->set(
                        EmptyState::Kind::NothingMatched, tr("Nothing has changed yet"),
                        tr("A listing that two looks in a row have seen, one that two have missed, and a "
                           "list that fails its test points appear here."));
                body_->setCurrentIndex(c.rows.empty() ? 1 : 0);
            },
            [this](const Error& e) {
                empty_->set(EmptyState::Kind::CouldNotLook, tr("The changes could not be read"),
                            qstr(e.text));
                body_->setCurrentIndex(1);
            });
        Q_EMIT shown();
    });
}

} // namespace waypost::ui
