#include "ui/pages/domains_history.h"

#include "ui/charts/time_axis.h"
#include "ui/models/row_model.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QComboBox>
#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;

std::string stamp(UtcTime at) {
    return shortStamp(at, QTimeZone::utc()).toStdString();
}

engine::State stateOf(const engine::InspectionLine& line) {
    if (line.errors > 0) return engine::State::Error;
    if (line.couldNotLook) return engine::State::Unknown;
    return line.warnings > 0 ? engine::State::Warning : engine::State::Ok;
}

QString found(const engine::InspectionLine& line) {
    QStringList words;
    if (line.errors > 0)
        words << counted(line.errors, HistoryTab::tr("1 error"), HistoryTab::tr("%1 errors"));
    if (line.warnings > 0)
        words << counted(line.warnings, HistoryTab::tr("1 warning"), HistoryTab::tr("%1 warnings"));
    if (line.couldNotLook) words << HistoryTab::tr("not all seen");
    return words.isEmpty() ? HistoryTab::tr("ok") : words.join(u", "_s);
}

std::string orAbsent(const std::string& text) {
    return text.empty() ? "(was not there)" : text;
}

} // namespace

HistoryTab::HistoryTab(EngineBridge& bridge, QWidget* parent) : DomainTab(parent), bridge_(bridge) {
    columns_ = new QSplitter;
    columns_->addWidget(buildLeft());
    rows_ = new QSplitter(Qt::Vertical);
    rows_->addWidget(buildDiff());
    rows_->addWidget(buildPast());
    rows_->setSizes({300, 230});
    rows_->setChildrenCollapsible(false);
    columns_->addWidget(rows_);
    columns_->setSizes({280, 720});
    columns_->setStretchFactor(1, 1);
    columns_->setChildrenCollapsible(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, space::s, 0, 0);
    whole->addWidget(columns_);
    for (QComboBox* box : {from_, to_}) connect(box, &QComboBox::activated, this, &HistoryTab::askDiff);
    connect(times_->tree(), &DetailTree::topRowChosen, this, &HistoryTab::compareWithNewest);
    connect(times_->empty(), &EmptyState::actionClicked, this, &DomainTab::checkAgainAsked);
    connect(asOf_, &QPushButton::clicked, this, [this] {
        if (const qint64 at = chosenTime(); at > 0) Q_EMIT asOfAsked(at);
    });
    connect(question_, &QComboBox::activated, this,
            [this](int i) { askPast(question_->itemData(i).toInt()); });
}

QWidget* HistoryTab::buildLeft() {
    times_ = new DetailPane(tr("Inspections"), {{tr("Inspected (UTC)"), 124}, {tr("Found"), 140}}, 1);
    asOf_ = new QPushButton(tr("Show report as of then"));
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, space::xs, 0);
    column->setSpacing(space::s);
    column->addWidget(times_, 1);
    column->addWidget(asOf_);
    return box;
}

QWidget* HistoryTab::buildDiff() {
    from_ = new QComboBox;
    from_->setAccessibleName(tr("Compare from"));
    to_ = new QComboBox;
    to_->setAccessibleName(tr("Compare to"));
    diff_ = new DetailPane(tr("Differences"),
                           {{tr("Kind"), 124},
                            {tr("What"), 170},
                            {tr("Before"), 160},
                            {tr("After"), 180},
                            {tr("First seen (UTC)"), 140}},
                           0);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(new QLabel(tr("Compare")));
    line->addWidget(from_);
    line->addWidget(new QLabel(tr("with")));
    line->addWidget(to_);
    line->addStretch();
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(space::xs, 0, 0, 0);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(diff_, 1);
    return box;
}

QWidget* HistoryTab::buildPast() {
    pastModel_ = new RowModel({{u"first"_s, tr("First seen"), left, 120, false, false},
                               {u"last"_s, tr("Last seen"), left, 120, false, false},
                               {u"status"_s, tr("Status"), left, 76, false, false},
                               {u"server"_s, tr("Server"), left, 130, false, false},
                               {u"records"_s, tr("Records"), left, 400, true, false}},
                              this);
    past_ = new DataTable;
    past_->setAccessibleName(tr("Recorded answers"));
    past_->setRows(pastModel_);
    past_->setSortingEnabled(false);
    question_ = new QComboBox;
    question_->setAccessibleName(tr("Recorded answers to"));
    question_->setMinimumContentsLength(24);
    question_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    question_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    pastOf_ = new QLabel(tr("Recorded answers to"));
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(pastOf_);
    line->addWidget(question_, 1);
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(space::xs, space::xs, 0, 0);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(past_, 1);
    return box;
}

void HistoryTab::setView(DomainViewPtr view) {
    DomainTab::setView(std::move(view));
    if (of_ != domain()) {
        of_ = domain();
        lines_.clear();
        showPast({});
    }
    question_->clear();
    for (int i = 0; view_ && i < static_cast<int>(view_->answers.size()); ++i)
        question_->addItem(foreign::printable(qstr(view_->answers[static_cast<size_t>(i)].question)), i);
    question_->setCurrentIndex(-1);
    if (isVisible()) activated();
}

void HistoryTab::activated() {
    if (!view_) return;
    const quint64 question = ++listQuestion_;
    bridge_.ask(engine::InspectionsQuery{domain()}, this, [this, question](const engine::Snapshot& snapshot) {
        if (question != listQuestion_) return;
        take<engine::Inspections>(
            snapshot, [this](const engine::Inspections& i) { showInspections(i); },
            [this](const Error& e) {
                times_->showEmpty(static_cast<int>(EmptyState::Kind::CouldNotLook),
                                  tr("The inspections could not be read"), qstr(e.describe()));
                asOf_->setEnabled(false);
            });
    });
    if (answer_ >= 0) askPast(answer_);
}

void HistoryTab::showInspections(const engine::Inspections& inspections) {
    using Kind = EmptyState::Kind;
    lines_ = inspections.inspections;
    engine::DetailTable table;
    table.summary =
        counted(static_cast<qint64>(lines_.size()), tr("1 inspection"), tr("%1 inspections")).toStdString();
    for (QComboBox* box : {from_, to_}) box->clear();
    for (const engine::InspectionLine& line : lines_) {
        table.rows.push_back({{stamp(line.at), found(line).toStdString()}, stateOf(line), -1, {}});
        for (QComboBox* box : {from_, to_})
            box->addItem(qstr(stamp(line.at)), QVariant::fromValue<qint64>(line.at.ms));
    }
    asOf_->setEnabled(!lines_.empty());
    if (lines_.empty()) {
        times_->showEmpty(static_cast<int>(Kind::NotSetUp), tr("Not inspected yet"),
                          tr("Each inspection is kept, so that two can be compared."));
        return diff_->showEmpty(static_cast<int>(Kind::NotSetUp), tr("Nothing to compare"), {});
    }
    times_->show(&table);
    from_->setCurrentIndex(std::min(1, from_->count() - 1));
    to_->setCurrentIndex(0);
    if (lines_.size() < 2)
        return diff_->showEmpty(
            static_cast<int>(Kind::NotSetUp), tr("One inspection so far"),
            tr("Check the domain again later: what changed between two inspections stands here."));
    askDiff();
}

qint64 HistoryTab::chosenTime() const {
    const int row = times_->tree()->rowOf(times_->tree()->currentItem());
    if (lines_.empty()) return 0;
    return lines_[static_cast<size_t>(std::clamp(row, 0, static_cast<int>(lines_.size()) - 1))].at.ms;
}

void HistoryTab::compareWithNewest() {
    const int row = times_->tree()->rowOf(times_->tree()->currentItem());
    if (row <= 0 || lines_.size() < 2) return;
    from_->setCurrentIndex(row);
    to_->setCurrentIndex(0);
    askDiff();
}

void HistoryTab::askDiff() {
    engine::DomainDiffQuery query{domain(), UtcTime{from_->currentData().toLongLong()},
                                  UtcTime{to_->currentData().toLongLong()}};
    if (query.to.ms < query.from.ms) std::swap(query.from, query.to);
    const quint64 question = ++diffQuestion_;
    bridge_.ask(std::move(query), this, [this, question](const engine::Snapshot& snapshot) {
        if (question != diffQuestion_) return;
        take<engine::DomainDiff>(
            snapshot, [this](const engine::DomainDiff& d) { showDiff(d); },
            [this](const Error& e) {
                diff_->showEmpty(static_cast<int>(EmptyState::Kind::CouldNotLook),
                                 tr("The two times could not be compared"), qstr(e.describe()));
            });
        Q_EMIT diffShown();
    });
}

void HistoryTab::showDiff(const engine::DomainDiff& diff) {
    if (diff.rows.empty())
        return diff_->showEmpty(static_cast<int>(EmptyState::Kind::NothingHappened), tr("Nothing changed"),
                                tr("Every record, finding and verdict of %1 is the same at %2.")
                                    .arg(qstr(stamp(diff.from)), qstr(stamp(diff.to))));
    engine::DetailTable table;
    table.summary =
        tr("%1 between %2 and %3 (UTC)")
            .arg(counted(static_cast<qint64>(diff.rows.size()), tr("1 difference"), tr("%1 differences")),
                 qstr(stamp(diff.from)), qstr(stamp(diff.to)))
            .toStdString();
    for (const engine::DomainDiffRow& r : diff.rows)
        table.rows.push_back({{r.trend.empty() ? r.kind : r.kind + ", " + r.trend, r.what, orAbsent(r.before),
                               r.after.empty() ? "(is gone)" : r.after, stamp(r.changedAt)},
                              r.state,
                              -1,
                              {}});
    diff_->show(&table);
}

void HistoryTab::askPast(int answer) {
    answer_ = answer;
    if (!isVisible() || !view_ || answer < 0 || answer >= static_cast<int>(view_->answers.size())) return;
    question_->setCurrentIndex(question_->findData(answer));
    const std::string& text = view_->answers[static_cast<size_t>(answer)].question;
    const size_t space = text.rfind(' ');
    if (space == std::string::npos) return;
    const quint64 asked = ++pastQuestion_;
    bridge_.ask(engine::DnsHistoryQuery{text.substr(0, space), text.substr(space + 1)}, this,
                [this, asked](const engine::Snapshot& snapshot) {
                    if (asked != pastQuestion_) return;
                    const auto* past = std::get_if<engine::DnsHistory>(&snapshot);
                    showPast(past ? *past : engine::DnsHistory{});
                });
}

void HistoryTab::showPast(const engine::DnsHistory& history) {
    std::vector<Row> rows;
    const auto plain = [](const QString& text) { return Cell{text, {}, {}, {}, {}, {}}; };
    for (const engine::DnsHistoryRow& h : history.rows) {
        const auto at = [](UtcTime t) {
            return Cell{shortStamp(t, QTimeZone::utc()),  QVariant::fromValue<qint64>(t.ms), {}, {}, {},
                        stampText(t.ms, QTimeZone::utc())};
        };
        rows.push_back({QString::number(rows.size()) + u'@' + QString::number(h.firstSeen.ms),
                        {at(h.firstSeen), at(h.lastSeen), plain(qstr(h.status)), plain(qstr(h.server)),
                         plain(qstr(h.records).trimmed().replace(u'\n', u" | "_s))}});
    }
    pastModel_->onFetch(
        [this, rows = std::move(rows)](const PageAsk& ask) { pastModel_->page(ask.ticket, rows, false); });
    pastModel_->ask();
}

QByteArray HistoryTab::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << columns_->saveState() << rows_->saveState() << times_->tree()->saveLayout()
           << past_->saveLayout();
    return out;
}

void HistoryTab::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray columns, rows, times, past;
    stream >> columns >> rows >> times >> past;
    if (stream.status() != QDataStream::Ok) return;
    columns_->restoreState(columns);
    rows_->restoreState(rows);
    times_->tree()->restoreLayout(times);
    past_->restoreLayout(past);
}

} // namespace waypost::ui
