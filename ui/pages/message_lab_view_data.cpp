// How a judged message is put on the screen, and what a selection shows below.
#include "ui/charts/time_axis.h"
#include "ui/models/row_model.h"
#include "ui/pages/message_lab_evidence.h"
#include "ui/pages/message_lab_panes.h"
#include "ui/pages/message_lab_rows.h"
#include "ui/pages/message_lab_view.h"
#include "ui/pages/page_values.h"
#include "ui/widgets/data_table.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/explanation_tree.h"
#include "ui/widgets/foreign_text.h"
#include "ui/widgets/job_row.h"
#include "ui/widgets/verdict_badge.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace waypost::ui {

namespace {

void fill(RowModel* model, std::vector<Row> rows) {
    model->onFetch(
        [model, rows = std::move(rows)](const PageAsk& ask) { model->page(ask.ticket, rows, false); });
    model->ask();
}

QWidget* stackOf(DataTable* table) {
    return table->parentWidget();
}

void choose(DataTable* table, EmptyState* empty) {
    auto* stack = qobject_cast<QStackedWidget*>(stackOf(table));
    if (stack) stack->setCurrentWidget(table->model()->rowCount() > 0 ? static_cast<QWidget*>(table) : empty);
}

// Smallest node over this byte of the message; its length, or nothing.
std::optional<int> covering(const std::vector<engine::Node>& nodes, qsizetype byte) {
    std::optional<int> best;
    for (const engine::Node& n : nodes) {
        if (n.raw == 0 && byte >= n.start && byte < n.start + n.length && (!best || n.length < *best))
            best = n.length;
        if (const auto below = covering(n.children, byte); below && (!best || *below < *best)) best = below;
    }
    return best;
}

const engine::Node* partOf(const engine::Node& root, const ExplanationTree* tree,
                           const QTreeWidgetItem* item) {
    QList<int> path;
    for (const QTreeWidgetItem* i = item; i; i = i->parent())
        path.prepend(i->parent() ? i->parent()->indexOfChild(const_cast<QTreeWidgetItem*>(i))
                                 : tree->indexOfTopLevelItem(const_cast<QTreeWidgetItem*>(i)));
    const engine::Node* at = &root;
    for (qsizetype i = 1; i < path.size(); ++i) {
        if (path[i] < 0 || static_cast<size_t>(path[i]) >= at->children.size()) return nullptr;
        at = &at->children[static_cast<size_t>(path[i])];
    }
    return path.isEmpty() ? nullptr : at;
}

} // namespace

void MessageLabView::show(std::shared_ptr<const engine::MessageView> then,
                          std::shared_ptr<const engine::MessageView> now) {
    const bool other = !then_ || !then || then_->line.id != then->line.id;
    then_ = std::move(then);
    current_ = std::move(now);
    if (other) {
        now_ = false;
        step_.clear();
        const QSignalBlocker quiet(tabs_);
        tabs_->setCurrentIndex(Steps);
    }
    if (now_ && !current_) now_ = false;
    if (view()) present();
}

void MessageLabView::chooseNow(bool now) {
    if (now && !current_) return;
    now_ = now;
    present();
}

void MessageLabView::setJob(const engine::JobView* job) {
    busy_ = job != nullptr;
    if (job) job_->set(jobInfo(*job, UtcTime{QDateTime::currentMSecsSinceEpoch()}));
    job_->setVisible(busy_);
    again_->setVisible(!busy_);
}

void MessageLabView::present() {
    evidence_->setView(shown());
    presentHead();
    presentTabs();
    tabChosen(tabs_->currentIndex());
}

void MessageLabView::presentHead() {
    const engine::MessageView& v = *view();
    title_->setText(foreign::printable(qstr(v.line.title)));
    title_->setToolTip(foreign::toolTip(qstr(v.line.title)));
    verdict_->set(markOf(v.line.state), foreign::printable(qstr(v.line.verdict)));
    QStringList about{v.line.from.empty() ? tr("no From") : qstr(v.line.from), qstr(v.line.source),
                      lab::bytesText(v.line.bytes)};
    if (v.line.headersOnly) about << tr("headers only: the body was not given");
    about_->setText(foreign::printable(about.join(u" · "_s)));
    about_->setToolTip(foreign::toolTip(about_->text()));
    const auto stamp = [this](const std::shared_ptr<const engine::MessageView>& one) {
        return shortStamp(one->judged, zone_);
    };
    thenButton_->setText(tr("As DNS was then · %1").arg(then_ ? stamp(then_) : tr("not judged")));
    nowButton_->setText(current_ ? tr("As it is now · %1").arg(stamp(current_))
                                 : tr("As it is now · not asked"));
    thenButton_->setToolTip(then_ ? stampText(then_->judged.ms, zone_) : QString());
    nowButton_->setToolTip(current_ ? stampText(current_->judged.ms, zone_)
                                    : tr("Asks the name servers again and keeps both judgements"));
    thenButton_->setChecked(!now_);
    nowButton_->setChecked(now_);
    again_->setVisible(!busy_);
    const int differ = then_ && current_ ? lab::differences(*then_, *current_) : 0;
    differ_->setText(!then_ || !current_ ? QString()
                     : differ == 0       ? tr("no step differs")
                                         : outcomeGlyph(Outcome::Deferred) + u' ' +
                                         counted(differ, tr("1 step differs"), tr("%1 steps differ")));
    connection_->set(v.connection, qstr(v.origin));
    QStringList notes;
    for (const std::string& n : v.notes) notes << qstr(n);
    notes_->setText(foreign::printable(notes.join(u' ')));
    notes_->setVisible(!notes.isEmpty());
}

void MessageLabView::presentTabs() {
    const std::shared_ptr<const engine::MessageView> v = shown();
    const engine::MessageView* other = now_ ? then_.get() : current_.get();
    filling_ = true;
    fill(stepModel_, lab::stepRows(*v, other));
    steps_->setColumnHidden(3, !other || lab::differences(*v, *other) == 0);
    fill(hopModel_, lab::hopRows(*v, zone_));
    fill(answerModel_, lab::answerRows(*v, zone_));
    fill(claimModel_, lab::claimRows(*v));
    noHops_->set(EmptyState::Kind::NothingMatched, tr("The message has no Received field"),
                 tr("It did not pass a mail server, or the trace was taken out."));
    noAnswers_->set(EmptyState::Kind::NothingHappened, tr("No question was asked"),
                    tr("The message names no domain that DNS could say something about."));
    noClaims_->set(EmptyState::Kind::NothingMatched, tr("No receiver wrote a verdict into this message"),
                   tr("There is no Authentication-Results field to compare with."));
    choose(hops_, noHops_);
    choose(answers_, noAnswers_);
    choose(claims_, noClaims_);
    structure_->setNodes(explanation({v->mime}));
    text_->set(qstr(v->text), qstr(v->html));
    int signatures = 0;
    for (const engine::MessageStep& s : v->steps)
        if (s.id == "dkim") signatures = static_cast<int>(s.tree.size());
    failures_->set(v->autopsies, signatures);
    tabs_->setTabText(Received, tr("Received chain (%1)").arg(v->hops.size()));
    tabs_->setTabText(Answers, tr("Answers (%1)").arg(v->answers.size()));
    tabs_->setTabText(Claimed, tr("Claimed (%1)").arg(v->claims.size()));
    tabs_->setTabText(Failures, tr("DKIM failures (%1)").arg(v->autopsies.size()));
    if (stepModel_->rowOf(step_) < 0 && !v->steps.empty()) {
        step_ = qstr(v->steps.front().id); // the first that needs a look
        for (const engine::MessageStep& s : v->steps)
            if (s.state == engine::State::Error) {
                step_ = qstr(s.id);
                break;
            }
    }
    steps_->selectRow(stepModel_->rowOf(step_));
    for (DataTable* t : {hops_, answers_, claims_})
        if (t->model()->rowCount() > 0) t->selectRow(0);
    filling_ = false;
}

void MessageLabView::tabChosen(int tab) {
    if (!view()) return;
    switch (tab) {
    case Received: return showHop();
    case Structure: return showPart();
    case Answers: return showAnswer();
    case Claimed: return showClaim();
    case Failures: return showFailure();
    default: return stepChosen(step_);
    }
}

void MessageLabView::chooseStep(const QString& id) {
    tabs_->setCurrentIndex(Steps);
    if (const int row = stepModel_->rowOf(id); row >= 0) steps_->selectRow(row);
}

void MessageLabView::stepChosen(const QString& id) {
    step_ = id;
    for (const engine::MessageStep& s : view()->steps)
        if (qstr(s.id) == id) return evidence_->show(s.tree, qstr(s.rule));
    evidence_->show({}, {});
}

void MessageLabView::showHop() {
    const size_t at = static_cast<size_t>(hops_->currentKey().toInt());
    if (at >= view()->hops.size()) return evidence_->show({}, {});
    evidence_->show(lab::hopTree(view()->hops[at]),
                    tr("Each server puts its Received field on top; what it wrote is its own claim (RFC 5321 "
                       "section 4.4)."));
}

void MessageLabView::showAnswer() {
    const int at = answers_->currentKey().toInt();
    if (at >= static_cast<int>(view()->answers.size())) return evidence_->show({}, {});
    evidence_->show(lab::answerTree(view()->answers[static_cast<size_t>(at)], at + 1), {});
}

void MessageLabView::showClaim() {
    const size_t at = static_cast<size_t>(claims_->currentKey().section(u':', 0, 0).toInt());
    if (at >= view()->claims.size()) return evidence_->show({}, {});
    evidence_->show(
        lab::claimTree(view()->claims[at]),
        tr("A receiver writes what it found into Authentication-Results; anybody could have written "
           "it before (RFC 8601 section 5)."));
}

void MessageLabView::showPart() {
    const QTreeWidgetItem* item = structure_->currentItem();
    const engine::Node* part = item ? partOf(view()->mime, structure_, item) : &view()->mime;
    if (!part) return;
    engine::Node shownPart = *part;
    shownPart.children.clear();
    int at = 0; // parts are numbered depth first, faults of the structure behind them
    for (QTreeWidgetItemIterator it(structure_); item && *it && *it != item; ++it) ++at;
    if (at < static_cast<int>(view()->parts.size()))
        shownPart.children = view()->parts[static_cast<size_t>(at)];
    evidence_->show({shownPart}, {});
}

void MessageLabView::showFailure() {
    const engine::MessageView::Autopsy* a = failures_->current();
    if (!a) return evidence_->show({}, {});
    evidence_->show(a->tree,
                    tr("Known changes were undone one after the other until one made the hash of the "
                       "signature come out (RFC 6376 section 3.7)."));
    if (a->length > 0) evidence_->showBytes(a->start, a->length);
}

// Bytes that the shown tree does not explain: the step that does, with the least around them.
void MessageLabView::findByte(qsizetype byte) {
    const engine::MessageStep* best = nullptr;
    int smallest = 0;
    for (const engine::MessageStep& s : view()->steps)
        if (const auto length = covering(s.tree, byte); length && (!best || *length < smallest)) {
            best = &s;
            smallest = *length;
        }
    if (!best) return;
    const QString id = qstr(best->id);
    if (tabs_->currentIndex() != Steps) tabs_->setCurrentIndex(Steps);
    if (step_ != id) chooseStep(id);
    evidence_->selectByte(byte);
}

void MessageLabView::fillCopyMenu() {
    QMenu* menu = copy_->menu();
    menu->clear();
    const std::shared_ptr<const engine::MessageView> v = shown();
    if (!v) return;
    const auto add = [&](const QString& title, const QString& text) {
        menu->addAction(title, this, [text] { QApplication::clipboard()->setText(text); })
            ->setEnabled(!text.isEmpty());
    };
    add(tr("Steps as Markdown"), lab::asMarkdown(*v));
    add(tr("DNS questions as dig"), lab::asDig(*v));
    add(tr("waypost-cli command"), qstr(v->command));
    add(tr("Authentication-Results header"), qstr(v->authenticationResults));
    add(tr("Verdict as JSON"), qstr(v->json));
}

} // namespace waypost::ui
