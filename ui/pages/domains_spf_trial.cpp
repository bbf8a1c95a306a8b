// "Would this address pass?"
#include "ui/delegates/cell_delegates.h"
#include "ui/models/row_model.h"
#include "ui/pages/domains_spf.h"
#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
const Qt::Alignment left = Qt::AlignLeft | Qt::AlignVCenter;
} // namespace

SpfTrialPane::SpfTrialPane(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), bridge_(bridge), address_(new QLineEdit), localPart_(new QLineEdit),
      helo_(new QLineEdit), try_(new QPushButton(tr("Check address"))), verdict_(foreign::label({})),
      wait_(new WaitLine), senders_(new DataTable),
      senderModel_(new RowModel({{u"ip"_s, tr("Known address"), left, 110, false, false},
                                 {u"now"_s, tr("Now"), left, 90, false, false},
                                 {u"term"_s, tr("Matching term"), left, 130, false, false},
                                 {u"source"_s, tr("Known from"), left, 90, false, false}},
                                this)),
      trace_(new DetailPane(tr("Steps"), {{tr("Step"), 240}, {tr("What happened"), 320}}, 0)),
      split_(new QSplitter) {
    address_->setPlaceholderText(tr("203.0.113.9 or 2001:db8::1"));
    address_->setAccessibleName(tr("Address to check"));
    localPart_->setPlaceholderText(tr("postmaster"));
    localPart_->setAccessibleName(tr("Local part of MAIL FROM"));
    localPart_->setToolTip(tr("Local part of MAIL FROM; matters to records with macros"));
    localPart_->setMaximumWidth(130);
    helo_->setPlaceholderText(tr("HELO name"));
    helo_->setAccessibleName(tr("HELO name"));
    helo_->setMaximumWidth(170);
    verdict_->setWordWrap(true);
    auto* line = new QHBoxLayout;
    line->setSpacing(space::s);
    line->addWidget(address_, 2);
    line->addWidget(localPart_, 1);
    line->addWidget(helo_, 1);
    line->addWidget(try_);
    senders_->setAccessibleName(tr("Known sending addresses"));
    senders_->setRows(senderModel_);
    senders_->setSortingEnabled(false);
    senders_->setSelectionMode(QAbstractItemView::SingleSelection);
    senders_->setItemDelegateForColumn(1, new OutcomeDelegate(senders_));
    split_->addWidget(senders_);
    split_->addWidget(trace_);
    split_->setSizes({430, 560});
    split_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::s);
    column->addLayout(line);
    column->addWidget(verdict_);
    column->addWidget(wait_);
    column->addWidget(split_, 1);
    connect(try_, &QPushButton::clicked, this, [this] { tryAddress(address_->text()); });
    for (QLineEdit* box : {address_, localPart_, helo_})
        connect(box, &QLineEdit::returnPressed, this, [this] { tryAddress(address_->text()); });
    connect(address_, &QLineEdit::textEdited, this, [this] {
        address_->setProperty("invalid", false);
        address_->style()->polish(address_);
    });
    connect(wait_, &WaitLine::stopped, this, [this] { ++question_; });
    connect(senders_, &DataTable::rowCurrent, this, [this](const QString& ip) {
        if (!filling_ && !ip.isEmpty()) ask({ip.toStdString()});
    });
    connect(trace_->tree(), &DetailTree::answerChosen, this, [this](int answer) {
        if (answers_) Q_EMIT foreignAnswerChosen(answers_, answer);
    });
    connect(trace_->empty(), &EmptyState::actionClicked, this, [this] {
        asked_ = false;
        activated();
    });
}

void SpfTrialPane::setDomain(const std::string& domain) {
    if (domain == domain_) return;
    domain_ = domain;
    asked_ = false;
    ++question_;
    wait_->end();
    answers_.reset();
    verdict_->setText({});
    trace_->tree()->setRows({});
    fillSenders({});
}

void SpfTrialPane::activated() {
    if (asked_ || domain_.empty()) return;
    asked_ = true;
    ask({});
}

void SpfTrialPane::refuse(const QString& sentence) {
    address_->setProperty("invalid", true);
    address_->style()->polish(address_);
    verdict_->setText(stateText(engine::State::Error, foreign::printable(sentence)));
}

void SpfTrialPane::tryAddress(const QString& typed) {
    const QString ip = typed.trimmed();
    if (ip.isEmpty()) return refuse(tr("Type an IP address."));
    ask({ip.toStdString()});
}

void SpfTrialPane::ask(std::vector<std::string> ips) {
    engine::SpfTrialQuery query;
    query.domain = domain_;
    query.ips = std::move(ips);
    query.localPart = localPart_->text().trimmed().toStdString();
    query.helo = helo_->text().trimmed().toStdString();
    const bool one = !query.ips.empty();
    const quint64 question = ++question_;
    wait_->begin(one ? tr("Evaluating %1 as a receiver would…").arg(qstr(query.ips.front()))
                     : tr("Evaluating the known sending addresses…"));
    bridge_.ask(std::move(query), this, [this, question, one](const engine::Snapshot& snapshot) {
        if (question != question_) return;
        wait_->end();
        take<engine::SpfTrial>(
            snapshot, [&](const engine::SpfTrial& t) { show(t, one); },
            [&](const Error& e) {
                if (one && e.code == ErrorCode::InvalidArgument) return refuse(qstr(e.text));
                verdict_->setText({});
                trace_->showEmpty(static_cast<int>(EmptyState::Kind::CouldNotLook),
                                  tr("Nothing was evaluated"), qstr(e.describe()), tr("Try again"));
            });
        Q_EMIT shown();
    });
}

void SpfTrialPane::fillSenders(const engine::SpfTrial& trial) {
    std::vector<Row> rows;
    for (const engine::SpfTrialRow& r : trial.rows) {
        Cell now;
        now.text = qstr(r.now);
        now.state = markOf(spfState(r.now));
        rows.push_back({qstr(r.ip),
                        {Cell{qstr(r.ip), {}, {}, {}, {}, {}}, now,
                         Cell{qstr(r.matchedNow.empty() ? "none" : r.matchedNow), {}, {}, {}, {}, {}},
                         Cell{qstr(r.source), {}, {}, {}, {}, {}}}});
    }
    filling_ = true;
    senderModel_->onFetch(
        [this, rows = std::move(rows)](const PageAsk& ask) { senderModel_->page(ask.ticket, rows, false); });
    senderModel_->ask();
    filling_ = false;
}

void SpfTrialPane::show(const engine::SpfTrial& trial, bool typed) {
    if (!typed) fillSenders(trial);
    if (trial.rows.empty()) {
        verdict_->setText({});
        return trace_->showEmpty(static_cast<int>(EmptyState::Kind::NotSetUp),
                                 tr("No sending address is known yet"),
                                 tr("Addresses are known from imported logs and from the mail hosts of an "
                                    "inspection. Type an address above to check it."));
    }
    const engine::SpfTrialRow& first = trial.rows.front();
    const QString term =
        first.matchedNow.empty() ? tr("no term matched") : tr("matched %1").arg(qstr(first.matchedNow));
    verdict_->setText(
        stateText(spfState(first.now),
                  foreign::printable(tr("%1 gets %2: %3").arg(qstr(first.ip), qstr(first.now), term))));
    engine::DetailTable table;
    table.rows = nodeRows(trial.trace);
    table.summary =
        tr("Every step of the check for %1; select one to see its answer").arg(qstr(first.ip)).toStdString();
    table.absent = "The steps were not kept.";
    answers_ = std::make_shared<const std::vector<engine::AnswerView>>(trial.answers);
    trace_->show(&table);
}

QString SpfTrialPane::said() const {
    return verdict_->text();
}

QByteArray SpfTrialPane::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << split_->saveState() << senders_->saveLayout() << trace_->tree()->saveLayout();
    return out;
}

void SpfTrialPane::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split, senders, trace;
    stream >> split >> senders >> trace;
    if (stream.status() != QDataStream::Ok) return;
    split_->restoreState(split);
    senders_->restoreLayout(senders);
    trace_->tree()->restoreLayout(trace);
}

} // namespace waypost::ui
