#include "ui/pages/domains_spf.h"

#include "ui/pages/page_values.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/foreign_text.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {
constexpr int saidAfterMs = 300;
} // namespace

WaitLine::WaitLine(QWidget* parent) : QWidget(parent), text_(foreign::label({})), late_(new QTimer(this)) {
    text_->setProperty("role", u"muted"_s);
    auto* stop = new QPushButton(tr("Stop waiting"));
    stop->setProperty("link", true);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(text_);
    line->addWidget(stop);
    line->addStretch();
    hide();
    late_->setSingleShot(true);
    late_->setInterval(saidAfterMs);
    connect(late_, &QTimer::timeout, this, &QWidget::show);
    connect(stop, &QPushButton::clicked, this, [this] {
        end();
        Q_EMIT stopped();
    });
}

void WaitLine::begin(const QString& what) {
    text_->setText(foreign::printable(what));
    late_->start();
}

void WaitLine::end() {
    late_->stop();
    hide();
}

std::vector<engine::DetailRow> nodeRows(const std::vector<engine::Node>& nodes) {
    std::vector<engine::DetailRow> out;
    for (const engine::Node& n : nodes) {
        engine::DetailRow row;
        row.cells = {n.label, n.value};
        row.state = n.state;
        row.answer = n.raw;
        row.children = nodeRows(n.children);
        out.push_back(std::move(row));
    }
    return out;
}

engine::State spfState(const std::string& result) {
    using engine::State;
    if (result == "pass") return State::Ok;
    if (result == "fail" || result == "permerror") return State::Error;
    if (result == "softfail") return State::Warning;
    if (result == "neutral") return State::Info;
    return result == "none" ? State::Absent : State::Unknown;
}

SpfTab::SpfTab(EngineBridge& bridge, QWidget* parent)
    : DomainTab(parent),
      modes_(new Segments({tr("Static"), tr("Would this address pass?"), tr("Plan change")})),
      stack_(new QStackedWidget), tree_(new DetailPane(tr("SPF"),
                                                       {{tr("Mechanism"), 290},
                                                        {tr("Qualifier"), 86},
                                                        {tr("Cost"), 52, true},
                                                        {tr("Cumulative"), 86, true},
                                                        {tr("Void"), 48, true},
                                                        {tr("ms"), 48, true},
                                                        {tr("Addresses"), 90, true},
                                                        {tr("Remarks"), 260}},
                                                       7)),
      trial_(new SpfTrialPane(bridge)), draft_(new SpfDraftPane(bridge)) {
    stack_->addWidget(tree_);
    stack_->addWidget(trial_);
    stack_->addWidget(draft_);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, space::s, 0, 0);
    whole->setSpacing(space::s);
    whole->addWidget(modes_);
    whole->addWidget(stack_, 1);
    connect(modes_, &Segments::chosenChanged, this, [this](int mode) {
        stack_->setCurrentIndex(mode);
        activated();
    });
    tree_->tree()->setMenuHook([this](QMenu& menu, const QTreeWidgetItem&) {
        const QString command = u"waypost-cli spf explain "_s + qstr(domain());
        menu.addAction(tr("Copy as waypost-cli"), this,
                       [command] { QApplication::clipboard()->setText(command); });
    });
    connect(tree_->tree(), &DetailTree::answerChosen, this, &DomainTab::answerChosen);
    connect(tree_->empty(), &EmptyState::actionClicked, this, &DomainTab::checkAgainAsked);
    connect(trial_, &SpfTrialPane::foreignAnswerChosen, this, &DomainTab::foreignAnswerChosen);
    connect(draft_, &SpfDraftPane::foreignAnswerChosen, this, &DomainTab::foreignAnswerChosen);
}

void SpfTab::setView(DomainViewPtr view) {
    DomainTab::setView(std::move(view));
    tree_->show(detail(view_, "spf"));
    trial_->setDomain(domain());
    QString published;
    for (const engine::AreaView& area : view_ ? view_->areas : std::vector<engine::AreaView>())
        if (area.id == "spf" && !area.tree.empty())
            for (const engine::Node& part : area.tree.front().children)
                if (part.label == "record" && part.value != "none") published = qstr(part.value);
    draft_->setView(view_, published);
    if (isVisible()) activated();
}

void SpfTab::activated() {
    if (modes_->chosen() == Trial) trial_->activated();
}

QByteArray SpfTab::saveLayout() const {
    QByteArray out;
    QDataStream stream(&out, QIODevice::WriteOnly);
    stream << modes_->chosen() << tree_->tree()->saveLayout() << trial_->saveLayout() << draft_->saveLayout();
    return out;
}

void SpfTab::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    int mode = 0;
    QByteArray tree, trial, draft;
    stream >> mode >> tree >> trial >> draft;
    if (stream.status() != QDataStream::Ok) return;
    tree_->tree()->restoreLayout(tree);
    trial_->restoreLayout(trial);
    draft_->restoreLayout(draft);
    modes_->choose(mode);
}

} // namespace waypost::ui
