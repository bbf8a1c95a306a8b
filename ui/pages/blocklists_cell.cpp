#include "ui/pages/blocklists_cell.h"

#include "ui/pages/blocklists_strip.h"
#include "ui/pages/blocklists_words.h"
#include "ui/pages/page_values.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/widgets/age_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/facet_list.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/raw_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

struct CellWords {
    Q_DECLARE_TR_FUNCTIONS(CellWords)
};

engine::Node fact(const QString& label, const QString& value, engine::State state = engine::State::Info) {
    engine::Node n;
    n.label = label.toStdString();
    n.value = value.toStdString();
    n.state = state;
    return n;
}

engine::State stateOf(engine::CellState s) {
    using C = engine::CellState;
    switch (s) {
    case C::Listed: return engine::State::Error;
    case C::Clean: return engine::State::Ok;
    case C::Refused: return engine::State::Warning;
    case C::Error: return engine::State::Unknown;
    case C::NotApplicable:
    case C::Unseen: break;
    }
    return engine::State::Absent;
}

QString stamp(UtcTime at) {
    return at.ms > 0 ? shortStamp(at, QTimeZone::utc()) + u" UTC"_s : CellWords::tr("not known");
}

engine::Node verdict(const engine::BlocklistCell& c, qint64 now) {
    engine::Node n = fact(CellWords::tr("State"), blocklists::word(c.cell.state), stateOf(c.cell.state));
    auto add = [&n](const QString& label, const QString& value) {
        if (!value.isEmpty()) n.children.push_back(fact(label, value));
    };
    add(CellWords::tr("Why"), blocklists::reason(c.reason));
    add(CellWords::tr("Means"), qstr(c.meaning));
    add(CellWords::tr("Sure"), blocklists::confirmation(c.cell));
    if (c.cell.welcome) add(CellWords::tr("Welcome"), CellWords::tr("a list of good senders holds it"));
    if (c.score >= 0) add(CellWords::tr("Score"), QString::number(c.score));
    if (c.listedSince.ms > 0) add(CellWords::tr("Listed since"), stamp(c.listedSince));
    if (c.cell.at.ms > 0)
        add(CellWords::tr("Looked"), ageText(c.cell.at.ms, now) + u", "_s + stamp(c.cell.at));
    return n;
}

engine::Node question(const engine::BlocklistCell& c) {
    engine::Node n = fact(CellWords::tr("Question"), qstr(c.asked));
    if (c.asked.empty()) n.value = CellWords::tr("not asked").toStdString();
    auto add = [&n](const QString& label, const QString& value) {
        if (!value.isEmpty()) n.children.push_back(fact(label, value));
    };
    add(CellWords::tr("A"), qstr(c.answer));
    add(CellWords::tr("TXT"), qstr(c.txt));
    add(CellWords::tr("TTL"), c.ttl >= 0 ? CellWords::tr("%1 s").arg(c.ttl) : QString());
    add(CellWords::tr("Name server"), qstr(c.server));
    return n;
}

engine::Node impact(const engine::BlocklistCell& c) {
    std::uint64_t messages = 0;
    for (const engine::ImpactRow& r : c.impact) messages += r.messages;
    engine::Node n =
        fact(CellWords::tr("Cost"),
             messages == 0 ? CellWords::tr("no reply of the range quotes this list")
                           : counted(qint64(messages), CellWords::tr("1 message refused naming it"),
                                     CellWords::tr("%1 messages refused naming it")),
             messages == 0 ? engine::State::Info : engine::State::Error);
    for (const engine::ImpactRow& r : c.impact)
        n.children.push_back(
            fact((r.provider.empty() ? CellWords::tr("unknown provider") : qstr(r.provider)) + u": "_s +
                     grouped(r.messages),
                 qstr(r.sample)));
    return n;
}

engine::Node delisting(const engine::BlocklistCell& c) {
    engine::Node n = fact(CellWords::tr("Getting off it"), qstr(c.delistPage));
    if (c.delistPage.empty() && c.delistSteps.empty())
        n.value = CellWords::tr("the operator names no way").toStdString();
    int number = 0;
    for (const std::string& step : c.delistSteps)
        n.children.push_back(fact(QString::number(++number), qstr(step)));
    if (!c.expires.empty()) n.children.push_back(fact(CellWords::tr("By itself"), qstr(c.expires)));
    return n;
}

} // namespace

std::vector<engine::Node> cellNodes(const engine::BlocklistCell& c, qint64 now) {
    std::vector<engine::Node> out{verdict(c, now), question(c), impact(c)};
    if (!c.alsoInRange.empty()) {
        engine::Node n = fact(CellWords::tr("Also in the range"),
                              counted(qint64(c.alsoInRange.size()), CellWords::tr("1 other of ours"),
                                      CellWords::tr("%1 others of ours")));
        for (const std::string& other : c.alsoInRange) n.children.push_back(fact(qstr(other), {}));
        out.push_back(std::move(n));
    }
    out.push_back(delisting(c));
    engine::Node terms = fact(CellWords::tr("Operator"), qstr(c.operatorName));
    if (!c.terms.empty()) terms.children.push_back(fact(CellWords::tr("Terms"), qstr(c.terms)));
    out.push_back(std::move(terms));
    return out;
}

BlocklistCellView::BlocklistCellView(QWidget* parent)
    : QWidget(parent), stack_(new QStackedWidget), empty_(new EmptyState), title_(foreign::label({})),
      again_(new QPushButton(icon(u"refresh"), tr("Look again"))),
      page_(new QPushButton(icon(u"delivery"), tr("Replies that quote it"))),
      copy_(new QPushButton(icon(u"copy"), tr("Copy as command"))), tree_(new ExplanationTree),
      strip_(new StateStrip), documents_(new QTabBar), raw_(new RawView) {
    title_->setFont(Theme::current().section());
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    documents_->setDrawBase(false);
    documents_->setExpanding(false);
    documents_->setAccessibleName(tr("Answers as they came"));
    auto* head = new QHBoxLayout;
    head->setSpacing(space::s);
    head->addWidget(title_, 1);
    for (QPushButton* b : {again_, page_, copy_}) head->addWidget(b);
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::xs);
    column->addWidget(strip_);
    column->addWidget(documents_);
    column->addWidget(raw_, 1);
    auto* split = new QSplitter;
    split->addWidget(tree_);
    split->addWidget(right);
    split->setSizes({560, 520});
    split->setChildrenCollapsible(false);
    auto* whole = new QWidget;
    auto* rows = new QVBoxLayout(whole);
    rows->setContentsMargins(0, space::s, 0, 0);
    rows->setSpacing(space::s);
    rows->addLayout(head);
    rows->addWidget(split, 1);
    stack_->addWidget(empty_);
    stack_->addWidget(whole);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(stack_);
    connect(documents_, &QTabBar::currentChanged, this, &BlocklistCellView::openDocument);
    connect(again_, &QPushButton::clicked, this,
            [this] { Q_EMIT againAsked(qstr(cell_.target), qstr(cell_.list)); });
    connect(page_, &QPushButton::clicked, this, [this] { Q_EMIT repliesAsked(qstr(cell_.list)); });
    connect(copy_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(qstr(cell_.command)); });
}

QString BlocklistCellView::headline() const {
    return stack_->currentIndex() == 0 ? empty_->headline() : title_->text();
}

void BlocklistCellView::show(engine::BlocklistCell cell, qint64 now) {
    cell_ = std::move(cell);
    title_->setText(foreign::printable(
        tr("%1 on %2: %3")
            .arg(qstr(cell_.target), qstr(cell_.listName), blocklists::word(cell_.cell.state))));
    title_->setToolTip(title_->text());
    copy_->setEnabled(!cell_.command.empty());
    page_->setEnabled(!cell_.impact.empty());
    again_->setEnabled(cell_.cell.state != engine::CellState::NotApplicable);
    tree_->setNodes(explanation(cellNodes(cell_, now)));
    tree_->expandAll();
    strip_->set(cell_.history, now);
    const QSignalBlocker quiet(documents_);
    while (documents_->count() > 0) documents_->removeTab(0);
    for (const engine::RawDocument& d : cell_.raw) documents_->addTab(foreign::printable(qstr(d.title)));
    documents_->setVisible(documents_->count() > 1);
    openDocument(0);
    stack_->setCurrentIndex(1);
}

void BlocklistCellView::showEmpty(const QString& headline, const QString& text, bool failed) {
    empty_->set(failed ? EmptyState::Kind::CouldNotLook : EmptyState::Kind::NothingMatched, headline, text);
    stack_->setCurrentIndex(0);
}

void BlocklistCellView::openDocument(int index) {
    if (index < 0 || index >= static_cast<int>(cell_.raw.size()))
        return raw_->setBytes({}, tr("No answer of this list is stored for this target"));
    const engine::RawDocument& d = cell_.raw[static_cast<size_t>(index)];
    raw_->setHex(d.binary);
    raw_->setBytes(QByteArray(d.bytes.data(), static_cast<qsizetype>(d.bytes.size())),
                   d.note.empty() ? qstr(d.title) : qstr(d.title) + u" · "_s + qstr(d.note));
}

} // namespace waypost::ui
